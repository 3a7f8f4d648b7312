// Totals and groups of a run: what every report says about all cells together.
import { knownText, type Known } from '../model/known-text.ts';
import type { CellResult, Totals } from '../model/report.ts';
import { verdictReason, type VerdictKind } from '../model/verdict.ts';

/** How a cell is shown: its verdict, but `flaky` for a pass after a failure, `cached` for one of an earlier run, and `known` for a failure that does not count. */
export type Outlook = VerdictKind | 'flaky' | 'cached' | 'known';

/** Every word of a verdict, the best first. */
export const outlooks: readonly Outlook[] = ['pass', 'cached', 'flaky', 'known', 'fail', 'crash', 'timeout', 'error', 'skip'];

type Shown = Pick<CellResult, 'verdict' | 'known' | 'cached' | 'flaky'>;

export const outlookOf = (cell: Shown): Outlook => (cell.known !== undefined ? 'known' : cell.flaky ? 'flaky' : cell.cached !== undefined ? 'cached' : cell.verdict.kind);

/** The verdict kinds and `known` add up to `total`: a known failure is counted there alone. `flaky` and `cached` cells are counted under `pass` too. */
export function totalsOf(cells: readonly Shown[]): Totals {
  const totals = { pass: 0, fail: 0, crash: 0, timeout: 0, error: 0, skip: 0, known: 0, flaky: 0, cached: 0, total: cells.length };
  for (const cell of cells) {
    totals[cell.known === undefined ? cell.verdict.kind : 'known'] += 1;
    if (cell.flaky) totals.flaky += 1;
    if (cell.cached !== undefined) totals.cached += 1;
  }
  return totals;
}

/** How many cells look so: no cell is counted twice. */
export const countsOf = (totals: Totals): Readonly<Record<Outlook, number>> => ({ ...totals, pass: totals.pass - totals.flaky - totals.cached });

/** The cells that ran longest, longest first. */
export function slowestCells(cells: readonly CellResult[], count: number): readonly CellResult[] {
  return cells.filter((cell) => cell.verdict.kind !== 'skip' && cell.cached === undefined).sort((a, b) => b.durationMs - a.durationMs).slice(0, count);
}

/** Cells that have their verdict and its reason in common. */
export interface CellGroup {
  readonly kind: VerdictKind;
  readonly reason: string;
  readonly cells: readonly [CellResult, ...CellResult[]];
}

/** The cell failed, crashed, timed out or ended in our own error, and that counts. */
export const isTrouble = ({ verdict, known }: Pick<CellResult, 'verdict' | 'known'>): boolean => known === undefined && verdict.kind !== 'pass' && verdict.kind !== 'skip';

/** Cells in trouble by verdict and reason, in matrix order. */
export function failureGroups(cells: readonly CellResult[]): readonly CellGroup[] {
  return groupCells(cells.filter(isTrouble));
}

/** Failures that are known, by why, in matrix order. */
export function knownGroups(cells: readonly CellResult[]): readonly { readonly known: Known; readonly cells: readonly [CellResult, ...CellResult[]] }[] {
  const groups = new Map<string, { known: Known; cells: [CellResult, ...CellResult[]] }>();
  for (const cell of cells) {
    if (cell.known === undefined) continue;
    const group = groups.get(knownText(cell.known));
    if (group === undefined) groups.set(knownText(cell.known), { known: cell.known, cells: [cell] });
    else group.cells.push(cell);
  }
  return [...groups.values()];
}

/** Cells that were not run, by the run that their pass is from. */
export function cachedGroups(cells: readonly CellResult[]): readonly { readonly run: string; readonly cells: readonly [CellResult, ...CellResult[]] }[] {
  const groups = new Map<string, [CellResult, ...CellResult[]]>();
  for (const cell of cells) {
    if (cell.cached === undefined) continue;
    const group = groups.get(cell.cached.run);
    if (group === undefined) groups.set(cell.cached.run, [cell]);
    else group.push(cell);
  }
  return [...groups].map(([run, of]) => ({ run, cells: of }));
}

/** Skipped cells by reason. */
export function skipGroups(cells: readonly CellResult[]): readonly CellGroup[] {
  return groupCells(cells.filter(({ verdict }) => verdict.kind === 'skip'));
}

function groupCells(cells: readonly CellResult[]): readonly CellGroup[] {
  const groups = new Map<string, { kind: VerdictKind; reason: string; cells: [CellResult, ...CellResult[]] }>();
  for (const cell of cells) {
    const { kind } = cell.verdict;
    const reason = verdictReason(cell.verdict);
    const key = `${kind} ${reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { kind, reason, cells: [cell] });
    else group.cells.push(cell);
  }
  return [...groups.values()];
}
