import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crashLine, distinctCrashes, listedCrashes } from '../../../src/report/crashes.ts';
import { cellArbitrary } from './arbitrary.ts';
import { attempt, cellResult, crash } from './sample.ts';

const warning = crash('WARNING in foo', 90, { type: 'WARNING', function: 'foo' });
const pass = { kind: 'pass' } as const;
const timeout = { kind: 'timeout', phase: 'total', limitMs: 1, reason: 'late' } as const;

describe('the crashes of a run', () => {
  it('are each told once, with every cell they hit and where they were seen first', () => {
    const cells = [
      cellResult('a/6.1/arm', attempt(timeout, { console: 'a/console.log', crashes: [crash('BUG in bar', 5), warning] }), attempt(pass, { number: 2, crashes: [{ ...warning, line: 7 }, warning] })),
      cellResult('b/6.1/arm', attempt(pass, { console: 'b/console.log', crashes: [warning] })),
    ];
    expect(distinctCrashes(cells)).toEqual([
      { title: 'BUG in bar', type: 'UNKNOWN', count: 1, cells: ['a/6.1/arm'], first: { cell: 'a/6.1/arm', attempt: 1, line: 5, console: 'a/console.log' } },
      { title: 'WARNING in foo', type: 'WARNING', function: 'foo', count: 4, cells: ['a/6.1/arm', 'b/6.1/arm'], first: { cell: 'a/6.1/arm', attempt: 1, line: 90, console: 'a/console.log' } },
    ]);
  });

  it('have file and line where any cell told them', () => {
    const cells = [cellResult('a/6.1/arm', attempt(timeout, { crashes: [warning] })), cellResult('b/6.1/arm', attempt(timeout, { crashes: [{ ...warning, source: 'fs/foo.c:12' }] }))];
    expect(listedCrashes({ crashes: distinctCrashes(cells) }).map(crashLine)).toEqual(['WARNING in foo (fs/foo.c:12): 2 cells']);
  });

  it('are not listed where the case expects them', () => {
    const expected = { ...warning, expected: true } as const;
    const cells = [cellResult('a/6.1/arm', attempt(pass, { crashes: [expected] })), cellResult('b/6.1/arm', attempt(timeout, { crashes: [warning] })), cellResult('c/6.1/arm', attempt(pass, { crashes: [{ ...crash('BUG', 3), expected: true }] }))];
    const crashes = distinctCrashes(cells);
    expect(crashes).toMatchObject([{ title: 'WARNING in foo', cells: ['a/6.1/arm', 'b/6.1/arm'], expectedIn: ['a/6.1/arm'] }, { title: 'BUG', expectedIn: ['c/6.1/arm'] }]);
    expect(listedCrashes({ crashes }).map(({ crash: { title }, cells: ids }) => [title, ids])).toEqual([['WARNING in foo', ['b/6.1/arm']]]);
  });

  it('count every one that any attempt saw, and name no cell twice', () => {
    fc.assert(
      fc.property(fc.uniqueArray(cellArbitrary, { selector: ({ id }) => id, maxLength: 4 }), (cells) => {
        const crashes = distinctCrashes(cells);
        const seen = cells.flatMap(({ attempts }) => attempts.flatMap((each) => each.crashes ?? []));
        expect(crashes.reduce((sum, { count }) => sum + count, 0)).toBe(seen.length);
        expect(crashes.map(({ title }) => title)).toEqual([...new Set(seen.map(({ title }) => title))]);
        for (const { cells: ids, expectedIn = [] } of crashes) {
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids).toEqual(expect.arrayContaining([...expectedIn]));
        }
      }),
    );
  });
});
