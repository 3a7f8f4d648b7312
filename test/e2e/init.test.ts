// Adopting kit-test: from an empty folder to a matrix that is green, and a new case from each template.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { caseTemplates } from '../../src/scaffold/case.ts';
import { createProject } from './project.ts';

const built = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

interface Folder extends AsyncDisposable {
  readonly path: string;
  kitTest(...words: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
}

async function emptyFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'kit-test-init-'));
  return {
    path,
    kitTest: (...words) => spawnSync(process.execPath, [built, ...words], { cwd: path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, GITHUB_ACTIONS: '' } }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

describe('kit-test init', () => {
  it('makes a project whose matrix passes', async () => {
    await using folder = await emptyFolder();
    await writeFile(join(folder.path, '.gitignore'), 'node_modules');
    const outcome = folder.kitTest('init', '--yes', '--kernel', '6.1', '--arch', 'aarch64');
    expect(outcome).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('wrote harness.config.ts') as string });
    expect(await readFile(join(folder.path, '.gitignore'), 'utf8')).toBe('node_modules\n.kit-test/\n');
    const run = folder.kitTest('run', '--matrix', '--accel', 'tcg');
    expect(run.stdout).toContain('1 pass');
    expect(run.status).toBe(0);
  });

  it('takes by default the architectures that every kernel has', async () => {
    await using folder = await emptyFolder();
    folder.kitTest('init', '--yes');
    expect(await readFile(join(folder.path, 'harness.config.ts'), 'utf8')).toMatch(/kernels: \['6\.1', '6\.12'\],\n\s+arch: \['aarch64', 'arm', 'x86_64'\]/);
  });

  it('overwrites nothing', async () => {
    await using folder = await emptyFolder();
    await writeFile(join(folder.path, 'harness.config.ts'), 'export default {}\n');
    expect(folder.kitTest('init', '--yes')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('PROJECT_EXISTS') as string });
    expect(await readFile(join(folder.path, 'harness.config.ts'), 'utf8')).toBe('export default {}\n');
  });

  it('says how to do without questions where nobody can answer, and which names there are', async () => {
    await using folder = await emptyFolder();
    expect(folder.kitTest('init')).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') as string });
    expect(folder.kitTest('init', '--yes', '--kernel', '6.2')).toMatchObject({ status: 2, stderr: expect.stringMatching(/"6\.2" is none of the kernels[^]*6\.12/) as string });
    expect(existsSync(join(folder.path, 'harness.config.ts'))).toBe(false);
  });

  it('asks at a terminal, again where an answer is no choice', async ({ skip }) => {
    skip(spawnSync('script', ['--version']).error !== undefined, 'script is not installed');
    await using folder = await emptyFolder();
    execFileSync('script', ['-qec', `${process.execPath} ${built} init`, '/dev/null'], { cwd: folder.path, input: 'nope\n6.12\narm\nno\n', encoding: 'utf8' });
    expect(await readFile(join(folder.path, 'harness.config.ts'), 'utf8')).toMatch(/kernels: \['6\.12'\],\n\s+arch: \['arm'\]/);
    expect(existsSync(join(folder.path, '.github'))).toBe(false);
  });
});

describe('kit-test new case', () => {
  it('makes cases that pass, one from each template', async () => {
    await using project = await createProject({});
    const names = Object.keys(caseTemplates);
    for (const name of names) expect(await project.run(['new', 'case', `my-${name}`, '--template', name])).toMatchObject({ code: 0, stderr: '' });
    expect(await project.run(['run', '--matrix'])).toMatchObject({ code: 0 });
    expect((await project.report()).totals).toMatchObject({ pass: names.length, total: names.length });
  });

  it('refuses a name that is no name, and one that is taken', async () => {
    await using project = await createProject({ 'cases/mine/case.yaml': 'summary: mine\nrun: { command: ["true"] }\n' });
    expect(await project.run(['new', 'case', '../Elsewhere'])).toMatchObject({ code: 2, stdout: '' });
    await using folder = await emptyFolder();
    expect(folder.kitTest('new', 'case', 'first')).toMatchObject({ status: 2, stderr: expect.stringContaining('kit-test init') as string });
    expect(await project.run(['new', 'case', 'mine'])).toMatchObject({ code: 2, stderr: expect.stringContaining('CASE_EXISTS') as string });
  });
});
