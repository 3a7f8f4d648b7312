import { describe, expect, it } from 'vitest';
import type { CellHistory } from '../../../src/model/history.ts';
import type { CellResult } from '../../../src/model/report.ts';
import { commonHistory, historyNews, historyTotals, recoveredCells } from '../../../src/report/history-words.ts';
import { historyLines, historySection } from '../../../src/report/terminal/history-section.ts';
import { attempt, cellResult } from './sample.ts';

const options = { theme: { color: false, unicode: true }, columns: 100 };

const cellWith = (id: string, kind: 'pass' | 'fail', history?: Partial<CellHistory>): CellResult => ({
  ...cellResult(id, attempt(kind === 'pass' ? { kind } : { kind, reason: 'no lease' })),
  ...(history === undefined ? {} : { history: { state: 'steady', runs: 20, failed: 0, flaky: false, ...history } }),
});
const since = { run: 'run-1', at: '2026-11-21T09:30:00.000Z', runs: 5 };
const fresh = cellWith('net/6.1/arm', 'fail', { state: 'new', failed: 1 });
const old = cellWith('net/6.1/x86_64', 'fail', { state: 'since', failed: 5, since });
const fixed = cellWith('boot/6.1/arm', 'pass', { state: 'fixed', failed: 5, since });
const wavering = cellWith('boot/6.1/x86_64', 'pass', { failed: 3, flaky: true });
const unseen = cellWith('ipc/6.1/arm', 'pass', { state: 'first', runs: 1 });
const quiet = cellWith('ipc/6.1/x86_64', 'pass', {});
const cells = [fresh, old, fixed, wavering, unseen, quiet, cellWith('xattr/6.1/arm', 'fail')];

describe('the history of several cells', () => {
  it('is one text where they have it in common, and counted where they have not', () => {
    expect(commonHistory([fresh, { ...fresh, id: 'net/7.x/arm' }])).toBe('new failure');
    expect(commonHistory([fresh, old])).toBe('new failure: 1 of 2 cells; fails since run run-1 (5 runs): 1 of 2 cells');
    expect(commonHistory([quiet])).toBeUndefined();
  });

  it('adds up to one line for the run', () => {
    expect(historyTotals(cells)).toBe('1 new failure, 1 fails as before, 1 fixed, 1 flaky');
    expect(historyTotals([unseen, quiet])).toBeUndefined();
  });

  it('lists of the cells that pass only those that did not always', () => {
    expect(recoveredCells(cells).map(({ id }) => id)).toEqual(['boot/6.1/arm', 'boot/6.1/x86_64']);
    expect(historyNews(unseen)).toBeUndefined();
    expect(historyNews({ ...unseen, verdict: { kind: 'fail', reason: 'x' } })).toBe('first run');
  });
});

describe('on the terminal', () => {
  it('a failure says what it is to the runs before, cell by cell where they differ', () => {
    expect(historyLines([fresh], options)).toEqual(['new failure']);
    expect(historyLines([fresh, old], options)).toEqual(['new failure  net  6.1/arm', 'fails since run run-1 (5 runs)  net  6.1/x86_64']);
    expect(historyLines([cellWith('xattr/6.1/arm', 'fail')], options)).toEqual([]);
  });

  it('what was fixed and what comes and goes is listed, up to a limit', () => {
    expect(historySection(cells, options)).toEqual(['✓ boot/6.1/arm  fixed: failed since run run-1 (5 runs)', '≈ boot/6.1/x86_64  flaky: 3 of 20']);
    const many = Array.from({ length: 12 }, (_, index) => ({ ...fixed, id: `boot/${index}/arm` }));
    expect(historySection(many, options)).toHaveLength(11);
    expect(historySection(many, options).at(-1)).toBe('  and 2 more cells that failed earlier');
  });
});
