// Two runs side by side, as data.
import type { VerdictKind } from './verdict.ts';

/** How a cell is shown: its verdict, but `flaky` for a pass after a failure, `cached` for one of an earlier run, and `known` for a failure that does not count. */
export type CellWord = VerdictKind | 'flaky' | 'cached' | 'known';

export interface ComparedCell {
  readonly id: string;
  /** Undefined where the run does not have the cell. */
  readonly before?: { readonly word: CellWord; readonly reason: string; readonly durationMs: number };
  readonly after?: { readonly word: CellWord; readonly reason: string; readonly durationMs: number };
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  /** Passed before, or was not there, and does not pass now. */
  readonly broken: readonly ComparedCell[];
  /** Did not pass before, and passes now. */
  readonly fixed: readonly ComparedCell[];
  /** Fails in both runs, in another way. */
  readonly changed: readonly ComparedCell[];
  readonly slower: readonly ComparedCell[];
  readonly faster: readonly ComparedCell[];
  readonly added: readonly ComparedCell[];
  readonly gone: readonly ComparedCell[];
  /** Cells that both runs have and that are in none of the other lists. */
  readonly same: number;
}
