import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/events.ts';
import type { RunReport } from '../../../src/model/report.ts';
import { RunReportSchema } from '../../../src/model/report-schema.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import { collectParts, mergeParts } from '../../../src/report/merge.ts';
import { encodeEvent, parseEvents } from '../../../src/report/ndjson.ts';
import { cells, partEvents, plan } from './parts.ts';
import { eventsOf } from './sample.ts';

const identity = { id: '20261121T100000000-ffff', folder: '/runs/merged', tool: { name: 'kit-test' as const, version: '0.1.0' }, command: ['kit-test', 'report', 'merge'] };
const merge = (...parts: readonly (readonly RunEvent[])[]) => mergeParts(collectParts(parts.map((events, index) => ({ name: `part-${index + 1}`, events }))), identity);
const halves = (place: number): number => (place % 2) + 1;
const [one, two] = [partEvents(1, 2, halves), partEvents(2, 2, halves)];
const whole = foldEvents(eventsOf(cells));
/** What is equal to a run that was never divided. */
const content = ({ cells: all, crashes, totals, exitCode, notices, interrupted }: RunReport): unknown => ({ all, crashes, totals, exitCode, notices, interrupted });

describe('merged parts', () => {
  it('are the run that was never divided, but for its times', () => {
    expect(content(merge(one, two).report)).toEqual(content(whole));
  });

  it('are so however cells were divided, in whatever order parts are named', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.array(fc.nat(5), { minLength: cells.length, maxLength: cells.length }), fc.boolean(), (count, places, reversed) => {
      const shardOf = (place: number): number => ((places[place] ?? 0) % count) + 1;
      const parts = Array.from({ length: count }, (_, index) => partEvents(index + 1, count, shardOf));
      const { report, events } = merge(...(reversed ? parts.reverse() : parts));
      expect(content(report)).toEqual(content(whole));
      expect(foldEvents(parseEvents(events.map(encodeEvent).join('')).events)).toEqual(JSON.parse(JSON.stringify(report)));
    }), { numRuns: 40 });
  });

  it('fit the schema of a report, and are read again from their events without the end', () => {
    const { report, events } = merge(one, two);
    expect(RunReportSchema.parse(report)).toEqual(report);
    expect(content({ ...foldEvents(events.slice(0, -1)), interrupted: false, exitCode: 1 })).toEqual(content(report));
  });

  it('tell what they were put together from', () => {
    const { report } = merge(two, one);
    expect(report).toMatchObject({ id: identity.id, command: identity.command, merged: { plan, count: 2, missing: [], parts: [{ shard: 1, id: '20261121T093000000-0001' }, { shard: 2, id: '20261121T093000000-0002' }] } });
    expect(report.shard).toBeUndefined();
    expect(report.templates).toHaveLength(2);
    expect(report.templates).toEqual([one, two].flatMap((events) => foldEvents(events).templates ?? []));
  });

  it('last from the first start to the last end', () => {
    const { report } = merge(one, partEvents(2, 2, halves, { laterMs: 3_600_000 }));
    expect(report.startedAt).toBe(foldEvents(one).startedAt);
    expect(report.durationMs).toBe(3_600_000 + foldEvents(two).durationMs);
  });

  it('take the newest where a shard ran more than once, and say so', () => {
    const again = partEvents(2, 2, halves, { id: '20261121T110000000-0003', laterMs: 5_400_000 });
    const { report } = merge(one, again, two);
    expect(report.merged?.parts.map(({ id }) => id)).toEqual(['20261121T093000000-0001', '20261121T110000000-0003']);
    expect(report.notices).toContainEqual(expect.stringMatching(/^shard 2 of 2 ran more than once: part-2 of 2026-11-21T11\S+ counts, part-3 of 2026-11-21T09\S+ does not$/));
  });

  it('take the same run once although it is named twice', () => {
    expect(content(merge(one, two, two).report)).toEqual(content(whole));
  });
});

