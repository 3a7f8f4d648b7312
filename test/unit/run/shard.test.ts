import { describe, expect, it } from 'vitest';
import { expandMatrix } from '../../../src/matrix/expand.ts';
import { HarnessSchema } from '../../../src/model/harness.ts';
import { divideCells, planShards, takeShard } from '../../../src/run/shard.ts';
import { archs, ids, makeCase, makeKernel, makeProject } from '../matrix/sample.ts';

const cases = ['a', 'b', 'c'].map((name) => makeCase(name));
const cells = expandMatrix(makeProject(cases, [makeKernel('6.1'), makeKernel('6.12')], { matrix: { arch: ['x86_64', 'arm'] } }), archs);
const harness = HarnessSchema.parse({});
const none = new Map<string, number>();
const plan = (timings = none, count = 2) => divideCells(cells, harness, timings, count);

describe('divideCells', () => {
  it('is the same on every machine, wherever the project lies there', () => {
    const elsewhere = cells.map((cell) => ({ ...cell, case: { ...cell.case, dir: `/home/other/${cell.case.name}` } }));
    expect(divideCells(elsewhere, harness, none, 2).plan).toBe(plan().plan);
    expect(plan().plan).toMatch(/^[0-9a-f]{12}$/);
  });

  it('has another digest for other cells, timings that divide them otherwise, and another number', () => {
    const plans = [plan(), plan(none, 3), plan(new Map(cells.map(({ id }, index) => [id, 1000 + 10_000 * index]))), divideCells(cells.slice(1), harness, none, 2)];
    expect(new Set(plans.map((each) => each.plan)).size).toBe(plans.length);
  });

  it('weighs by the time limits of case and project', () => {
    const limits = (total: number) => divideCells(cells, HarnessSchema.parse({ timeouts: { total: `${total}s` } }), none, 1).cells[0]?.weightMs;
    expect(limits(600)).toBe(5 * (limits(120) ?? 0));
  });
});

describe('planShards', () => {
  it('makes no empty shard', () => {
    const { count, cells: planned } = planShards(cells, harness, none, 50);
    expect(new Set(planned.map(({ shard }) => shard))).toEqual(new Set(Array.from({ length: count }, (_, index) => index + 1)));
    expect(count).toBe(cells.length);
  });

  it('makes as many as bring each to its target', () => {
    const timings = new Map(cells.map(({ id }) => [id, 60_000]));
    expect(planShards(cells, harness, timings, { targetMs: 3 * 60_000, jobs: 1, max: 20 }).count).toBe(4);
  });

  it('is what each machine finds by itself from the number of shards', () => {
    const { count, plan: digest } = planShards(cells, harness, none, { targetMs: 10_000, jobs: 1, max: 20 });
    expect(divideCells(cells, harness, none, count).plan).toBe(digest);
  });
});

describe('takeShard', () => {
  it('gives the cells of a shard in matrix order, all of them over all shards', () => {
    const parts = [1, 2].map((index) => ids(takeShard(plan(), { index, count: 2 }).cells));
    expect(parts.flat().sort()).toEqual([...ids(cells)].sort());
    for (const part of parts) expect(part).toEqual(ids(cells).filter((id) => part.includes(id)));
  });

  it('tells of the whole matrix and of its division', () => {
    const { shard } = takeShard(plan(), { index: 2, count: 2, plan: plan().plan });
    expect(shard.shard).toEqual({ index: 2, count: 2, plan: plan().plan });
    expect(ids(shard.matrix.map(({ cell }) => cell))).toEqual(ids(cells));
  });

  it('refuses a division that this machine does not make', () => {
    expect(() => takeShard(plan(), { index: 1, count: 2, plan: '0123456789ab' })).toThrow(expect.objectContaining({ code: 'OTHER_PLAN', message: expect.stringContaining('0123456789ab') as string }) as Error);
  });
});
