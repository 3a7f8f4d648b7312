// A cell's history in words, the same in every report.
import { count } from '../model/format.ts';
import type { CellResult } from '../model/report.ts';

type Told = Pick<CellResult, 'verdict' | 'history'>;

/** As `new failure`, `fails since run X (5 runs)`, `flaky: 3 of 20`; undefined where there is nothing to tell. */
export function historyWords({ verdict, history }: Told): string | undefined {
  if (history === undefined) return undefined;
  const { state, since, flaky, failed, runs } = history;
  const rate = flaky && runs > 1 ? `flaky: ${failed} of ${runs}` : undefined;
  const isError = verdict.kind === 'error';
  switch (state) {
    case 'first': return 'first run';
    case 'steady': return rate;
    case 'new': return joined(isError ? 'new error' : 'new failure', rate);
    case 'since': return joined(`${isError ? 'error' : 'fails'} since run ${since?.run ?? '?'} (${since?.runs ?? 0} runs)`, rate);
    // A flake comes and goes: that it is back, or gone, is no news.
    case 'again': return rate ?? `${isError ? 'error' : 'fails'} again, as in run ${since?.run ?? '?'}`;
    case 'fixed': return rate ?? `fixed: failed since run ${since?.run ?? '?'} (${count(since?.runs ?? 0, 'run')})`;
  }
}

/** The words, but for a pass that was never seen before: that is no news. */
export const historyNews = (cell: Told): string | undefined => (cell.verdict.kind === 'pass' && cell.history?.state === 'first' ? undefined : historyWords(cell));

/** Cells that pass now at once, and whose earlier runs have something to say: what is fixed, what is flaky. */
export function recoveredCells(cells: readonly CellResult[]): readonly CellResult[] {
  return cells.filter((cell) => cell.verdict.kind === 'pass' && !cell.flaky && historyNews(cell) !== undefined);
}

/** The words of several cells: the same once, else how many cells have them. */
export function commonHistory(cells: readonly CellResult[]): string | undefined {
  const counts = new Map<string, number>();
  for (const words of cells.flatMap((cell) => historyWords(cell) ?? [])) counts.set(words, (counts.get(words) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  return [...counts].map(([words, times]) => (times === cells.length ? words : `${words}: ${times} of ${cells.length} cells`)).join('; ');
}

/** `2 new failures, 1 fixed, 3 flaky`; undefined where nothing changed. */
export function historyTotals(cells: readonly CellResult[]): string | undefined {
  const number = (holds: (history: NonNullable<CellResult['history']>) => boolean): number => cells.filter(({ history }) => history !== undefined && holds(history)).length;
  const fresh = number(({ state }) => state === 'new');
  const lasting = number(({ state }) => state === 'since');
  const fixed = number(({ state, flaky }) => state === 'fixed' && !flaky);
  const flaky = number(({ flaky: wavers, runs }) => wavers && runs > 1);
  const parts = [
    ...(fresh === 0 ? [] : [count(fresh, 'new failure')]),
    ...(lasting === 0 ? [] : [`${lasting} ${lasting === 1 ? 'fails' : 'fail'} as before`]),
    ...(fixed === 0 ? [] : [`${fixed} fixed`]),
    ...(flaky === 0 ? [] : [`${flaky} flaky`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

const joined = (word: string, rate: string | undefined): string => (rate === undefined ? word : `${word}, ${rate}`);
