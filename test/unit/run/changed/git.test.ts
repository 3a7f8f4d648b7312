import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesSince } from '../../../../src/run/changed/git.ts';
import { judgeByGit } from '../../../../src/run/changed/judge.ts';

let folder: string;
const git = (...args: readonly string[]): string => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@a.example', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }).trim();
const write = async (...paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${path} ${Math.random()}\n`);
  }
};
const commit = (): string => {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'x');
  return git('rev-parse', 'HEAD');
};
const changedSince = async (ref?: string, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => (await changesSince(folder, ref, env)).changed.map((path) => path.slice(folder.length + 1));

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'kit-test-git-')));
  git('init', '--quiet', '--initial-branch', 'main');
  await write('a', 'b', 'sub/c');
  await writeFile(join(folder, '.gitignore'), '*.o\n/build\n');
  commit();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what has changed', () => {
  it('is what was committed since, what is not committed, and what git does not know yet', async () => {
    git('checkout', '--quiet', '-b', 'feature');
    await write('a');
    commit();
    await write('b', 'sub/staged', 'new ü "name"');
    git('add', 'sub/staged');
    await rm(join(folder, 'sub/c'));
    expect(await changedSince()).toEqual(['a', 'b', 'new ü "name"', 'sub/c', 'sub/staged']);
  });

  it('does not hold what came to the other branch meanwhile, nor what was taken back', async () => {
    git('checkout', '--quiet', '-b', 'feature');
    git('checkout', '--quiet', 'main');
    await write('sub/c');
    commit();
    git('checkout', '--quiet', 'feature');
    expect(await changesSince(folder, 'main', {})).toMatchObject({ changed: [], base: git('merge-base', 'main', 'HEAD'), from: 'where HEAD left main' });
    await write('a');
    git('add', 'a');
    await writeFile(join(folder, 'a'), execFileSync('git', ['show', 'HEAD:a'], { cwd: folder }));
    expect(await changedSince()).toEqual([]);
  });

  it('holds both names of a file that was renamed', async () => {
    await rename(join(folder, 'a'), join(folder, 'z'));
    git('add', '--all');
    expect(await changedSince()).toEqual(['a', 'z']);
  });

  it('is told from the top of the repository, whatever hook it is asked in', async () => {
    await write('sub/c', 'b');
    process.env['GIT_DIR'] = '.git';
    process.env['GIT_INDEX_FILE'] = '.git/no-index';
    try {
      expect((await changesSince(join(folder, 'sub'), undefined, {})).changed).toEqual([join(folder, 'b'), join(folder, 'sub/c')]);
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['GIT_INDEX_FILE'];
    }
  });
});

describe('the branch that another one is to go into', () => {
  it('is the one it follows, unless that is its own copy on the server', async () => {
    git('branch', 'develop');
    git('checkout', '--quiet', '-b', 'feature', '--track', 'develop');
    expect((await changesSince(folder, undefined, {})).from).toBe('where HEAD left develop');
    git('remote', 'add', 'origin', folder);
    git('fetch', '--quiet', 'origin');
    git('branch', '--quiet', '--set-upstream-to', 'origin/main', 'main');
    git('push', '--quiet', '--set-upstream', 'origin', 'feature');
    expect((await changesSince(folder, undefined, {})).from).toBe('where HEAD left origin/main');
    git('remote', 'set-head', 'origin', 'develop');
    expect((await changesSince(folder, undefined, {})).from).toBe('where HEAD left origin/develop');
  });

  it('is the one that CI names for a pull request', async () => {
    const first = git('rev-parse', 'HEAD');
    git('update-ref', 'refs/remotes/origin/release', first);
    await write('a');
    commit();
    expect(await changedSince(undefined, { GITHUB_BASE_REF: 'release' })).toEqual(['a']);
    expect(await changedSince(undefined, { GITHUB_BASE_REF: '' })).toEqual([]);
    await expect(changesSince(folder, undefined, { GITHUB_BASE_REF: 'gone' })).rejects.toMatchObject({ code: 'NO_BASE', message: expect.stringContaining('origin/gone') as string, hint: expect.stringContaining('fetch-depth: 0') as string });
  });
});

describe('a mistake', () => {
  it('is a folder without a repository, a commit that is not there, or no branch to compare with', async () => {
    await expect(changesSince(tmpdir(), undefined, {})).rejects.toMatchObject({ name: 'UsageError', code: 'NO_REPOSITORY' });
    await expect(changesSince(folder, 'mian', {})).rejects.toMatchObject({ name: 'UsageError', code: 'UNKNOWN_REF', hint: 'did you mean "main"? branches and tags: main' });
    await expect(changesSince(folder, '--output=x', {})).rejects.toMatchObject({ code: 'UNKNOWN_REF' });
    git('branch', '--move', 'main', 'trunk');
    await expect(changesSince(folder, undefined, {})).rejects.toMatchObject({ name: 'UsageError', code: 'NO_BASE' });
    git('checkout', '--quiet', '--orphan', 'other');
    await write('a');
    commit();
    await expect(changesSince(folder, 'trunk', {})).rejects.toMatchObject({ code: 'NO_BASE', message: expect.stringContaining('no commit in common') as string });
  });

  it('is a machine without git', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      await expect(changesSince(folder, undefined, {})).rejects.toMatchObject({ name: 'UsageError', code: 'GIT_MISSING' });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('a file that a cell is made of', () => {
  const touch = async (...paths: readonly string[]): Promise<readonly unknown[]> => {
    const whole = paths.map((path) => join(folder, path));
    const judge = await judgeByGit(whole, await changesSince(folder, undefined, {}));
    return whole.map((path) => judge.touch(path)).map((found) => found && [found.path.startsWith(folder) ? found.path.slice(folder.length + 1) : found.path, found.why]);
  };

  it('has changed when it did, or something in it', async () => {
    await write('sub/deep/new', 'a');
    await rm(join(folder, 'b'));
    expect(await touch('a', 'b', 'sub', 'sub/deep', 'sub/c', 'none')).toEqual([['a', 'changed'], ['b', 'changed'], ['sub/deep/new', 'changed'], ['sub/deep/new', 'changed'], undefined, undefined]);
  });

  it('is in doubt where git looks away, or does not look', async () => {
    await write('build/tool', 'sub/x.o');
    expect(await touch('build/tool', 'build', 'sub', 'sub/c', 'a', '..', '../none')).toEqual([['build/tool', 'ignored'], ['build', 'ignored'], ['sub/x.o', 'ignored'], undefined, undefined, [dirname(folder), 'outside'], undefined]);
  });

  it('may be a link: it counts with what it leads to', async () => {
    await symlink('sub', join(folder, 'link'));
    await symlink('/usr/bin/env', join(folder, 'far'));
    commit();
    expect(await touch('link', 'link/c', 'far')).toEqual([undefined, undefined, [await realpath('/usr/bin/env'), 'outside']]);
    await write('sub/c');
    expect(await touch('link', 'link/c')).toEqual([['sub/c', 'changed'], ['sub/c', 'changed']]);
  });

  it('may lie in a repository of its own', async () => {
    const inner = join(folder, 'inner');
    execFileSync('git', ['init', '--quiet', inner]);
    await write('inner/x');
    expect(await touch('inner/x', 'inner')).toEqual([['inner', 'changed'], ['inner', 'changed']]);
  });
});
