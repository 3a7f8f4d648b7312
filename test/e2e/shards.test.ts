// Shards of a matrix by the built command: planned, run by themselves on real guests, put together.
import { cp, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/events.ts';
import type { RunReport } from '../../src/model/report.ts';
import { createProject, scriptCase, type Project } from './project.ts';

interface PlanJson {
  readonly plan: string;
  readonly count: number;
  readonly shards: readonly { readonly shard: string; readonly command: string; readonly cells: readonly { readonly id: string; readonly durationMs: number }[] }[];
}

let project: Project;
let plan: PlanJson;

const json = async <T>(...path: readonly string[]): Promise<T> => JSON.parse(await readFile(join(project.folder, ...path), 'utf8')) as T;
const idsOf = (report: RunReport): readonly string[] => report.cells.map(({ id }) => id);

beforeAll(async () => {
  project = await createProject({
    'harness.config.ts': "export default { matrix: { kernels: ['6.1', '6.12'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1 };\n",
    ...scriptCase('alpha', 'echo hello'),
    ...scriptCase('beta', 'exit 1'),
    ...scriptCase('gamma', 'exit 0', 'needs: { kernel: ">=99" }'),
  });
  plan = JSON.parse((await project.run(['plan', '--shards', '2', '--format', 'json', '--output', 'plan.json'])).stdout) as PlanJson;
  for (const index of [1, 2]) await project.run(['run', '--shard', `${index}/2@${plan.plan}`, '--timings', 'plan.json', '--output', `part-${index}`]);
});
afterAll(() => project[Symbol.asyncDispose]());

describe('kit-test plan', () => {
  it('keeps what shares a kernel together', () => {
    expect(plan.shards.map(({ cells }) => cells.map(({ id }) => id))).toEqual([
      ['alpha/6.1/aarch64', 'beta/6.1/aarch64', 'gamma/6.1/aarch64'],
      ['alpha/6.12/aarch64', 'beta/6.12/aarch64', 'gamma/6.12/aarch64'],
    ]);
  });

  it('writes what every shard needs to divide alike, and names it in their commands', async () => {
    expect(await json('plan.json')).toEqual(plan);
    expect(plan.shards[1]?.command).toBe(`kit-test run --timings plan.json --shard 2/2@${plan.plan}`);
  });

  it('prints one line for a workflow', async () => {
    const { code, stdout } = await project.run(['plan', '--format', 'github', '--target', '10s', '--jobs', '1', '--case', 'alpha']);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ include: [{ index: 1, count: 2, cells: 1 }, { index: 2, count: 2, cells: 1 }] });
  });

  it('divides by what a run took, and makes no empty shard', async () => {
    const { stdout, stderr } = await project.run(['plan', '--shards', '9', '--timings', 'part-1', '--case', 'alpha', '--format', 'json']);
    const [first, second] = (JSON.parse(stdout) as PlanJson).shards;
    const took = (await json<RunReport>('part-1', 'report.json')).cells[0]?.durationMs ?? 0;
    expect(stderr).toContain('2 shards instead of 9: more of them would be empty');
    expect([first, second].map((shard) => shard?.cells[0]?.durationMs)).toEqual([Math.round(took), Math.round(took)]);
  });

  it.each([
    ['a format', ['--format', 'yaml'], 'Allowed choices are text, json, github'],
    ['no shards', ['--shards', '0'], 'expected a number of shards from 1 to 9999, or auto'],
    ['a file without timings', ['--timings', 'kit-test.lock'], 'says of no cell how long it took'],
    ['a run that is not there', ['--timings', 'nope'], 'there is no run "nope"'],
    ['a case that is not there', ['alhpa'], 'did you mean "alpha"?'],
  ])('says what is wrong with %s', async (_, words, message) => {
    const { code, stderr } = await project.run(['plan', ...words]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).not.toContain('    at ');
  });
});

