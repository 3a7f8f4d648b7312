// Shards of a matrix by the built command: planned, run by themselves on real guests.
import { readFile } from 'node:fs/promises';
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
    'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['aarch64', 'x86_64'] }, accel: 'tcg', tcgScale: 1 };\n",
    ...scriptCase('alpha', 'echo hello'),
    ...scriptCase('beta', 'exit 1'),
    ...scriptCase('gamma', 'exit 0', 'needs: { kernel: ">=6.6" }'),
  });
  plan = JSON.parse((await project.run(['plan', '--shards', '2', '--format', 'json', '--output', 'plan.json'])).stdout) as PlanJson;
  for (const index of [1, 2]) await project.run(['run', '--shard', `${index}/2@${plan.plan}`, '--timings', 'plan.json', '--output', `part-${index}`]);
});
afterAll(() => project[Symbol.asyncDispose]());

describe('kit-test plan', () => {
  it('keeps what shares a kernel together', () => {
    expect(plan.shards.map(({ cells }) => cells.map(({ id }) => id))).toEqual([
      ['alpha/6.1/aarch64', 'beta/6.1/aarch64', 'gamma/6.1/aarch64'],
      ['alpha/6.1/x86_64', 'beta/6.1/x86_64', 'gamma/6.1/x86_64'],
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
    expect(start.shard?.matrix.map(({ id, shard }) => [id, shard])).toEqual(['alpha', 'beta', 'gamma'].flatMap((name) => [[`${name}/6.1/aarch64`, 1], [`${name}/6.1/x86_64`, 2]]));
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
    expect([code, stdout]).toEqual([0, expect.stringContaining('gamma/6.1/x86_64')]);
  });
});
