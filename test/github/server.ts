// GitHub on the loopback interface, as far as a run speaks to it: every request is judged by GitHub's own description,
// what is written is kept as GitHub keeps it, and it can misbehave in GitHub's ways.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { judge, type Judged } from './description.ts';

export interface Asked extends Judged {
  readonly method: string;
  readonly url: string;
  readonly atMs: number;
}

export type Misbehaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly message?: string }
  /** The connection is closed without an answer. */
  | 'cut'
  /** There is no answer, ever. */
  | 'hang';

export interface Github extends AsyncDisposable {
  readonly url: string;
  /** Environment of a workflow that runs there. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests in their order, those that were misbehaved to included. */
  readonly asked: readonly Asked[];
  /** What GitHub's description does not allow, of all requests. */
  readonly mistakes: readonly string[];
  /** Check runs in the order they were made. */
  readonly checks: readonly CheckRun[];
  /** Comments of pull request 7, the oldest first. */
  readonly comments: Comment[];
  /** Statuses of the commit, the newest of each context. */
  statuses(): ReadonlyMap<string, Status>;
  /** How often each context was written. */
  history(context: string): readonly Status[];
}

export interface Status {
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly target_url?: string;
}

export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string; readonly type: string };
}

/** As GitHub keeps it: what was written last, with the annotations of all requests. */
export interface CheckRun {
  readonly name: string;
  readonly head_sha: string;
  readonly status: string;
  readonly conclusion?: string;
  readonly output?: { readonly title: string; readonly summary: string };
  readonly annotations: readonly { readonly path: string; readonly start_line: number; readonly annotation_level: string; readonly title: string; readonly message: string }[];
  readonly [key: string]: unknown;
}

export const sha = 'c0ffee'.padEnd(40, '0');
export const token = 'ghs_secretOfTheTests0123456789';
const repository = 'octo/kernel.tests';

/** `misbehave` is asked before each request; `count` is how many came before. */
export async function startGithub(misbehave: (asked: Asked, count: number) => Misbehaviour | undefined = () => undefined): Promise<Github> {
  const asked: Asked[] = [];
  const statuses: Status[] = [];
  const checks: CheckRun[] = [];
  const comments: Comment[] = [];

  const answer = (request: IncomingMessage, body: string, response: ServerResponse): unknown => {
    const { method = '', url = '' } = request;
    const judged = judge({ method, url, body }) ?? { operation: 'unknown', parameters: {}, body, mistakes: [`GitHub knows no ${method} ${url}`], answer: { status: 404, body: { message: 'Not Found' } } };
    const one: Asked = { ...judged, method, url, atMs: Date.now() };
    const trouble = misbehave(one, asked.length);
    asked.push(one);
    if (trouble === 'hang') return undefined;
    if (trouble === 'cut') return response.destroy();
    if (trouble !== undefined) return send(response, trouble.status, { message: trouble.message ?? 'trouble' }, trouble.headers);
    if (request.headers.authorization !== `Bearer ${token}`) return send(response, 401, { message: 'Bad credentials' });
    if ((request.headers['user-agent'] ?? '') === '') return send(response, 403, { message: 'Request forbidden by administrative rules' });
    const { owner, repo } = one.parameters;
    if (`${owner ?? ''}/${repo ?? ''}` !== repository) return send(response, 404, { message: 'Not Found' });
    if (one.mistakes.length > 0) return send(response, 422, { message: one.mistakes.join('; ') });
    return handle(one, response);
  };
  const handle = (one: Asked, response: ServerResponse): unknown => {
    const { status, body } = one.answer;
    switch (one.operation) {
      case 'repos/create-commit-status': {
        const wanted = one.body as Status;
        if (one.parameters['sha'] !== sha) return send(response, 422, { message: `No commit found for SHA: ${one.parameters['sha'] ?? ''}` });
        // Said in prose only, not in the description.
        if (wanted.description.length > 140) return send(response, 422, { message: 'Validation Failed: description is too long (maximum is 140 characters)' });
        statuses.push(wanted);
        return send(response, status, { ...(body as object), ...wanted });
      }
      case 'checks/create': {
        checks.push(written({ annotations: [] } as unknown as CheckRun, one.body));
        return send(response, status, { ...(body as object), id: checks.length });
      }
      case 'checks/update': {
        const index = Number(one.parameters['check_run_id']) - 1;
        const known = checks[index];
        if (known === undefined) return send(response, 404, { message: 'Not Found' });
        checks[index] = written(known, one.body);
        return send(response, status, { ...(body as object), id: index + 1 });
      }
      case 'issues/list-comments': {
        if (one.parameters['issue_number'] !== '7') return send(response, 404, { message: 'Not Found' });
        const size = Number(one.parameters['per_page'] ?? '30');
        const from = (Number(one.parameters['page'] ?? '1') - 1) * size;
        const [example] = body as readonly { readonly user: object }[];
        return send(response, status, comments.slice(from, from + size).map((comment) => ({ ...example, ...comment, user: { ...example?.user, ...comment.user } })));
      }
      case 'issues/create-comment': {
        if (one.parameters['issue_number'] !== '7') return send(response, 404, { message: 'Not Found' });
        const wanted = one.body as { readonly body: string };
        if (wanted.body.length > 65_536) return send(response, 422, { message: 'Validation Failed: body is too long (maximum is 65536 characters)' });
        comments.push({ id: 1000 + comments.length, body: wanted.body, user: { login: 'github-actions[bot]', type: 'Bot' } });
        return send(response, status, { ...(body as object), id: 999 + comments.length });
      }
      case 'issues/update-comment': {
        const index = comments.findIndex(({ id }) => String(id) === one.parameters['comment_id']);
        const known = comments[index];
        if (known === undefined) return send(response, 404, { message: 'Not Found' });
        comments[index] = { ...known, ...(one.body as { readonly body: string }) };
        return send(response, status, { ...(body as object), id: known.id });
      }
      case 'repos/list-pull-requests-associated-with-commit': {
        const [example] = body as readonly { readonly head: object }[];
        return send(response, status, [{ ...example, number: 7, state: 'open', head: { ...example?.head, sha } }]);
      }
      default:
        return send(response, 404, { message: `the tests know nothing of ${one.operation}` });
    }
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, Buffer.concat(chunks).toString('utf8'), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    checks,
    comments,
    env: { GITHUB_TOKEN: token, GITHUB_API_URL: url, GITHUB_SERVER_URL: 'https://github.example', GITHUB_REPOSITORY: repository, GITHUB_SHA: sha, GITHUB_RUN_ID: '4711' },
    get mistakes() {
      return asked.flatMap(({ mistakes }) => mistakes);
    },
    statuses: () => new Map(statuses.map((status) => [status.context, status])),
    history: (context) => statuses.filter((status) => status.context === context),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Annotations are added to those that are there, everything else is replaced. */
function written(known: CheckRun, body: unknown): CheckRun {
  const { output, ...rest } = body as { readonly output?: { readonly annotations?: CheckRun['annotations'] } };
  const { annotations = [], ...text } = output ?? {};
  return { ...known, ...rest, ...(output === undefined ? {} : { output: text as CheckRun['output'] }), annotations: [...known.annotations, ...annotations] } as CheckRun;
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}
