// `kit-test run` from end to end on all three architectures: exit code, terminal, and every file of the run folder.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Parser } from 'tap-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/model/report.ts';
import { foldEvents } from '../../src/report/fold.ts';
import { createProject, scriptCase, type Outcome, type Project } from './project.ts';

const archs = ['x86_64', 'aarch64', 'arm'];
const junitSchema = fileURLToPath(new URL('../../../shared/corpus/schemas/junit-10.xsd', import.meta.url));
const missing = (program: string): boolean => spawnSync(program, ['--version']).error !== undefined;

let project: Project;
let outcome: Outcome;
let report: RunReport;
let folder: string;
beforeAll(async () => {
  project = await createProject({
    'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['amd64', 'arm64', 'armhf'] } };\n`,
    'cases/passes/case.yaml': 'summary: a container ends well\nlabels: [smoke]\n',
    'cases/passes/image.yml': `init: ["builtin:init", "apt:busybox-static"]
onboot:
  - name: check
    image: dir:./check
    command: ["/bin/sh", "/check.sh"]
    binds: ["/usr/bin:/bin"]
`,
    'cases/passes/check/check.sh': 'echo "this is $(uname -m)"\n',
    ...scriptCase('only-there', 'true', 'needs: { arch: [x86_64] }'),
  });
  outcome = await project.run(['run', '--matrix']);
  folder = join(project.folder, '.kit-test/runs/latest');
  report = await project.report();
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

describe('a run on all architectures', () => {
  it('ends with 0 and exactly one result for each cell', () => {
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(report.cells.map(({ id, verdict }) => [id, verdict.kind])).toEqual([
      ['only-there/6.1/x86_64', 'pass'],
      ['only-there/6.1/aarch64', 'skip'],
      ['only-there/6.1/arm', 'skip'],
      ...archs.map((arch) => [`passes/6.1/${arch}`, 'pass']),
    ]);
    expect(report).toMatchObject({ exitCode: 0, interrupted: false, command: ['kit-test', 'run', '--matrix'], totals: { total: 6, pass: 4, skip: 2, fail: 0 } });
  });

  it('prints one plain line for each finished cell, without colours, where there is no terminal', () => {
    expect(outcome.stdout).not.toMatch(/[\u001b\r]/);
    for (const { id } of report.cells) expect(outcome.stdout.split('\n').filter((line) => line.includes(id.split('/')[2] ?? '') && line.includes(id.split('/')[0] ?? ''))).not.toEqual([]);
    expect(outcome.stdout).toContain('4 pass');
  });

  it('holds every file of a run, and no other', async () => {
    expect((await readdir(folder)).sort()).toEqual(['cells', 'events.ndjson', 'index.html', 'junit.xml', 'report.json', 'results.tap']);
    expect((await readdir(join(folder, 'cells'))).sort()).toEqual(['only-there+6.1+x86_64', ...[...archs].sort().map((arch) => `passes+6.1+${arch}`)].sort());
    for (const arch of archs) {
      expect((await readdir(join(folder, 'cells', `passes+6.1+${arch}`))).sort()).toEqual(['console.log', 'console.log.js', 'console.times', 'qemu.cmd']);
      expect(await readFile(join(folder, 'cells', `passes+6.1+${arch}`, 'console.log'), 'utf8')).toContain(`this is ${arch === 'arm' ? 'armv7l' : arch}`);
    }
  });

  it.skipIf(process.platform !== 'linux')('says what each guest took, and what all of them did', () => {
    const used = report.cells.flatMap(({ attempts: [{ usage }] }) => usage ?? []);
    expect(used).toHaveLength(4);
    for (const { cpuMs, peakMemoryBytes } of used) expect([cpuMs > 100, peakMemoryBytes > 32 * 1024 ** 2]).toEqual([true, true]);
    expect(report.cost).toMatchObject({ machineMs: report.durationMs, peakMemoryBytes: Math.max(...used.map(({ peakMemoryBytes }) => peakMemoryBytes)) });
    expect(outcome.stdout).toMatch(/^took {5}\d.* of guests, \d.* of CPU, \d+(\.\d)?M at most in one(, \d.* saved)?$/m);
  });

  it('can be told again from its events', async () => {
    expect(foldEvents(await project.events())).toEqual(report);
  });

  it('has a TAP document that tap-parser reads', async () => {
    const tap = await project.read('.kit-test/runs/latest/results.tap');
    const results = await new Promise<{ readonly ok: boolean; readonly count: number; readonly pass: number; readonly skip: number }>((resolve) => {
      new Parser(resolve).end(tap);
    });
    expect(results).toMatchObject({ ok: true, count: 6, pass: 6, skip: 2 });
  });

  it('has a TAP document that prove reads', ({ skip }) => {
    const version14 = spawnSync('prove', ['--exec', 'echo', 'TAP version 14\n1..1\nok 1'], { encoding: 'utf8' });
    skip(version14.error !== undefined, 'prove is not installed');
    skip(`${version14.stdout}${version14.stderr}`.includes("don't know about versions"), 'this prove does not know TAP 14');
    const { status, stdout } = spawnSync('prove', ['--exec', 'cat', join(folder, 'results.tap')], { encoding: 'utf8' });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('Tests=6') as string });
  });

  it('has JUnit XML that xmllint takes', ({ skip }) => {
    skip(missing('xmllint'), 'xmllint is not installed');
    const schema = existsSync(junitSchema) ? ['--schema', junitSchema] : [];
    const { status, stderr } = spawnSync('xmllint', ['--noout', ...schema, join(folder, 'junit.xml')], { encoding: 'utf8' });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each(archs)('writes down the line that boots the cell by hand (%s)', (arch) => {
    const { status, stdout } = spawnSync('sh', [join(folder, 'cells', `passes+6.1+${arch}`, 'qemu.cmd')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    expect(stdout).toContain('Moby test suite PASSED');
    expect(status).toBe(0);
  });
});

describe('the output of a run', () => {
  it('has colours only where they are wanted', async () => {
    const words = ['run', 'passes', '--arch', 'aarch64', '--kernel', '6.1'];
    const coloured = await project.run(words, { FORCE_COLOR: '1' });
    expect(coloured).toMatchObject({ code: 0, stdout: expect.stringContaining('\u001b[') as string });
    expect((await project.run(words, { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b');
  });

  it('goes to the folder that --output names, with the reporters that are asked for', async () => {
    const { code } = await project.run(['run', 'passes', '--arch', 'aarch64', '--kernel', '6.1', '--output', 'out/here', '--reporter', 'json,tap']);
    expect(code).toBe(0);
    expect((await readdir(join(project.folder, 'out/here'))).sort()).toEqual(['cells', 'events.ndjson', 'report.json', 'results.tap']);
  });
});
