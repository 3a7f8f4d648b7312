import { describe, expect, it } from 'vitest';
import type { Totals } from '../../../src/model/report.ts';
import { exitCode } from '../../../src/report/exit-code.ts';
import { gridOf, placeOf } from '../../../src/report/grid.ts';
import { cachedGroups, countsOf, failureGroups, outlookOf, outlooks, skipGroups, slowestCells, totalsOf } from '../../../src/report/summarize.ts';
import { planned, sampleCells } from './sample.ts';

const totals = (more: Partial<Totals>): Totals => ({ ...totalsOf([]), ...more });

describe('exitCode', () => {
  it.each([
    ['all passed', { pass: 3 }, false, 0, 0],
    ['some were skipped', { pass: 1, skip: 2 }, false, 0, 0],
    ['one was flaky', { pass: 1, flaky: 1 }, false, 0, 0],
    ['one is known to fail', { pass: 1, known: 1 }, false, 0, 0],
    ['one failed', { pass: 1, fail: 1 }, false, 0, 1],
    ['one crashed', { crash: 1 }, false, 0, 1],
    ['one timed out', { timeout: 1 }, false, 0, 1],
    ['one failed beside an error of ours', { fail: 1, error: 1 }, false, 0, 1],
    ['only errors of ours', { pass: 5, error: 1 }, false, 0, 3],
    ['a reporter broke', { pass: 5 }, false, 1, 3],
    ['a reporter broke and a case failed', { fail: 5 }, false, 1, 1],
    ['it was interrupted', { fail: 5 }, true, 1, 130],
  ])('where %s', (_, counts, interrupted, brokenReporters, expected) => {
    expect(exitCode({ totals: totals(counts), interrupted, brokenReporters })).toBe(expected);
  });
});

describe('gridOf', () => {
  it('keeps the order of the matrix although cases leave out kernels and archs', () => {
    const ids = ['a/6.1/arm', 'a/7.x/x86_64', 'b/5.10/x86_64', 'b/6.1/x86_64', 'b/6.1/arm', 'b/6.12/arm', 'b/7.x/x86_64'];
    expect(gridOf(ids.map((id) => planned(id)))).toEqual({
      cases: ['a', 'b'],
      kernels: [
        { kernel: '5.10', archs: ['x86_64'] },
        { kernel: '6.1', archs: ['x86_64', 'arm'] },
        { kernel: '6.12', archs: ['arm'] },
        { kernel: '7.x', archs: ['x86_64'] },
      ],
    });
  });

  it('gives each boot medium of a case a row of its own', () => {
    const cells = (['iso-bios', 'iso-efi'] as const).map((medium) => ({ ...planned(`a/6.12/x86_64/${medium}`), medium }));
    expect(gridOf([planned('b/6.12/x86_64'), ...cells]).cases).toEqual(['b', 'a iso-bios', 'a iso-efi']);
    expect(cells.map(placeOf)).toEqual(['a iso-bios/6.12/x86_64', 'a iso-efi/6.12/x86_64']);
  });

  it('is empty without cells', () => {
    expect(gridOf([])).toEqual({ cases: [], kernels: [] });
  });
});

describe('groups', () => {
  it('puts cells with the same verdict and reason together, in the order of the matrix', () => {
    expect(failureGroups(sampleCells).map(({ kind, cells }) => [kind, cells.map(({ id }) => id)])).toEqual([
      ['timeout', ['boot/6.1/arm']],
      ['fail', ['namespaces/6.1/arm']],
      ['crash', ['filesystems/6.1/x86_64', 'filesystems/6.1/arm']],
      ['fail', ['network/6.1/arm', 'wavers/6.1/x86_64']],
      ['error', ['modules/6.1/arm']],
      ['fail', ['hostile/6.1/x86_64']],
    ]);
    expect(skipGroups(sampleCells).map(({ cells }) => cells.length)).toEqual([1]);
  });

  it('puts cells that did not run together by the run that they are from', () => {
    expect(cachedGroups(sampleCells).map(({ run, cells }) => [run, cells.map(({ id }) => id)])).toEqual([['20261120T093000000-1b2c', ['steady/6.1/x86_64']], ['20261119T093000000-77aa', ['steady/6.1/arm']]]);
  });

  it('counts every cell once', () => {
    const counts = countsOf(totalsOf(sampleCells));
    for (const look of outlooks) expect([look, counts[look]]).toEqual([look, sampleCells.filter((cell) => outlookOf(cell) === look).length]);
  });

  it('names the slowest cells, but no skipped ones, and none that did not run', () => {
    expect(slowestCells(sampleCells, 2).map(({ id }) => id)).toEqual(['wavers/6.1/x86_64', 'network/6.1/x86_64']);
    expect(slowestCells(sampleCells, 100).some(({ verdict, cached }) => verdict.kind === 'skip' || cached !== undefined)).toBe(false);
  });
});
