import { describe, expect, it } from 'vitest';
import { planDocument } from '../../../../src/cli/plan/document.ts';
import { renderWorkflowMatrix } from '../../../../src/cli/plan/github.ts';
import { renderPlan } from '../../../../src/cli/plan/text.ts';
import { expandMatrix } from '../../../../src/matrix/expand.ts';
import { HarnessSchema } from '../../../../src/model/harness.ts';
import { divideCells } from '../../../../src/run/shard.ts';
import { archs, makeCase, makeKernel, makeProject } from '../../matrix/sample.ts';

const cells = expandMatrix(makeProject(['a', 'b', 'c'].map((name) => makeCase(name)), [makeKernel('6.1')], { matrix: { arch: ['x86_64', 'arm'] } }), archs);
const timings = new Map(cells.map(({ id, arch }) => [id, arch.name === 'arm' ? 300_000 : 60_000]));
const documentOf = (count: number, jobs = 1) => planDocument(divideCells(cells, HarnessSchema.parse({}), timings, count), { jobs, timings: 'report.json', command: ['kit-test', 'run', '--case', 'a*'] });
const plain = { bold: (text: string) => text, dim: (text: string) => text };

describe('planDocument', () => {
  it('has each cell once, with what is expected of it', () => {
    const all = documentOf(2).shards.flatMap((shard) => shard.cells);
    expect(Object.fromEntries(all.map(({ id, durationMs }) => [id, durationMs]))).toEqual(Object.fromEntries(timings));
    expect(all).toHaveLength(timings.size);
  });

  it('expects as long as its cells take with so many at once, and no less than the longest', () => {
    expect(documentOf(1).shards[0]?.durationMs).toBe(18 * 60_000);
    expect(documentOf(1, 2).shards[0]?.durationMs).toBe(9 * 60_000);
    expect(documentOf(1, 100).shards[0]?.durationMs).toBe(5 * 60_000);
  });
});

describe('renderWorkflowMatrix', () => {
  it('is one line with a job for each shard, the command ready for a shell', () => {
    const { plan } = documentOf(3);
    const text = renderWorkflowMatrix(documentOf(3));
    expect(text.trimEnd()).not.toContain('\n');
    expect((JSON.parse(text) as { include: unknown[] }).include).toHaveLength(3);
    expect(JSON.parse(text)).toMatchObject({ include: [{ name: 'shard 1 of 3', shard: `1/3@${plan}`, index: 1, count: 3, cells: 4, minutes: 8, command: `kit-test run --case 'a*' --shard 1/3@${plan}` }, { index: 2 }, { index: 3 }] });
  });

  it('refuses more jobs than GitHub makes of a matrix', () => {
    const one = documentOf(1);
    expect(() => renderWorkflowMatrix({ ...one, count: 257 })).toThrow(/257 shards are more than the 256 jobs/);
    expect(() => renderWorkflowMatrix({ ...one, count: 256 })).not.toThrow();
  });
});

describe('renderPlan', () => {
  it('says what each shard holds, and which kernel and architecture are in several', () => {
    const { plan } = documentOf(2);
    expect(renderPlan(documentOf(2), plain)).toBe([
      `1/2@${plan}  2 cells  ~10m 0s  6.1/arm (part)`,
      `2/2@${plan}  4 cells   ~8m 0s  6.1/x86_64, 6.1/arm (part)`,
      '6 cells in 2 shards; lengths as measured in report.json',
      '',
    ].join('\n'));
  });
});
