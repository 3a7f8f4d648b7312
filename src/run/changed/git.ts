// What git says has changed between a commit and the files as they lie here: committed or not, known to git or not yet.
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError, UsageError } from '../../model/errors.ts';
import { suggest } from '../../model/suggest.ts';
import { runProgram, type RunResult } from '../../sys/process.ts';

export interface GitChanges {
  /** The folder of the repository, without links in it. */
  readonly top: string;
  /** The commit that the files are compared with, in full. */
  readonly base: string;
  /** Where it is from, for people: `where HEAD left origin/main`. */
  readonly from: string;
  /** Absolute paths of files that changed, came or went. A repository within this one is told by its folder. */
  readonly changed: readonly string[];
  /** Absolute paths of files and folders that git is told to ignore: it knows nothing of them. */
  readonly ignored: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Compares with the commit where HEAD left `ref`, or else the branch that this one is to go into.
 * @throws UsageError `GIT_MISSING`, `NO_REPOSITORY`, `UNKNOWN_REF`, `NO_BASE`
 */
export async function changesSince(folder: string, ref: string | undefined, env: Env): Promise<GitChanges> {
  const top = await topOf(folder);
  const git = (...args: readonly string[]): Promise<RunResult> => runGit(top, args);
  const other = ref === undefined ? await targetBranch(top, env) : await named(top, ref);
  const { code, stdout } = await git('merge-base', 'HEAD', other.commit);
  const base = stdout.trim();
  if (code !== 0 || base === '') throw new UsageError('NO_BASE', `HEAD and ${other.name} have no commit in common, as far as this clone goes back`, { hint: 'a shallow clone has to be deepened: git fetch --unshallow, or fetch-depth: 0 of actions/checkout' });
  const lists = [
    git('diff', '--name-only', '--no-renames', '--no-ext-diff', '--ignore-submodules=none', '-z', base, '--'),
    git('ls-files', '--others', '--exclude-standard', '-z'),
    git('ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'),
  ];
  const [differing = [], untracked = [], ignored = []] = (await Promise.all(lists)).map((result) => namesIn(top, result));
  return { top, base, from: `where HEAD left ${other.name}`, changed: [...new Set([...differing, ...untracked])].sort(), ignored };
}

interface Named {
  readonly name: string;
  readonly commit: string;
}

async function topOf(folder: string): Promise<string> {
  const { code, stdout, stderr } = await runGit(folder, ['rev-parse', '--show-toplevel']);
  if (code === 0) return realpath(stdout.replace(/\n$/, ''));
  throw new UsageError('NO_REPOSITORY', `--changed asks git what has changed, and git knows no repository of ${folder}: ${lastLine(stderr)}`, { hint: 'run without --changed, or "git init" and commit first' });
}

async function named(top: string, ref: string): Promise<Named> {
  const commit = await commitOf(top, ref);
  if (commit !== undefined) return { name: ref, commit };
  const { stdout } = await runGit(top, ['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/remotes', 'refs/tags']);
  throw new UsageError('UNKNOWN_REF', `--changed ${JSON.stringify(ref)}: git knows no such commit here`, { hint: suggest(ref, stdout.split('\n').filter((name) => name !== ''), 'branches and tags') });
}

/** Variables by which CI systems tell what branch a pull request is to go into. */
const targets = ['GITHUB_BASE_REF', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', 'CHANGE_TARGET', 'BUILDKITE_PULL_REQUEST_BASE_BRANCH'] as const;

/** Of the pull request; else the branch that this one follows under another name; else the default branch of a remote, or of this clone. */
async function targetBranch(top: string, env: Env): Promise<Named> {
  const variable = targets.find((name) => (env[name] ?? '') !== '');
  const target = variable === undefined ? undefined : `origin/${env[variable] ?? ''}`;
  const candidates = [...(target === undefined ? [] : [target]), ...(await followed(top)), 'upstream/HEAD', 'origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];
  for (const name of candidates) {
    const commit = await commitOf(top, name);
    if (commit !== undefined) return { name: await readable(top, name), commit };
    if (name === target) throw new UsageError('NO_BASE', `${variable ?? ''} says that the pull request goes into ${env[variable ?? ''] ?? ''}, and this clone has no ${name}`, { hint: `git fetch origin ${env[variable ?? ''] ?? ''}, or fetch-depth: 0 of actions/checkout` });
  }
  throw new UsageError('NO_BASE', 'there is no default branch here to compare with: no origin/HEAD, origin/main, main or master', { hint: 'name a commit: --changed REF' });
}

/** A branch that follows its own copy on a server says nothing of where it is to go. */
async function followed(top: string): Promise<readonly string[]> {
  const branch = (await runGit(top, ['symbolic-ref', '--quiet', '--short', 'HEAD'])).stdout.trim();
  if (branch === '') return [];
  const merge = (await runGit(top, ['config', `branch.${branch}.merge`])).stdout.trim();
  return merge === '' || merge === `refs/heads/${branch}` ? [] : ['@{upstream}'];
}

/** `origin/main` for `origin/HEAD` or `@{upstream}`. */
async function readable(top: string, name: string): Promise<string> {
  const { code, stdout } = await runGit(top, ['rev-parse', '--abbrev-ref', name]);
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : name;
}

async function commitOf(top: string, ref: string): Promise<string | undefined> {
  const { code, stdout } = await runGit(top, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  return code === 0 ? stdout.trim() : undefined;
}

/** What git sets for its hooks is of its own process; and nothing here is to wait for, or to hold, its lock. */
const environment = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, GIT_PREFIX: undefined, GIT_OPTIONAL_LOCKS: '0' };

/** 1 and 128 are answers: no, and why not. */
async function runGit(folder: string, args: readonly string[]): Promise<RunResult> {
  try {
    return await runProgram('git', ['-C', folder, ...args], { env: environment, okCodes: [0, 1, 128, 129] });
  } catch (error) {
    if (error instanceof HarnessError && error.code === 'PROGRAM_NOT_FOUND') throw new UsageError('GIT_MISSING', '--changed asks git what has changed, and git is not installed', { hint: 'install git, or run without --changed', cause: error });
    throw error;
  }
}

/** The paths that a list names; a folder ends with a slash in it. */
function namesIn(top: string, { code, stdout, stderr }: RunResult): readonly string[] {
  if (code !== 0) throw new HarnessError('GIT_FAILED', `git cannot tell what has changed: ${lastLine(stderr)}`);
  return stdout.split('\0').filter((name) => name !== '').map((name) => join(top, name.replace(/\/$/, '')));
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
