// `--watch`: the cells whose files are edited run again, until somebody quits.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/model/report.ts';
import { findProgram } from '../../src/sys/programs.ts';
import { createProject, processesWith, scriptCase, type Project } from './project.ts';

const env = { CI: undefined };
const waits = 'waiting for files of';
const long = { timeout: 120_000, interval: 50 };

interface Session extends AsyncDisposable {
  readonly said: () => string;
  /** What it printed since it was asked last, once it waits for changes again. */
  readonly next: () => Promise<string>;
  readonly key: (key: string) => void;
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** `kit-test run ... --watch`; on a terminal of its own where that is asked for. */
function watch(project: Project, words: readonly string[], { terminal = false } = {}): Session {
  const command = [process.execPath, fileURLToPath(new URL('../../dist/main.js', import.meta.url)), 'run', ...words, '--watch'];
  const [file = '', ...args] = terminal ? ['script', '--quiet', '--flush', '--return', '--command', command.map((word) => `'${word}'`).join(' '), '/dev/null'] : command;
  const child = spawn(file, args, { cwd: project.folder, env: { ...process.env, ...env, FORCE_COLOR: undefined, GITHUB_ACTIONS: undefined, TERM: 'dumb' }, stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  let seen = 0;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = once(child, 'close');
  return {
    said: () => text,
    async next() {
      await expect.poll(() => text.indexOf(waits, seen), long).not.toBe(-1);
      const from = seen;
      seen = text.indexOf(waits, seen) + waits.length;
      return text.slice(from, seen);
    },
    key: (key) => void child.stdin.write(key),
    async end(signal) {
      if (signal !== undefined) child.kill(signal);
      return (await closed)[0] as number | null;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** Ids of the cells of each run, the oldest first. */
async function runs(project: Project): Promise<readonly (readonly string[])[]> {
  const folder = join(project.folder, '.kit-test/runs');
  const names = (await readdir(folder)).filter((name) => name !== 'latest').sort();
  return Promise.all(names.map(async (name) => (JSON.parse(await project.read(`.kit-test/runs/${name}/report.json`)) as RunReport).cells.map(({ id }) => id)));
}

const a = 'a/6.1/aarch64';
const b = 'b/6.1/aarch64';

describe('kit-test run --watch', () => {
  it('runs again what a change belongs to, and nothing for what no cell is made of', async () => {
    await using project = await createProject({ ...scriptCase('a', 'exit 3'), ...scriptCase('b', 'true') });
    await using session = watch(project, []);
    expect(await session.next()).toContain('1 fail');
    await project.write({ 'README.md': 'x\n', 'cases/a/notes.md': 'x\n', 'cases/a/.check.sh.swp': 'x\n' });
    // As editors save: another file takes its place.
    await writeFile(join(project.folder, 'cases/a/new'), 'true\n');
    await rename(join(project.folder, 'cases/a/new'), join(project.folder, 'cases/a/check.sh'));
    const second = await session.next();
    expect(second).toContain('\na: cases/a/check.sh changed\n');
    expect(second).toContain('1 pass');
    expect(await runs(project)).toEqual([[a, b], [a]]);

    // A mistake is told, and waits for its repair.
    await project.write({ 'cases/b/case.yaml': 'summary: b\nrun: { comand: [sh] }\n' });
    expect(await session.next()).toMatch(/cases\/b\/case\.yaml:2:\d+ run.*\n.*did you mean|comand/);
    await project.write(scriptCase('b', 'echo again'));
    expect(await session.next()).toMatch(/b: cases\/b\/case\.yaml( and 1 more)? changed/);
    await project.write({ 'harness.config.ts': `${await project.read('harness.config.ts')}// x\n` });
    expect(await session.next()).toContain('everything: harness.config.ts changed');
    expect((await runs(project)).slice(2)).toEqual([[b], [a, b]]);
    expect(await session.end('SIGINT')).toBe(130);
  });

  it('sees a folder and an image that the case names, and files that come later', async () => {
    await using project = await createProject({
      'cases/a/case.yaml': 'summary: a\n',
      'cases/a/image.yml': 'init: ["builtin:init", "apt:busybox-static", "dir:./tree"]\nonboot: []\n',
      'cases/a/tree/etc/one': '1\n',
    });
    await using session = watch(project, ['a']);
    await session.next();
    await mkdir(join(project.folder, 'cases/a/tree/usr/share'), { recursive: true });
    await writeFile(join(project.folder, 'cases/a/tree/usr/share/two'), '2\n');
    expect(await session.next()).toMatch(/a: cases\/a\/tree\/.* changed/);
    await rm(join(project.folder, 'cases/a/tree/etc/one'));
    expect(await session.next()).toMatch(/a: cases\/a\/tree\/etc(\/one)? changed/);
    await project.write({ 'cases/a/image.yml': 'init: ["builtin:init", "apt:busybox-static", "dir:../../other"]\nonboot: []\n', 'other/etc/three': '3\n' });
    expect(await session.next()).toContain('a: cases/a/image.yml changed');
    await project.write({ 'other/etc/three': '33\n' });
    expect(await session.next()).toContain('a: other/etc/three changed');
    expect(await session.end('SIGTERM')).toBe(130);
  });

  it('runs a case that is made while it waits, and forgets one that is taken away', async () => {
    await using project = await createProject(scriptCase('a', 'true'));
    await using session = watch(project, []);
    await session.next();
    await project.write(scriptCase('b', 'true'));
    expect(await session.next()).toMatch(/b: cases\/b.* changed/);
    await rm(join(project.folder, 'cases/a'), { recursive: true });
    await project.write(scriptCase('b', 'echo again'));
    await session.next();
    expect(await runs(project)).toEqual([[a], [b], [b]]);
    expect(await session.end('SIGINT')).toBe(130);
  });

  it('ends the guests that run when it is ended, with a report', async () => {
    const name = `hang-${randomBytes(6).toString('hex')}`;
    await using project = await createProject(scriptCase(name, 'echo begun; sleep 1000'));
    await using session = watch(project, [name]);
    await expect.poll(() => processesWith(name), long).toHaveLength(1);
    expect(await session.end('SIGINT')).toBe(130);
    expect(await processesWith(name)).toEqual([]);
    expect(await project.report()).toMatchObject({ interrupted: true });
    expect(session.said()).not.toContain(waits);
  });

  it.each<[string, readonly string[], NodeJS.ProcessEnv, string]>([
    ['in CI', [], { CI: 'true' }, 'WATCH_IN_CI'],
    ['with --dry-run', ['--dry-run'], env, '--dry-run'],
    ['with --shard', ['--shard', '1/2'], env, '--shard'],
    ['with --changed', ['--changed'], env, '--changed'],
    ['with --last-failed', ['--last-failed'], env, '--last-failed'],
    ['with --output', ['--output', 'x'], env, '--output'],
  ])('is refused %s', async (_, words, environment, message) => {
    await using project = await createProject(scriptCase('a', 'true'));
    expect(await project.run(['run', '--watch', ...words], environment)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) as string });
  });
});

describe.runIf(process.platform === 'linux' && findProgram('script') !== undefined)('at a terminal', () => {
  it('Enter runs all, f what failed, and q quits with the code of the last run', async () => {
    await using project = await createProject({ ...scriptCase('a', 'exit 3'), ...scriptCase('b', 'true') });
    await using session = watch(project, [], { terminal: true });
    expect(await session.next()).toContain('1 fail');
    session.key('x');
    session.key('f');
    await session.next();
    session.key('\r');
    await session.next();
    await project.write(scriptCase('a', 'true'));
    await session.next();
    session.key('f');
    expect(await session.next()).toContain('nothing failed');
    expect(await runs(project)).toEqual([[a, b], [a], [a, b], [a]]);
    session.key('q');
    expect(await session.end()).toBe(0);
  });

  it('a key cuts a run short: Enter begins anew, q quits', async () => {
    const name = `hang-${randomBytes(6).toString('hex')}`;
    await using project = await createProject(scriptCase(name, 'echo begun; sleep 1000'));
    await using session = watch(project, [name], { terminal: true });
    await expect.poll(() => processesWith(name), long).toHaveLength(1);
    const [first] = await processesWith(name);
    session.key('\r');
    await expect.poll(async () => (await processesWith(name)).map(({ pid }) => pid === first?.pid), long).toEqual([false]);
    session.key('q');
    expect(await session.end()).toBe(130);
    expect(await processesWith(name)).toEqual([]);
  });

  it('Ctrl-C is what it is everywhere', async () => {
    await using project = await createProject(scriptCase('a', 'true'));
    await using session = watch(project, [], { terminal: true });
    await session.next();
    session.key('\u0003');
    expect(await session.end()).toBe(130);
  });
});
