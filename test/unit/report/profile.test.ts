import { describe, expect, it } from 'vitest';
import { placePhases, sumPhases, type PhaseTimes } from '../../../src/model/phase.ts';
import type { CellResult } from '../../../src/model/report.ts';
import { profileOf, slowestProfiles } from '../../../src/report/profile.ts';
import { attempt, cachedCell, cellResult } from './sample.ts';

const times: PhaseTimes = { kernelMs: 10, imageMs: 20, waitMs: 9000, startMs: 100, bootMs: 600, testMs: 250, endMs: 50, reportMs: 5 };
const cell = (id: string, ...all: readonly [PhaseTimes, ...PhaseTimes[]]): CellResult => {
  const [first, ...rest] = all.map((phases, index) => attempt({ kind: 'pass' }, { number: index + 1, phases }));
  return cellResult(id, first ?? attempt({ kind: 'pass' }), ...rest);
};

describe('the profile of a run', () => {
  it('adds up the phases of all attempts', () => {
    const cells = [cell('a/1/x', times, times), cell('b/1/x', { ...times, templateMs: 40 })];
    const profile = profileOf({ cells });
    expect(profile).toMatchObject({ attempts: 3, placeMs: 3000 });
    expect(profile?.totals.map(({ phase, ms }) => [phase, ms])).toEqual([['kernel', 30], ['image', 60], ['template', 40], ['wait', 27_000], ['start', 300], ['boot', 1800], ['test', 750], ['end', 150], ['report', 15]]);
    expect(profile?.totals.reduce((sum, { ms }) => sum + ms, 0)).toBe(3 * sumPhases(times) + 40);
  });

  it('shares out the time in which guests had a place', () => {
    const shares = profileOf({ cells: [cell('a/1/x', times)] })?.totals.flatMap(({ phase, share }) => (share === undefined ? [] : [[phase, share]]));
    expect(shares).toEqual([['start', 0.1], ['boot', 0.6], ['test', 0.25], ['end', 0.05]]);
    expect(shares?.map(([phase]) => phase)).toEqual(placePhases);
  });

  it('is unknown where no attempt says it', () => {
    expect(profileOf({ cells: [cachedCell('a/1/x', 'earlier')] })).toBeUndefined();
  });
});

describe('the slowest cells', () => {
  it('are those that took longest themselves, with all attempts, however long they waited', () => {
    const cells = [cell('waits/1/x', { ...times, waitMs: 99_000 }), cell('slow/1/x', { ...times, testMs: 700 }), cell('tried-again/1/x', times, times), cachedCell('not-run/1/x', 'earlier')];
    expect(slowestProfiles(cells, 9).map(({ id, ms }) => [id, ms])).toEqual([['tried-again/1/x', 2070], ['slow/1/x', 1485], ['waits/1/x', 1035]]);
    expect(slowestProfiles(cells, 1)).toHaveLength(1);
  });
});