describe('a part that is missing', () => {
  const { report } = merge(one);

  it('is named, fails the run, and leaves an error for each of its cells', () => {
    expect(report).toMatchObject({ exitCode: 1, merged: { missing: [2] } });
    expect(report.notices[0]).toBe(`shard 2 of 2 is missing: ${cells.filter((_, place) => halves(place) === 2).length} cells without a verdict`);
    expect(report.cells.map(({ id }) => id)).toEqual(cells.map(({ id }) => id));
    for (const cell of report.cells.filter((_, place) => halves(place) === 2)) {
      expect(cell.verdict).toEqual({ kind: 'error', stage: 'report', reason: 'shard 2 of 2 is missing', hint: `run it with --shard 2/2@${plan}, and put all parts together again` });
    }
  });

  it('fails the run also where all others passed', () => {
    const passed = (place: number): number => (cells[place]?.verdict.kind === 'pass' ? 1 : 2);
    expect(merge(partEvents(1, 2, passed)).report).toMatchObject({ exitCode: 1, totals: { fail: 0, crash: 0, timeout: 0 } });
  });

  it('leaves a planned skip what it is', () => {
    const skips = one.map((event) => (event.kind === 'run-start' && event.shard !== undefined ? { ...event, shard: { ...event.shard, matrix: event.shard.matrix.map((cell) => ({ ...cell, ...(cell.shard === 2 ? { skip: 'needs kernel >=6.6' } : {}) })) } } : event));
    expect(merge(skips).report.cells[1]?.verdict).toEqual({ kind: 'skip', reason: 'needs kernel >=6.6' });
  });

  it('is not one that had no cells', () => {
    const all = (): number => 1;
    expect(merge(partEvents(1, 2, all)).report).toMatchObject({ merged: { missing: [] }, exitCode: whole.exitCode });
    expect(content(merge(partEvents(1, 2, all)).report)).toEqual(content(whole));
  });
});

describe('a part that did not end', () => {
  it('keeps its verdicts, leaves one for every cell, and fails the run', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: two.length - 1 }), (length) => {
      const { report } = merge(one, two.slice(0, length));
      expect(report.cells.map(({ id }) => id)).toEqual(cells.map(({ id }) => id));
      expect(report).toMatchObject({ interrupted: true, exitCode: 1 });
      expect(report.cells.filter((_, place) => halves(place) === 2)).toEqual(foldEvents(two.slice(0, length)).cells);
    }), { numRuns: 30 });
  });

  it('is missing where it was killed before it said what it does', () => {
    expect(merge(one, []).report).toMatchObject({ exitCode: 1, merged: { missing: [2] }, notices: expect.arrayContaining(['part-2 holds no run that got as far as its first cell']) as unknown });
  });
});

describe('parts that cannot be put together', () => {
  const withCell = (change: (cell: Extract<RunEvent, { kind: 'cell-end' }>['result']) => object): readonly RunEvent[] =>
    two.filter(({ kind }) => kind !== 'run-end').map((event) => (event.kind === 'cell-end' ? ({ ...event, result: { ...event.result, ...change(event.result) } }) : event));
  const withPath = (path: string) => withCell(({ attempts }) => ({ attempts: attempts.map((attempt) => ({ ...attempt, console: path })) }));

  it.each([
    ['are of different plans', () => merge(one, partEvents(2, 2, halves, { plan: 'ba9876543210' })), 'OTHER_PLAN', /part-1 is shard 1 of 2 of \d+ cells \(plan 0123456789ab\), part-2 is shard 2 of 2 of \d+ cells \(plan ba9876543210\)/],
    ['are of different plans, the same shard', () => merge(one, partEvents(1, 2, halves, { plan: 'ba9876543210', laterMs: 1000 })), 'OTHER_PLAN', /are not of one run/],
    ['are whole runs', () => merge(one, eventsOf(cells)), 'NOT_A_SHARD', /part-2 is a run of its own/],
    ['hold nothing', () => merge([], []), 'NO_PARTS', /none of the parts/],
    ['have cells of another shard', () => merge(one, two.map((event) => (event.kind === 'run-end' ? { ...event, report: foldEvents(one) } : event))), 'PART_UNREADABLE', /part-2 .*its cells are not those of its shard/],
    ['are not what a report is', () => merge(one, withCell(() => ({ verdict: { kind: 'great' } }))), 'PART_UNREADABLE', /part-2 is no run that this version/],
    ['name files above their folder', () => merge(one, withPath('../../secret')), 'PART_UNREADABLE', /"\.\.\/\.\.\/secret" is no file of/],
    ['name files of other cells', () => merge(one, withPath('cells/boot+6.1+x86_64/../../x')), 'PART_UNREADABLE', /is no file of/],
    ['name absolute files', () => merge(one, withPath('/etc/passwd')), 'PART_UNREADABLE', /"\/etc\/passwd" is no file of/],
  ])('are refused where they %s', (_, run, code, message) => {
    expect(run).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
  });
});
