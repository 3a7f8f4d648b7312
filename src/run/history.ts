// The history of a project's cells, for one run of it.
import { resolve } from 'node:path';
import type { Cell } from '../model/cell.ts';
import type { Progress } from '../model/events.ts';
import type { CellHistory } from '../model/history.ts';
import type { Project } from '../model/project.ts';
import type { CellResult } from '../model/report.ts';
import { endOf } from '../history/end.ts';
import { openHistory } from '../history/open.ts';

interface RunHistory {
  /** Writes down how a cell ended, and says what earlier runs make of that; undefined for a cell that did not run. */
  readonly remember: (cell: Cell, result: CellResult) => CellHistory | undefined;
  /** Writes down how a cell that goes in rounds has ended so far: what of the run is known if it is killed. */
  readonly rememberSoFar: (cell: Cell, result: CellResult) => void;
  /** Whether a cell passes and fails in earlier runs without a change that explains it. */
  readonly isFlaky: (cell: string) => boolean;
  readonly close: () => Promise<void>;
}

/** Undefined where nothing is to be remembered. What is wrong with the history becomes a notice. */
export async function openRunHistory({ harness, root }: Project, options: { readonly run: string; readonly cells: readonly Cell[]; readonly enabled: boolean; readonly progress: Progress }): Promise<RunHistory | undefined> {
  if (!options.enabled || harness.history === false) return undefined;
  const history = await openHistory({
    folder: resolve(root, harness.output, 'history'),
    run: options.run,
    runs: harness.history.runs,
    cells: new Set(options.cells.map(({ id }) => id)),
    onProblem: (message) => options.progress.notice(message),
  });
  return {
    isFlaky: (cell) => history.isFlaky(cell),
    remember(cell, result) {
      // What did not run has not ended.
      if (result.cached !== undefined) return undefined;
      const end = endOf(cell, result, new Date().toISOString());
      return end && history.add(end);
    },
    rememberSoFar(cell, result) {
      const end = endOf(cell, result, new Date().toISOString());
      if (end !== undefined) history.note(end);
    },
    close: () => history.close(),
  };
}
