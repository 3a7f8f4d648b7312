import { describe, expect, it } from 'vitest';
import { laySlots, ticksOf } from '../../../src/page/slots.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import type { CellResult, RunReport } from '../../../src/model/report.ts';
import { attempt, cellResult, roundsCell, sampleEvents } from '../report/sample.ts';

const began = '2026-11-21T09:30:00.000Z';
const report = (cells: readonly CellResult[]): RunReport => ({ ...foldEvents(sampleEvents), templates: [], startedAt: began, durationMs: 9000, cells });
const at = (id: string, startMs: number): CellResult => cellResult(id, attempt({ kind: 'pass' }, { startedAt: new Date(Date.parse(began) + startMs).toISOString() }));

describe('the slots of the timeline', () => {
  it('are as many as guests ran at once', () => {
    const { bars, slots } = laySlots(report([at('a/1/x', 0), at('b/1/x', 100), at('c/1/x', 2300), at('d/1/x', 2400)]));
    expect(slots).toBe(2);
    expect(bars.map(({ cell, slot }) => [cell, slot])).toEqual([['a/1/x', 0], ['b/1/x', 1], ['c/1/x', 0], ['d/1/x', 1]]);
  });

  it('are taken by rounds of which only the verdict was kept, each with its own', () => {
    const fail = { kind: 'fail', reason: 'no' } as const;
    const pass = { kind: 'pass' } as const;
    const cell = roundsCell('a/1/x', [pass, pass, fail, pass]);
    const { bars } = laySlots(report([cell]));
    expect(cell.attempts.map(({ trimmed }) => trimmed === true)).toEqual([false, true, false, false]);
    expect(bars.map(({ attempt: number, outlook, round }) => [number, outlook, round])).toEqual([[1, 'pass', true], [2, 'pass', true], [3, 'fail', true], [4, 'pass', true]]);
    expect(bars[1]).toMatchObject({ startMs: 3000, endMs: 4010 });
  });

  it('are taken by the phases of a guest, one after the other, and not by what is outside of it', () => {
    const [bar] = laySlots(report([at('a/1/x', 1000)])).bars;
    expect(bar?.segments).toEqual([
      { phase: 'start', startMs: 1000, endMs: 1095 },
      { phase: 'boot', startMs: 1095, endMs: 2795 },
      { phase: 'test', startMs: 2795, endMs: 3175 },
      { phase: 'end', startMs: 3175, endMs: 3225 },
    ]);
    expect(bar).toMatchObject({ startMs: 1000, endMs: 3225, phases: { waitMs: 1500 } });
  });

  it('show boot and test where an older version wrote the report', () => {
    const { phases, ...older } = attempt({ kind: 'pass' }, { startedAt: began });
    expect(phases).toBeDefined();
    expect(laySlots(report([cellResult('a/1/x', older)])).bars[0]?.segments).toEqual([{ phase: 'boot', startMs: 0, endMs: 1800 }, { phase: 'test', startMs: 1800, endMs: 2225 }]);
  });

  it('are taken by both starts of a cell that has two', () => {
    const cold = at('a/1/x', 800);
    const warm = { verdict: { kind: 'fail', reason: 'no' }, startedAt: new Date(Date.parse(began) + 100).toISOString(), durationMs: 600, restored: { afterMs: 90, bootMs: 1000 }, console: 'w' } as const;
    const { bars, slots } = laySlots(report([{ ...cold, attempts: [{ ...cold.attempts[0], warm }] }]));
    expect(slots).toBe(1);
    expect(bars).toMatchObject([{ cell: 'a/1/x', twin: true, outlook: 'fail', startMs: 100, endMs: 700, segments: [] }, { cell: 'a/1/x', twin: false, outlook: 'pass', startMs: 800 }]);
  });

  it('are taken by guests that became templates', () => {
    const template = { kernel: '1', arch: 'x', startedAt: new Date(Date.parse(began) + 2300).toISOString(), durationMs: 800 };
    const { bars, templates, slots } = laySlots({ ...report([at('a/1/x', 0), at('b/1/x', 3200)]), templates: [template, { ...template, arch: 'y', durationMs: 100 }] });
    expect(slots).toBe(2);
    expect(templates).toEqual([{ template, slot: 0, startMs: 2300, endMs: 3100 }, { template: { ...template, arch: 'y', durationMs: 100 }, slot: 1, startMs: 2300, endMs: 2400 }]);
    expect(bars.map(({ cell, slot }) => [cell, slot])).toEqual([['a/1/x', 0], ['b/1/x', 0]]);
  });

  it('are taken only by what booted', () => {
    expect(laySlots(report([cellResult('a/1/x', attempt({ kind: 'skip', reason: 'no' }))])).bars).toEqual([]);
  });

  it.each([[900, 100], [60_000, 10_000], [720_000, 120_000], [1e9, 0]])('have round times below them: %i ms', (endMs, step) => {
    const ticks = ticksOf(endMs);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeLessThanOrEqual(10);
    if (step > 0) expect(ticks[1]).toBe(step);
  });
});
