// Asks GitHub, and puts up with how it answers. Whatever goes wrong is told once, in words, and never thrown:
// a run's verdict does not depend on GitHub, nor may its end wait for it beyond a limit.
import type { Readable } from 'node:stream';
import { HarnessError } from '../../model/errors.ts';
import { formatDuration } from '../../model/units.ts';
import { sendHttp } from '../../sys/http.ts';
import { clip, safeLine } from '../text.ts';
import { meaningOf, type Answer, type Topic } from './answer.ts';
import { createPatience } from './patience.ts';

export interface GithubRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below `/repos/OWNER/NAME/`. */
  readonly path: string;
  readonly body?: unknown;
}

export interface SendOptions {
  /** Ask once, and leave it to the caller to tell: whether something was written is not known after a failure. */
  readonly once?: true;
}

export interface GithubClient {
  /** A good answer; undefined where there is none, which has been told then. */
  send(topic: Topic, request: GithubRequest, options?: SendOptions): Promise<Answer | undefined>;
  /** Waits while the run goes on. */
  rest(ms: number): Promise<void>;
  /** The run has ended: whatever is asked is over within this time. Only the first call counts. */
  hurry(limitMs: number): void;
  isRefused(topic: Topic): boolean;
}

export interface ClientOptions {
  /** Of the repository: `https://api.github.com/repos/OWNER/NAME`. */
  readonly url: string;
  readonly token: string;
  readonly warn: (message: string) => void;
  /** Of one request. Default 10 s. */
  readonly timeoutMs?: number;
  /** Before the second try; doubled each time. Default 1 s. */
  readonly backoffMs?: number;
}

const maxTries = 4;
const maxWaits = 5;
const maxBytes = 16 * 1024 * 1024;
const everything = '*';
const noMoreTime = 'the run had ended, and there was no more time';

export function createClient({ url, token, warn, timeoutMs = 10_000, backoffMs = 1000 }: ClientOptions): GithubClient {
  const patience = createPatience();
  const told = new Set<string>();
  const refused = new Set<string>();
  /** Topics whose last request nobody answered: for the next one a single try has to do. */
  const unheard = new Set<string>();
  let pausedUntil = 0;

  const isRefused = ({ name }: Topic): boolean => refused.has(everything) || refused.has(name);
  const tell = (topic: Topic, why: string, key = topic.name): void => {
    if (!told.has(key)) warn(`GitHub: ${topic.name} are missing or out of date: ${clip(safeLine(why.replaceAll(token, '***')), 600)}`);
    told.add(key);
  };

  return {
    isRefused,
    rest: (ms) => patience.rest(ms),
    hurry: (limitMs) => patience.hurry(limitMs),
    async send(topic, request, { once } = {}) {
      let attempt = 1;
      let waits = 0;
      while (!isRefused(topic)) {
        if (!(await patience.until(pausedUntil))) {
          tell(topic, patience.ended.aborted ? noMoreTime : limitText(pausedUntil));
          return undefined;
        }
        const answer = await ask(url, request, { token, timeoutMs, ended: patience.ended });
        const meaning = typeof answer === 'string' ? ({ kind: 'again', why: answer } as const) : meaningOf(answer, topic, Date.now());
        switch (meaning.kind) {
          case 'done':
            unheard.delete(topic.name);
            return typeof answer === 'string' ? undefined : answer;
          case 'wait':
            pausedUntil = Math.max(pausedUntil, Date.now() + meaning.ms);
            waits += 1;
            if (waits <= maxWaits) break;
            tell(topic, limitText(pausedUntil));
            return undefined;
          case 'again': {
            if (once === true) return undefined;
            const mayAgain = attempt < (unheard.has(topic.name) ? 1 : maxTries) && (await patience.until(Date.now() + backoffMs * 2 ** (attempt - 1)));
            attempt += 1;
            if (mayAgain) break;
            unheard.add(topic.name);
            tell(topic, meaning.why);
            return undefined;
          }
          case 'refused':
            refused.add(meaning.all ? everything : topic.name);
            tell(topic, `${meaning.why}. ${meaning.hint}`, meaning.all ? everything : topic.name);
            return undefined;
        }
      }
      return undefined;
    },
  };
}

const limitText = (until: number): string => `its limit of requests is reached until ${new Date(until).toISOString().slice(11, 19)} UTC`;

interface AskOptions {
  readonly token: string;
  readonly timeoutMs: number;
  readonly ended: AbortSignal;
}

/** What GitHub answered, or in words why it did not. */
async function ask(repository: string, { method, path, body }: GithubRequest, { token, timeoutMs, ended }: AskOptions): Promise<Answer | string> {
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ended]);
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  let url = `${repository}/${path}`;
  try {
    for (let moves = 0; ; moves += 1) {
      const response = await sendHttp(url, { method, headers, authorization: `Bearer ${token}`, ...content, signal, retries: 0 });
      const text = await readText(response.body);
      const to = moves < 2 ? movedTo(url, response.status, response.headers['location']) : undefined;
      if (to === undefined) return { status: response.status, headers: response.headers, text };
      url = to;
    }
  } catch (error) {
    if (ended.aborted) return noMoreTime;
    if (signal.aborted) return `no answer within ${formatDuration(timeoutMs)}`;
    return error instanceof HarnessError ? error.message : String(error);
  }
}

/** A repository that was renamed: GitHub says where it is now, also for what is written. */
function movedTo(from: string, status: number, location: string | undefined): string | undefined {
  if (location === undefined || ![301, 307, 308].includes(status) || !URL.canParse(location, from)) return undefined;
  const to = new URL(location, from);
  return to.origin === new URL(from).origin ? to.href : undefined;
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
