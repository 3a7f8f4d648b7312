// `--changed`: what a branch touches, by git.
import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject, scriptCase, type Outcome, type Project } from './project.ts';

const config = `import { arch } from './archs.ts';\nexport default { matrix: { kernels: ['6.*'], arch }, accel: 'tcg', tcgScale: 1 };\n`;
const files = {
  '.gitignore': '.kit-test/\nbuild/\n',
  'harness.config.ts': config,
  'archs.ts': `export const arch = ['aarch64', 'arm'];\n`,
  ...scriptCase('a', 'true'),
  ...scriptCase('b', 'true'),
  'cases/c/case.yaml': 'summary: c\n',
  'cases/c/image.yml': 'init: ["builtin:init", "apt:busybox-static", "dir:../../shared"]\n',
  'shared/etc/words': 'one\n',
};

const git = (project: Project, ...words: readonly string[]): void => void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@a.example', ...words], { cwd: project.folder, stdio: 'ignore' });

async function committed(more: Readonly<Record<string, string>> = {}): Promise<Project> {
  const project = await createProject({ ...files, ...more });
  git(project, 'init', '--initial-branch', 'main');
  git(project, 'add', '--all');
  git(project, 'commit', '--message', 'first');
  git(project, 'checkout', '-b', 'feature');
  return project;
}

const env = { CI: undefined, GITHUB_BASE_REF: undefined };
const idsOf = ({ stdout }: Outcome): readonly string[] => (JSON.parse(stdout) as readonly { readonly id: string }[]).map(({ id }) => id);
const list = (project: Project, ...words: readonly string[]): Promise<Outcome> => project.run(['list', '--json', '--changed', ...words], env);
const all = ['a', 'b', 'c'].flatMap((name) => ['6.1', '6.12'].flatMap((kernel) => ['aarch64', 'arm'].map((arch) => `${name}/${kernel}/${arch}`)));

describe('kit-test list --changed', () => {
  it('lists the cells whose files changed, committed or not, and says by which file', async () => {
    await using project = await committed();
    await project.write({ 'cases/a/check.sh': 'false\n' });
    git(project, 'commit', '--all', '--message', 'second');
    await project.write({ 'kernels/6.12.yaml': `${await project.read('kernels/6.12.yaml')}cmdline: [quiet]\n`, 'shared/new': 'x\n', 'README.md': 'x\n', 'cases/b/notes.md': 'x\n' });
    const outcome = await list(project);
    expect(idsOf(outcome)).toEqual(all.filter((id) => !id.startsWith('b/6.1/')));
    expect(outcome.stderr.split('\n').slice(1).sort()).toEqual(['', 'a: cases/a/check.sh changed', 'c: shared/new changed', 'kernel 6.12: kernels/6.12.yaml changed']);
    expect(outcome.stderr).toMatch(/^changed since [0-9a-f]{10}, where HEAD left main: 10 of 12 cells\n/);
    expect(idsOf(await list(project, '--kernel', '6.1', '--arch', 'arm'))).toEqual(['a/6.1/arm', 'c/6.1/arm']);
    expect(idsOf(await project.run(['list', '--json', '--changed=HEAD'], env))).toEqual(all.filter((id) => id.includes('/6.12/') || id.startsWith('c/')));
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['the configuration', { 'harness.config.ts': `${config}// x\n` }, /^everything: harness\.config\.ts changed$/m],
    ['what that imports', { 'archs.ts': `export const arch = ['arm64', 'arm'];\n` }, /^everything: archs\.ts changed$/m],
    ['the lock file', { 'kit-test.lock': '{ "version": 1, "apt": {} }\n' }, /^everything: kit-test\.lock changed$/m],
  ])('lists all of them when %s changed', async (_, change, line) => {
    await using project = await committed();
    await project.write(change);
    const outcome = await list(project);
    expect(idsOf(outcome)).toEqual(all);
    expect(outcome.stderr).toMatch(line);
  });

  it('lists what git cannot judge: a build that it ignores, of one architecture', async () => {
    await using project = await committed({ 'cases/a/case.yaml': 'summary: a\nrun: { command: [./tool], copy: ["../../build/{arch}/tool"] }\n' });
    expect(idsOf(await list(project))).toEqual([]);
    await project.write({ 'build/arm/tool': '#!/bin/sh\n' });
    const outcome = await list(project);
    expect(idsOf(outcome)).toEqual(['a/6.1/arm', 'a/6.12/arm']);
    expect(outcome.stderr).toMatch(/^a: build\/arm\/tool: git ignores it, so whether it changed is not known$/m);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a commit that is not there', ['--changed=fetaure'], /UNKNOWN_REF.*\n.*did you mean "feature"\?/],
    ['a case where the commit belongs', ['--changed', 'a'], /UNKNOWN_REF.*\n.*kit-test run a --changed/],
  ])('ends with 2 for %s', async (_, words, message) => {
    await using project = await committed();
    for (const command of ['list', 'plan', 'run']) {
      expect(await project.run([command, ...words], env)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string });
    }
  });

  it('ends with 2 without a repository, and without git', async () => {
    await using project = await createProject(files);
    expect(await list(project)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('NO_REPOSITORY') as string });
    await mkdir(join(project.folder, 'empty'));
    expect(await project.run(['list', '--changed'], { ...env, PATH: join(project.folder, 'empty') })).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('GIT_MISSING') as string });
  });
});

describe('kit-test plan --changed', () => {
  it('divides what changed, and names the commit for the machines that run it', async () => {
    await using project = await committed();
    expect(await project.run(['plan', '--changed', '--format', 'github'], env)).toMatchObject({ code: 0, stdout: '{"include":[]}\n' });
    await project.write({ 'cases/b/check.sh': 'false\n' });
    const { stdout } = await project.run(['plan', '--shards', '2', '--changed', '--format', 'json'], env);
    const plan = JSON.parse(stdout) as { readonly shards: readonly { readonly command: string; readonly cells: readonly { readonly id: string }[] }[] };
    expect(plan.shards.flatMap(({ cells }) => cells.map(({ id }) => id)).sort()).toEqual(all.filter((id) => id.startsWith('b/')));
    const [, ...words] = plan.shards[1]?.command.split(' ') ?? [];
    expect(words[1]).toMatch(/^--changed=[0-9a-f]{40}$/);
    const shard = await project.run([...words, '--dry-run', '--json'], env);
    expect((JSON.parse(shard.stdout) as { readonly cells: readonly { readonly id: string }[] }).cells.map(({ id }) => id)).toEqual(plan.shards[1]?.cells.map(({ id }) => id));
  });
});

describe('kit-test run --changed', () => {
  it('boots what changed, and nothing where nothing did', async () => {
    await using project = await committed({ 'archs.ts': `export const arch = ['aarch64'];\n` });
    expect(await project.run(['run', '--changed'], env)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing that these cells are made of has changed since [0-9a-f]{10}, where HEAD left main\n$/) as string, stderr: '' });
    expect(await project.events()).toEqual([]);
    await project.write(scriptCase('b', 'exit 3'));
    const outcome = await project.run(['run', '--changed', '--kernel', '6.1'], env);
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('b: cases/b/check.sh changed\n') as string });
    expect((await project.report()).cells.map(({ id, verdict }) => [id, verdict.kind])).toEqual([['b/6.1/aarch64', 'fail']]);
    // What git says now is no matter to a run that goes on.
    await rm(join(project.folder, '.git'), { recursive: true });
    expect(await project.run(['run', '--resume'], env)).toMatchObject({ code: 1, stderr: expect.stringContaining('0 of 1 cells are left') as string });
  });
});
