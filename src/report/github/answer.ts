// What an answer of GitHub's interface means for whoever asked. Pure.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
import { GithubRefusalSchema } from '../../model/github.ts';

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A part of what is reported, for which a token needs a permission of its own. */
export interface Topic {
  /** As `commit statuses`. */
  readonly name: string;
  /** As a workflow writes it: `statuses: write`. */
  readonly permission: string;
}

export type Meaning =
  | { readonly kind: 'done' }
  /** Asked again after a while the answer will be another: a limit of requests. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** It may be another if asked again at once. */
  | { readonly kind: 'again'; readonly why: string }
  /** Never for this token, whatever is asked; or never for what the topic needs. */
  | { readonly kind: 'refused'; readonly all: boolean; readonly why: string; readonly hint: string };

/** GitHub's advice for a limit that it does not explain. */
const unexplainedWaitMs = 60_000;

export function meaningOf({ status, headers, text }: Answer, topic: Topic, nowMs: number): Meaning {
  if (status >= 200 && status < 300) return { kind: 'done' };
  const message = messageOf(text);
  const limited = limitMs(status, headers, message, nowMs);
  if (limited !== undefined) return { kind: 'wait', ms: limited };
  if (status >= 500 || status === 408) return { kind: 'again', why: `status ${status}` };
  const why = `status ${status}${message === '' ? '' : `: ${message}`}`;
  if (status === 401) return { kind: 'refused', all: true, why, hint: 'GITHUB_TOKEN is wrong, has expired or was revoked: give the step `GITHUB_TOKEN: ${{ github.token }}` in its env' };
  if (status === 403) return { kind: 'refused', all: false, why, hint: `GITHUB_TOKEN may not write ${topic.name}: add \`permissions: { contents: read, ${topic.permission} }\` to the job; for pull requests from forks the token never may, a workflow_run workflow can report for them` };
  if (status === 404) return { kind: 'refused', all: false, why, hint: `GITHUB_TOKEN does not see the repository, or may not write ${topic.name} (\`${topic.permission}\`)` };
  return { kind: 'refused', all: false, why, hint: 'check GITHUB_REPOSITORY, GITHUB_SHA and GITHUB_API_URL' };
}

/** How long a limit of requests asks to wait; undefined for every other answer. */
function limitMs(status: number, headers: Readonly<Record<string, string>>, message: string, nowMs: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const reset = headers['x-ratelimit-reset'] ?? '';
  if (headers['x-ratelimit-remaining'] === '0' && /^\d+$/.test(reset)) return Math.max(1000, Number(reset) * 1000 - nowMs);
  return status === 429 || /rate limit/i.test(message) ? unexplainedWaitMs : undefined;
}

/** GitHub's own words; empty where there are none, as in a proxy's error page. */
const messageOf = (text: string): string => readText(text, GithubRefusalSchema)?.message ?? '';

/** What an answer holds; undefined where that is something else. */
export const readAnswer = <T>({ text }: Pick<Answer, 'text'>, schema: Reader<T>): T | undefined => readText(text, schema);

interface Reader<T> {
  parse(data: unknown): T;
}

function readText<T>(text: string, schema: Reader<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
