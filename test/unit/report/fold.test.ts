import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/events.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import { encodeEvent, parseEvents, wholeEvents } from '../../../src/report/ndjson.ts';
import { attempt, cellResult, eventsOf, planned, sampleCells, sampleEvents, sampleReport } from './sample.ts';

const runStart = sampleEvents[0] as Extract<RunEvent, { kind: 'run-start' }>;
const at = '2026-11-21T09:31:00.000Z';
const cell = 'boot/6.1/x86_64';
const only = (...events: readonly RunEvent[]) => foldEvents([{ ...runStart, cells: [planned(cell)] }, ...events]).cells[0];
const phase = (name: 'kernel' | 'image' | 'boot', number = 1): RunEvent => ({ at, kind: 'cell-phase', id: cell, attempt: number, phase: name });
const attemptEnd = (...[verdict]: Parameters<typeof attempt>): RunEvent => ({ at, kind: 'attempt-end', id: cell, attempt: attempt(verdict) });

describe('foldEvents', () => {
  it('makes the report of the run from its events', () => {
    expect(sampleReport.cells).toEqual(sampleCells);
    expect(sampleReport).toMatchObject({ interrupted: false, exitCode: 1, totals: { total: 18, pass: 7, flaky: 1, cached: 2, known: 2, fail: 4, crash: 2, timeout: 1, error: 1, skip: 1 } });
  });

  it('gives the same cells whether or not the end was recorded', () => {
    const cut = foldEvents(sampleEvents.slice(0, -1));
    expect(cut).toEqual({ ...sampleReport, interrupted: true, exitCode: 130 });
  });

  it('has exactly one verdict for every planned cell, whatever prefix of the events survived', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: sampleEvents.length }), (length) => {
        const report = foldEvents(sampleEvents.slice(0, length));
        expect(report.cells.map(({ id }) => id)).toEqual(sampleCells.map(({ id }) => id));
        const { total, flaky, cached, ...kinds } = report.totals;
        expect(Object.values(kinds).reduce((sum, number) => sum + number, 0)).toBe(total);
        expect(flaky + cached).toBeLessThanOrEqual(kinds.pass);
      }),
    );
  });

  it('is the same from every cut of the file that leaves whole lines', () => {
    const text = sampleEvents.map(encodeEvent).join('');
    fc.assert(
      fc.property(fc.integer({ min: encodeEvent(runStart).length, max: text.length }), (length) => {
        const { events, broken } = parseEvents(text.slice(0, length));
        expect(events).toEqual(sampleEvents.map((event) => JSON.parse(JSON.stringify(event)) as RunEvent).slice(0, events.length));
        expect(broken.length).toBeLessThanOrEqual(1);
        expect([...wholeEvents(Buffer.from(text.slice(0, length)))]).toEqual(events);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['a cell that never began', [], { kind: 'skip', reason: 'interrupted' }],
    ['a cell in the middle of its image', [phase('kernel'), phase('image')], { kind: 'error', stage: 'image', reason: 'interrupted during building the image' }],
    ['a cell whose only attempt failed', [phase('boot'), attemptEnd({ kind: 'fail', reason: 'no' })], { kind: 'fail', reason: 'no' }],
    ['a cell in the middle of its second attempt', [phase('boot'), attemptEnd({ kind: 'fail', reason: 'no' }), phase('boot', 2)], { kind: 'fail', reason: 'no' }],
  ] as const)('says what is known of %s', (_, events, verdict) => {
    expect(only(...events)?.verdict).toEqual(verdict);
  });

  it('keeps the reason of a cell that was planned to be skipped', () => {
    const [skipped] = foldEvents([{ ...runStart, cells: [planned(cell, 'needs kernel >=6.6')] }]).cells;
    expect(skipped?.verdict).toEqual({ kind: 'skip', reason: 'needs kernel >=6.6' });
  });

  it('counts a pass after a failure as flaky although the end of the cell was lost', () => {
    expect(only(phase('boot'), attemptEnd({ kind: 'fail', reason: 'no' }), phase('boot', 2), attemptEnd({ kind: 'pass' }))).toMatchObject({ flaky: true, verdict: { kind: 'pass' } });
  });

  it('lets a later end of the same cell count', () => {
    const ends = [cellResult(cell, attempt({ kind: 'fail', reason: 'no' })), cellResult(cell, attempt({ kind: 'pass' }))];
    expect(only(...ends.map((result): RunEvent => ({ at, kind: 'cell-end', result })))?.verdict.kind).toBe('pass');
  });

  it('refuses events that hold no run', () => {
    expect(() => foldEvents([])).toThrow(/hold no run/);
  });

  it('is the report that the run itself made', () => {
    const cells = sampleCells.slice(0, 3);
    const events = eventsOf(cells);
    expect(foldEvents(events).totals.total).toBe(3);
    expect(foldEvents(events)).toEqual((events.at(-1) as Extract<RunEvent, { kind: 'run-end' }>).report);
  });
});

describe('parseEvents', () => {
  it('passes over lines that are no events and names them', () => {
    expect(parseEvents('{"at":"x","kind":"notice","message":"m"}\n{"at":"x","ki\n[]\nnull\n{"at":"x","kind":"other"}\n')).toEqual({
      events: [{ at: 'x', kind: 'notice', message: 'm' }],
      broken: [2, 3, 4, 5],
    });
  });

  it('reads the same whether all at once or one by one, with or without a last line feed', () => {
    for (const text of ['', '\n', '{"at":"x","kind":"notice","message":"漢 \u2028"}', '\n{"at":"x","kind":"notice","message":"m"}\n\nno\n']) {
      expect([...wholeEvents(Buffer.from(text))]).toEqual(parseEvents(text).events);
    }
  });
});
