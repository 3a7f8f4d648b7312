import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../src/report/compare.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import type { CellResult, RunReport } from '../../../src/model/report.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { attempt, cachedCell, cellResult, sampleEvents } from './sample.ts';

const run = (id: string, cells: readonly CellResult[]): RunReport => ({ ...foldEvents(sampleEvents), id, cells });
const cell = (id: string, verdict: Verdict, durationMs = 3000): CellResult => cellResult(id, attempt(verdict, { durationMs }));

const pass: Verdict = { kind: 'pass' };
const fail = (reason: string): Verdict => ({ kind: 'fail', reason });
const compare = (before: readonly CellResult[], after: readonly CellResult[]) => compareRuns(run('1', before), run('2', after));

describe('two runs', () => {
  it.each([
    ['broken', pass, fail('x')],
    ['broken', { kind: 'skip', reason: 'no' }, { kind: 'crash', title: 'BUG', line: 1, endLine: 2 }],
    ['fixed', fail('x'), pass],
    ['changed', fail('x'), fail('y')],
  ] as const)('tell what is %s', (list, before, after) => {
    const comparison = compare([cell('a/1/x', before), cell('b/1/x', pass)], [cell('a/1/x', after), cell('b/1/x', pass)]);
    expect(comparison[list]).toMatchObject([{ id: 'a/1/x', before: { word: before.kind }, after: { word: after.kind } }]);
    expect(comparison.same).toBe(1);
  });

  it('are the same where cells fail in the same way, or where our side failed', () => {
    expect(compare([cell('a/1/x', fail('x')), cell('b/1/x', pass)], [cell('a/1/x', fail('x')), cell('b/1/x', { kind: 'error', stage: 'boot', reason: 'no QEMU' })])).toMatchObject({ broken: [], fixed: [], changed: [], same: 2 });
  });

  it('tell a cell that did not run as one that passes', () => {
    const cached = cachedCell('a/1/x', 'run-1');
    expect(compare([cell('a/1/x', fail('x'))], [cached]).fixed).toMatchObject([{ id: 'a/1/x', after: { word: 'cached' } }]);
    expect(compare([cached], [cell('a/1/x', fail('x'))]).broken).toMatchObject([{ id: 'a/1/x', before: { word: 'cached' } }]);
    expect(compare([cell('a/1/x', pass)], [cached])).toMatchObject({ same: 1, changed: [], faster: [] });
  });

  it('tell which cells take another time, beyond what a busy machine does', () => {
    const comparison = compare(['a', 'b', 'c', 'd'].map((name) => cell(`${name}/1/x`, pass, 10_000)), [cell('a/1/x', pass, 16_000), cell('b/1/x', pass, 11_500), cell('c/1/x', pass, 5000), cell('d/1/x', pass, 10_000)]);
    expect(comparison.slower.map(({ id }) => id)).toEqual(['a/1/x']);
    expect(comparison.faster.map(({ id }) => id)).toEqual(['c/1/x']);
    expect(compare([cell('a/1/x', pass, 100)], [cell('a/1/x', pass, 900)]).slower).toEqual([]);
  });

  it('tell which cells only one of them has', () => {
    const comparison = compare([cell('a/1/x', pass)], [cell('b/1/x', pass), cell('c/1/x', fail('new and bad'))]);
    expect([comparison.gone, comparison.added, comparison.broken].map((list) => list.map(({ id }) => id))).toEqual([['a/1/x'], ['b/1/x'], ['c/1/x']]);
  });

  it('have each cell in one list', () => {
    const before = [cell('a/1/x', pass), cell('b/1/x', fail('x')), cell('c/1/x', pass, 1000)];
    const after = [cell('a/1/x', fail('y')), cell('b/1/x', pass), cell('c/1/x', pass, 9000), cell('d/1/x', pass)];
    const { broken, fixed, changed, slower, faster, added, gone, same } = compare(before, after);
    expect([broken, fixed, changed, slower, faster, added, gone].flat().length + same).toBe(4);
  });
});