describe('kit-test run --shard', () => {
  it('runs each cell of the matrix in exactly one shard', async () => {
    const parts = await Promise.all([1, 2].map((index) => json<RunReport>(`part-${index}`, 'report.json')));
    expect(parts.map(idsOf)).toEqual(plan.shards.map(({ cells }) => cells.map(({ id }) => id)));
    expect(parts.map(({ totals }) => totals)).toEqual([1, 2].map(() => expect.objectContaining({ total: 3, pass: 1, fail: 1, skip: 1 }) as unknown));
    expect(parts.map(({ shard }) => shard)).toEqual([1, 2].map((index) => ({ index, count: 2, plan: plan.plan })));
  });

  it('records the whole matrix with its shards', async () => {
    const [line = ''] = (await project.read('part-1/events.ndjson')).split('\n');
    const start = JSON.parse(line) as Extract<RunEvent, { kind: 'run-start' }>;
    expect(start.shard?.matrix.map(({ id, shard }) => [id, shard])).toEqual(['alpha', 'beta', 'gamma'].flatMap((name) => [[`${name}/6.1/aarch64`, 1], [`${name}/6.12/aarch64`, 2]]));
  });

  it('runs nothing of a plan that this machine does not make', async () => {
    const { code, stderr } = await project.run(['run', '--shard', `1/2@${plan.plan}`, '--case', 'alpha', '--output', 'other']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`divides the matrix otherwise than the plan ${plan.plan}`)]);
    await expect(project.read('other/events.ndjson')).rejects.toThrow('ENOENT');
  });

  it('ends well where a shard has no cells: the others have them', async () => {
    const { code } = await project.run(['run', '--case', 'alpha', '--shard', '3/3', '--output', 'empty']);
    expect(code).toBe(0);
    expect((await json<RunReport>('empty', 'report.json')).totals.total).toBe(0);
  });

  it('takes its number from the environment', async () => {
    const { code, stdout } = await project.run(['run', '--case', 'gamma', '--shard', 'env', '--output', 'env'], { JOB_COMPLETION_INDEX: '1', KIT_TEST_SHARDS: '2' });
    expect([code, stdout]).toEqual([0, expect.stringContaining('gamma/6.12/aarch64')]);
  });
});

