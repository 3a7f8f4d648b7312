// What users get wrong, and what is wrong with their machine: exit code, message, next action; never a stack trace.
import { createServer, type RequestListener } from 'node:http';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/model/verdict.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

const oneArch = (kernels: string): string => `export default { matrix: { kernels: [${kernels}], arch: ['aarch64'] }, accel: 'tcg' };\n`;

/** A run that could not judge anything: only errors of our side, told with the next action. */
async function errorsOf(project: Project, env: NodeJS.ProcessEnv = {}, words: readonly string[] = []): Promise<ReadonlyMap<string, Verdict & { readonly kind: 'error' }>> {
  const outcome = await project.run(['run', '--matrix', ...words], env);
  expect(outcome).toMatchObject({ code: 3 });
  expectNoStack(outcome);
  const { cells } = await project.report();
  return new Map(cells.map(({ id, verdict, attempts: [attempt] }) => {
    if (verdict.kind !== 'error') throw new Error(`${id} is ${verdict.kind}`);
    expect(attempt.boot).toBeUndefined();
    expect(outcome.stdout).toContain(verdict.reason.split('\n')[0]);
    return [id, verdict];
  }));
}

function expectNoStack({ stdout, stderr }: Outcome): void {
  expect(stdout + stderr).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  expect(stdout + stderr).not.toContain('has a defect');
}

async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('mistakes in files', () => {
  it('are told all at once, each with its place, before anything runs', async () => {
    await using project = await createProject({
      'harness.config.ts': `import { defineConfig } from 'kit-test';\n\nexport default defineConfig({\n  retrys: 1,\n});\n`,
      'kernels/6.1.yaml': 'release: "6.1"\nsource: { type: apt, suit: bookworm, package: x }\n',
      'kernels/6.12.yaml': 'release: "6.12"\nsource:\n\ttype: apt\n',
      'kernels/6.1.yml': 'release: "6.1"\nsource: { type: file, path: x }\n',
      'cases/typo/case.yaml': 'summary: x\nrun: { comand: [true] }\nmemory: lots\n',
      'cases/indent/case.yaml': 'summary: x\n  labels: [a]\n',
      'cases/twice/case.yaml': 'summary: x\nsummary: y\nrun: { command: ["true"] }\n',
      'cases/image/case.yaml': 'summary: x\n',
      'cases/image/image.yml': 'init: ["builtin:init"]\nonbot: []\n',
    });
    const outcome = await project.run(['run', '--matrix']);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expectNoStack(outcome);
    const { stderr } = outcome;
    for (const [place, message] of [
      ['harness.config.ts:4:3', 'unknown key "retrys"'], ['kernels/6.1.yaml:2:', 'unknown key "suit"'], ['kernels/6.12.yaml:3:1', 'tabs'],
      ['kernels/6.1.yml', 'same name'], ['cases/typo/case.yaml:2:', 'unknown key "comand"'], ['cases/typo/case.yaml:3:', 'expected a size such as'],
      ['cases/indent/case.yaml:1:10', 'check the indentation'], ['cases/twice/case.yaml:2:1', 'given twice'], ['cases/image/image.yml:2:1', 'onbot'],
    ] as const) {
      expect(stderr).toContain(place);
      expect(stderr).toContain(message);
    }
    expect(stderr).toContain('did you mean "retries"?');
    expect(stderr).toMatch(/\d+ mistakes; nothing was run\n$/);
    expect(existsSync(join(project.folder, '.kit-test'))).toBe(false);
  });

  it('that TypeScript finds are shown with the line', async () => {
    await using project = await createProject({ 'harness.config.ts': 'export default {\n  matrix: { kernels: ["6.1" },\n};\n', ...scriptCase('x', 'true') });
    const outcome = await project.run(['run', '--matrix']);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/harness\.config\.ts:2:29[^]*syntax error[^]*> 2 \|/) as string });
    expectNoStack(outcome);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['an unknown option', ['run', '--matrx'], /unknown option '--matrx'[^]*--matrix/],
    ['an unknown command', ['rnu'], /unknown command 'rnu'[^]*run/],
    ['a reporter that is not there', ['run', '--matrix', '--reporter', 'junti'], /junti/],
    ['a configuration that is not there', ['run', '--config', 'nope.ts'], /there is no configuration nope\.ts/],
    ['no guests at once', ['run', '--matrix', '--jobs', '0'], /whole number from 1/],
  ])('of the command line are usage errors: %s', async (_, words, message) => {
    await using project = await createProject(scriptCase('x', 'true'));
    const outcome = await project.run(words);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string });
    expectNoStack(outcome);
  });
});

