import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/events.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import { unfinishedRun } from '../../../src/report/unfinished.ts';
import { attempt, cellResult, eventsOf, sampleCells, sampleEvents } from './sample.ts';

const idsOf = (events: readonly RunEvent[]): readonly string[] => events.flatMap((event) => (event.kind === 'cell-end' ? [event.result.id] : []));

describe('unfinishedRun', () => {
  it('leaves open what has no verdict, wherever the run was cut', () => {
    for (let cut = 1; cut <= sampleEvents.length; cut += 1) {
      const before = sampleEvents.slice(0, cut);
      const { start, open, events } = unfinishedRun(before);
      expect([...open, ...idsOf(events)].sort()).toEqual(start.cells.map(({ id }) => id).sort());
      expect(idsOf(events)).toEqual(idsOf(before));
    }
  });

  it('gives the report of the whole run when the open cells run after what stands', () => {
    const whole = foldEvents(sampleEvents);
    for (let cut = 1; cut < sampleEvents.length; cut += 7) {
      const { open, events } = unfinishedRun(sampleEvents.slice(0, cut));
      const rest = eventsOf(sampleCells.filter(({ id }) => open.includes(id))).filter(({ kind }) => kind === 'attempt-end' || kind === 'cell-end');
      const report = foldEvents([...events, ...rest], { at: sampleEvents.at(-1)?.at ?? '', interrupted: false });
      expect(report.cells).toEqual(whole.cells);
      expect(report.totals).toEqual(whole.totals);
    }
  });

  it('starts a cell over that Ctrl-C cut off, and keeps one that was never to run', () => {
    const cut = cellResult('boot/6.1/arm', attempt({ kind: 'skip', reason: 'interrupted' }));
    const skipped = cellResult('boot/6.1/x86_64', attempt({ kind: 'skip', reason: 'needs CONFIG_X' }));
    const { open, events } = unfinishedRun(eventsOf([cut, skipped]));
    expect(open).toEqual(['boot/6.1/arm']);
    expect(events.some((event) => event.kind === 'attempt-end' && event.id === 'boot/6.1/arm')).toBe(false);
  });

  it('refuses events without a plan, and a run in rounds', () => {
    expect(() => unfinishedRun([])).toThrow('planned');
    const [start] = eventsOf(sampleCells);
    expect(() => unfinishedRun([{ ...start, rounds: { planned: 3 } } as RunEvent])).toThrow('rounds');
  });
});