describe('kit-test report merge', () => {
  /** Two boots differ in times, and in how many lines the kernel prints. */
  const content = (report: RunReport): unknown => JSON.parse(JSON.stringify(report, (key, value: unknown) => (differing.has(key) ? undefined : value)));
  const differing = new Set(['id', 'startedAt', 'durationMs', 'prepareMs', 'boot', 'line', 'excerpt', 'command', 'merged', 'notices', 'history', 'usage', 'cost', 'phases', 'startupMs']);

  it('makes the run that was never divided, but for its times, with all its reports', async () => {
    const whole = await project.run(['run', '--matrix', '--output', 'whole']);
    const { code, stdout, stderr } = await project.run(['report', 'merge', 'part-2', 'part-1', '--output', 'merged']);
    expect([code, whole.code]).toEqual([1, 1]);
    expect(content(await json('merged', 'report.json'))).toEqual(content(await json('whole', 'report.json')));
    expect(idsOf(await json('merged', 'report.json'))).toEqual(idsOf(await json('whole', 'report.json')));
    expect(stderr).toContain('shard 1 of 2: 3 cells of part-1');
    expect(stdout).toContain('beta  6.1/aarch64, 6.12/aarch64');
    for (const file of ['junit.xml', 'results.tap', 'index.html', 'events.ndjson']) expect(await project.read(`merged/${file}`)).not.toBe('');
    const names = async (file: string): Promise<readonly string[]> => [...(await project.read(file)).matchAll(/<testcase [^>]*?name="([^"]*)"/g)].map(([, name = '']) => name);
    expect(await names('merged/junit.xml')).toEqual(await names('whole/junit.xml'));
  });

  it('has every cell once with its own console', async () => {
    const report = await json<RunReport>('merged', 'report.json');
    expect(idsOf(report)).toEqual(['alpha', 'beta', 'gamma'].flatMap((name) => [`${name}/6.1/aarch64`, `${name}/6.12/aarch64`]));
    for (const cell of report.cells.filter(({ verdict }) => verdict.kind !== 'skip')) {
      const part = cell.kernel === '6.1' ? 'part-1' : 'part-2';
      for (const file of [cell.attempts[0].console ?? '', cell.attempts[0].qemuCmd ?? '']) {
        expect(await project.read(`merged/${file}`)).toBe(await project.read(`${part}/${file}`));
        expect((await stat(join(project.folder, 'merged', file))).ino).toBe((await stat(join(project.folder, part, file))).ino);
      }
    }
  });

  it('is made again in the same folder, and its reports from its events', async () => {
    const before = await json<RunReport>('merged', 'report.json');
    expect((await project.run(['report', 'merge', 'part-1', 'part-2', '--output', 'merged'])).code).toBe(1);
    await rm(join(project.folder, 'merged/report.json'));
    expect((await project.run(['report', 'render', 'merged', '--reporter', 'json'])).code).toBe(0);
    expect(content(await json('merged', 'report.json'))).toEqual(content(before));
  });

  it('names a part that is missing, and fails', async () => {
    const { code, stdout, stderr } = await project.run(['report', 'merge', 'part-1', '--output', 'half']);
    expect(code).toBe(1);
    expect(stderr).toContain('shard 2 of 2 is missing: 3 cells without a verdict');
    expect(stdout).toContain('shard 2 of 2 is missing');
    const { cells, merged } = await json<RunReport>('half', 'report.json');
    expect(merged?.missing).toEqual([2]);
    expect(cells.map(({ id, verdict }) => [id, verdict.kind])).toEqual([
      ['alpha/6.1/aarch64', 'pass'], ['alpha/6.12/aarch64', 'error'], ['beta/6.1/aarch64', 'fail'], ['beta/6.12/aarch64', 'error'], ['gamma/6.1/aarch64', 'skip'], ['gamma/6.12/aarch64', 'skip'],
    ]);
    expect(await project.read('half/junit.xml')).toContain('shard 2 of 2 is missing');
  });

  it('fails for a part that is missing although all others passed', async () => {
    await project.run(['run', '--case', 'alpha', '--shard', '1/2', '--output', 'good']);
    expect((await project.run(['report', 'merge', 'good', '--output', 'good-half'])).code).toBe(1);
  });

  it('takes a folder of parts, and nothing out of it that a run does not write', async () => {
    await mkdir(join(project.folder, 'parts'));
    for (const part of ['part-1', 'part-2']) await cp(join(project.folder, part), join(project.folder, 'parts', part), { recursive: true });
    await symlink('/etc/passwd', join(project.folder, 'parts/part-1/cells/alpha+6.1+aarch64/passwd'));
    await project.write({ 'parts/part-1/cells/stranger/file': 'x' });
    expect((await project.run(['report', 'merge', 'parts', '--output', 'of-folder'])).code).toBe(1);
    expect(content(await json('of-folder', 'report.json'))).toEqual(content(await json('merged', 'report.json')));
    await expect(project.read('of-folder/cells/alpha+6.1+aarch64/passwd')).rejects.toThrow('ENOENT');
    await expect(project.read('of-folder/cells/stranger/file')).rejects.toThrow('ENOENT');
  });

  it('becomes the newest run where no folder is named', async () => {
    const { code } = await project.run(['report', 'merge', 'part-1', 'part-2']);
    expect(code).toBe(1);
    expect((await project.report()).merged).toMatchObject({ plan: plan.plan, count: 2, missing: [] });
  });

  it.each([
    ['parts of different plans', ['part-1', 'empty'], 2, 'the parts are not of one run'],
    ['a whole run', ['part-1', 'whole'], 2, 'is a run of its own, no part of one'],
    ['a run that is not there', ['part-1', 'part-9'], 2, 'there is no run "part-9"'],
    ['no run', [], 2, "missing required argument 'run'"],
    ['an output that is a part', ['part-1', 'part-2', '--output', 'part-2'], 2, 'would be put together in part-2, where one of them lies'],
    ['a reporter that is not there', ['part-1', '--reporter', 'pdf'], 2, 'there is no reporter "pdf"'],
  ])('refuses %s, and leaves everything as it is', async (_, words, expected, message) => {
    const { code, stderr } = await project.run(['report', 'merge', ...words]);
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
    expect(stderr).not.toContain('    at ');
    expect((await json<RunReport>('part-2', 'report.json')).totals.total).toBe(3);
  });
});