describe('kernels and packages that cannot be had', () => {
  it('leave the other cells alone: files that are missing, foreign, or no kernel', async () => {
    await using project = await createProject({
      'harness.config.ts': oneArch(`'6.1', 'missing', 'foreign', 'garbage'`),
      'kernels/missing.yaml': 'release: "6.1"\nsource: { type: file, path: { aarch64: no/where } }\n',
      'kernels/foreign.yaml': 'release: "6.1"\nsource: { type: file, path: { aarch64: foreign.elf } }\n',
      'kernels/foreign.elf': Buffer.concat([Buffer.from('7f454c460201010000000000000000000200f300', 'hex'), Buffer.alloc(4096)]),
      'kernels/garbage.yaml': 'release: "6.1"\nsource: { type: file, path: { aarch64: garbage.bin } }\n',
      'kernels/garbage.bin': Buffer.alloc(10_000, 'no kernel'),
      ...scriptCase('x', 'true'),
    });
    const outcome = await project.run(['run', '--matrix']);
    expect(outcome.code).toBe(3);
    expectNoStack(outcome);
    const report = await project.report();
    expect(cellOf(report, 'x', '/6.1/').verdict.kind).toBe('pass');
    expect(cellOf(report, 'x', '/missing/').verdict).toMatchObject({ kind: 'error', stage: 'kernel', reason: expect.stringMatching(/no\/where: it does not exist/) as string, hint: expect.stringContaining('missing.yaml') as string });
    expect(cellOf(report, 'x', '/foreign/').verdict).toMatchObject({ kind: 'error', stage: 'kernel', reason: expect.stringMatching(/riscv64|aarch64/) as string });
    expect(cellOf(report, 'x', '/garbage/').verdict).toMatchObject({ kind: 'error', stage: 'kernel', reason: expect.stringContaining('garbage') as string });
  });

  it('are errors: a download with the wrong sha256, and one that is cut in the middle', async () => {
    const bytes = Buffer.alloc(300_000, 'kernel');
    await using server = await serve((request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      if (request.url === '/whole') response.end(bytes);
      else response.write(bytes.subarray(0, 1000), () => response.destroy());
    });
    const remote = (path: string, sha256: string): string => `release: "6.1"\narch: [aarch64]\nsource: { type: url, kernel: { url: "${server.url}${path}", sha256: ${sha256} } }\n`;
    await using project = await createProject({
      'harness.config.ts': oneArch(`'wrong', 'cut'`),
      'kernels/wrong.yaml': remote('/whole', 'ab'.repeat(32)),
      'kernels/cut.yaml': remote('/cut', createHash('sha256').update(bytes).digest('hex')),
      ...scriptCase('x', 'true'),
    });
    const env = { KIT_TEST_CACHE: join(project.folder, 'cache'), NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
    const errors = await errorsOf(project, env);
    expect(errors.get('x/wrong/aarch64')).toMatchObject({ stage: 'kernel', reason: expect.stringMatching(/sha256|digest/i) as string, hint: expect.any(String) as string });
    expect(errors.get('x/cut/aarch64')).toMatchObject({ stage: 'kernel', reason: expect.stringContaining(server.url) as string });
    const blobs = await readdir(join(env.KIT_TEST_CACHE, 'blobs'), { recursive: true, withFileTypes: true });
    expect(blobs.filter((entry) => entry.isFile())).toEqual([]);
  });

  it('are errors that name package, architecture and suite', async () => {
    await using project = await createProject({ 'cases/x/case.yaml': 'summary: x\n', 'cases/x/image.yml': 'init: ["builtin:init", "apt:busybox-static,no-such-package-here"]\n' });
    const error = (await errorsOf(project)).get('x/6.1/aarch64');
    expect(error).toMatchObject({ stage: 'image' });
    for (const word of ['no-such-package-here', 'arm64', 'trixie']) expect(error?.reason).toContain(word);
  });

  it('are errors without a network, which say what could not be reached', async () => {
    await using project = await createProject(scriptCase('x', 'true'));
    await rm(join(project.folder, 'kit-test.lock'));
    const errors = await errorsOf(project, { KIT_TEST_CACHE: join(project.folder, 'cache'), KIT_TEST_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' });
    expect(errors.get('x/6.1/aarch64')).toMatchObject({ stage: 'kernel', reason: expect.stringContaining('127.0.0.1') as string, hint: expect.any(String) as string });
  });

  it('are errors with --frozen where nothing is pinned, and nothing is fetched', async () => {
    await using project = await createProject(scriptCase('x', 'true'));
    await rm(join(project.folder, 'kit-test.lock'));
    const errors = await errorsOf(project, {}, ['--frozen']);
    expect(errors.get('x/6.1/aarch64')).toMatchObject({ stage: 'kernel', reason: expect.stringContaining('kit-test.lock') as string, hint: expect.any(String) as string });
    expect(existsSync(join(project.folder, 'kit-test.lock'))).toBe(false);
  });
});

describe('a machine', () => {
  it('without QEMU for one architecture runs the others and says how to install it', async () => {
    await using project = await createProject({ 'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['aarch64', 'arm'] }, accel: 'tcg' };\n`, ...scriptCase('x', 'true') });
    const outcome = await project.run(['run', '--matrix'], { PATH: await pathWithout(join(project.folder, 'bin'), 'qemu-system-arm') });
    expect(outcome.code).toBe(3);
    expectNoStack(outcome);
    const report = await project.report();
    expect(cellOf(report, 'x', 'aarch64').verdict.kind).toBe('pass');
    expect(cellOf(report, 'x', '/arm').verdict).toMatchObject({ kind: 'error', reason: expect.stringContaining('qemu-system-arm is not installed') as string, hint: expect.stringContaining('install') as string });
    expect(outcome.stdout).toMatch(/apt-get install .*qemu-system-arm|brew install qemu/);
  });
});

/** A folder with links to every program that is found now, but for one. */
async function pathWithout(folder: string, program: string): Promise<string> {
  await mkdir(folder);
  for (const from of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of await readdir(from).catch(() => [])) if (name !== program) await symlink(join(from, name), join(folder, name)).catch(() => undefined);
  }
  return folder;
}
