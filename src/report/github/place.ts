// Where a run stands on GitHub: repository, commit and pages, as a workflow's environment tells.
// https://docs.github.com/actions/reference/workflows-and-actions/variables
import { readFile } from 'node:fs/promises';
import { GithubEventSchema } from '../../model/github.ts';

export interface GithubPlace {
  /** Without a slash at its end. */
  readonly apiUrl: string;
  /** `owner/name` */
  readonly repository: string;
  /** The commit that is tested: of a pull request its own, not that of its merge. */
  readonly sha: string;
  /** Number of the pull request, where the event tells. */
  readonly pull?: number;
  /** Page of the workflow's run. */
  readonly runUrl?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The place, or what has to be set for it to be known. */
export async function findPlace(env: Environment): Promise<GithubPlace | { readonly missing: readonly string[] }> {
  const { pull_request: pull, workflow_run: workflow } = await readEvent(env['GITHUB_EVENT_PATH']);
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const sha = pull?.head.sha ?? workflow?.head_sha ?? env['GITHUB_SHA'] ?? '';
  const apiUrl = trimmed(env['GITHUB_API_URL']) ?? 'https://api.github.com';
  const missing = [
    ...(/^[\w.-]+\/[\w.-]+$/.test(repository) ? [] : ['GITHUB_REPOSITORY (owner/name)']),
    ...(/^[0-9a-f]{40,64}$/i.test(sha) ? [] : ['GITHUB_SHA (the whole commit id)']),
    ...(isWebAddress(apiUrl) ? [] : ['GITHUB_API_URL (an http or https URL)']),
  ];
  if (missing.length > 0) return { missing };
  const runUrl = runPage(env, repository);
  const number = pull?.number ?? workflow?.pull_requests?.[0]?.number ?? pullOf(env['GITHUB_REF']);
  return { apiUrl, repository, sha, ...(number === undefined ? {} : { pull: number }), ...(runUrl === undefined ? {} : { runUrl }) };
}

function pullOf(ref = ''): number | undefined {
  const number = /^refs\/pull\/(\d{1,9})\//.exec(ref)?.[1];
  return number === undefined ? undefined : Number(number);
}

function runPage(env: Environment, repository: string): string | undefined {
  const run = env['GITHUB_RUN_ID'] ?? '';
  const url = `${trimmed(env['GITHUB_SERVER_URL']) ?? 'https://github.com'}/${repository}/actions/runs/${run}`;
  return /^\d+$/.test(run) && isWebAddress(url) ? url : undefined;
}

/** An event that cannot be read says nothing. */
async function readEvent(path: string | undefined): Promise<ReturnType<typeof GithubEventSchema.parse>> {
  if (path === undefined || path === '') return {};
  try {
    return GithubEventSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return {};
  }
}

const trimmed = (url: string | undefined): string | undefined => (url === undefined || url === '' ? undefined : url.replace(/\/+$/, ''));

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
