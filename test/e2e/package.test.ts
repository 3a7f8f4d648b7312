// The package as another repository has it: installed by npm from a registry, used as a command and as a library.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePackages, type PackageRegistry } from './package-registry.ts';

const typescript = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const nodeTypes = fileURLToPath(new URL('../../node_modules/@types', import.meta.url));

let registry: PackageRegistry;
let folder: string;

/** The registry answers in this process, so nothing waits for a program by blocking. */
async function call(program: string, ...words: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const quiet = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };
  const child = spawn(program, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, GITHUB_ACTIONS: '', npm_config_registry: registry.url, npm_config_cache: join(folder, 'npm-cache'), ...quiet } });
  const code = new Promise<number | null>((ended) => child.once('close', ended));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

beforeAll(async () => {
  registry = await servePackages();
  folder = await mkdtemp(join(tmpdir(), 'kit-test-package-'));
  await writeFile(join(folder, 'package.json'), '{ "name": "theirs", "private": true, "type": "module" }\n');
  const installed = await call('npm', 'install', '--save-dev', 'kit-test');
  if (installed.code !== 0) throw new Error(installed.stderr);
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe('the installed package', () => {
  it('holds what it needs, and none of its tests', () => {
    expect(registry.files).toEqual(expect.arrayContaining(['dist/main.js', 'dist/index.js', 'dist/index.d.ts', 'dist/page/page.js', 'kernels/6.12.yaml', 'README.md', 'LICENSE']));
    expect(registry.files.filter((path) => /(?:^|\/)(?:test|bench|src|\.github)\//.test(path) && !path.startsWith('dist/guest/'))).toEqual([]);
  });

  it('goes from nothing to a green matrix with two more commands', async () => {
    expect(await call('npx', 'kit-test', 'init', '--yes', '--kernel', '6.1', '--arch', 'aarch64')).toMatchObject({ code: 0 });
    const run = await call('npx', 'kit-test', 'run', '--matrix', '--accel', 'tcg');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('1 pass') as string });
  });

  const program = `
import { defineConfig, runMatrix, UsageError, type Reporter, type RunReport } from 'kit-test';

export const config = defineConfig({ accel: 'tcg' });
const seen: string[] = [];
const mine: Reporter = { name: 'mine', onEvent: (event) => void seen.push(event.kind), onEnd: async (report: RunReport) => void seen.push(String(report.totals.pass)) };
const { report, exitCode, folder } = await runMatrix({ accel: 'tcg', reporters: ['junit', mine] });
console.log(JSON.stringify({ cells: report.cells.map(({ id, verdict }) => [id, verdict.kind]), exitCode, folder, seen: [seen[0], seen.at(-1)] }));
await runMatrix({ case: ['none-of-it'] }).catch((error: unknown) => console.log(error instanceof UsageError ? error.code : error));
`;

  it('is a library that returns the report, and tells reporters that are objects', async () => {
    await writeFile(join(folder, 'program.mjs'), program.replace(/: Reporter|: string\[\]|: RunReport|: unknown|, type \w+/g, ''));
    const { code, stdout, stderr } = await call('node', 'program.mjs');
    expect([code, stderr]).toEqual([0, '']);
    const [outcome = '', mistake] = stdout.trim().split('\n');
    expect(JSON.parse(outcome)).toMatchObject({ cells: [['hello/6.1/aarch64', 'pass']], exitCode: 0, seen: ['run-start', '1'] });
    expect(await readFile(join((JSON.parse(outcome) as { readonly folder: string }).folder, 'junit.xml'), 'utf8')).toContain('hello');
    expect(mistake).toBe('NOTHING_SELECTED');
  });

  it('has types for what it exports', async () => {
    await writeFile(join(folder, 'program.ts'), program);
    const flags = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,esnext.disposable', '--types', 'node', '--typeRoots', nodeTypes];
    await writeFile(join(folder, 'wrong.ts'), `import { runMatrix } from 'kit-test';\nawait runMatrix({ accel: 'xen' });\n`);
    const { stdout } = await call(process.execPath, typescript, ...flags, 'program.ts', 'harness.config.ts', 'wrong.ts');
    expect(stdout.match(/^\S+: error .*/gm)).toEqual([expect.stringMatching(/^wrong\.ts\(2,19\): error TS2322: .*"xen"/)]);
  });
});
