// Rounds in words, the same in every report. Pure.
import { count, formatDuration } from '../model/format.ts';
import type { CellResult, RoundPlan, Rounds } from '../model/report.ts';
import { verdictReason } from '../model/verdict.ts';

/** `failed 3 of 20 rounds`, `20 of 20 rounds`; undefined for a cell that did not go in rounds. */
export const roundWords = ({ rounds }: Pick<CellResult, 'rounds'>): string | undefined => rounds && wordsOf(rounds);

function wordsOf({ ran, passed, failed, errors, known }: Rounds): string {
  const all = count(ran, 'round');
  if (failed > 0) return `failed ${failed} of ${all}${errors === 0 ? '' : `, error in ${errors}`}`;
  if (errors > 0) return `error in ${errors} of ${all}`;
  return known > 0 ? `known failure in ${known} of ${all}` : `${passed} of ${all}`;
}

/** `passed in run X`; undefined for a cell that was run. */
export const cachedWords = ({ cached }: Pick<CellResult, 'cached'>): string | undefined => cached && `passed in run ${cached.run}`;

/** Why the verdict is what it is: `failed 3 of 20 rounds: no lease`. Empty for a pass of this run that did not go in rounds. */
export function cellReason(cell: Pick<CellResult, 'verdict' | 'rounds' | 'cached'>): string {
  return [cachedWords(cell), roundWords(cell), verdictReason(cell.verdict)].filter((word) => word !== undefined && word !== '').join(': ');
}

/** What the words leave out: `first in round 4; 1.8s to 2.9s, mostly 2.1s`. */
export function roundDetails({ firstFailed, durationMs: { min, median, max } }: Rounds): string {
  const first = firstFailed === undefined ? '' : `first in round ${firstFailed}; `;
  return `${first}${formatDuration(min)} to ${formatDuration(max)}, median ${formatDuration(median)}`;
}

/** `20 rounds`, `rounds until a cell fails`, `at most 20 rounds until a cell fails, for at most 30m 0s`. */
export function planWords({ planned, untilFail, forMs }: RoundPlan): string {
  const number = planned === undefined ? 'rounds' : `${untilFail === true || forMs !== undefined ? 'at most ' : ''}${count(planned, 'round')}`;
  return `${number}${untilFail === true ? ' until a cell fails' : ''}${forMs === undefined ? '' : `, none begun after ${formatDuration(forMs)}`}`;
}

/** The most rounds that a cell ran. */
export const roundsRun = (cells: readonly Pick<CellResult, 'rounds'>[]): number => Math.max(0, ...cells.map(({ rounds }) => rounds?.ran ?? 0));
