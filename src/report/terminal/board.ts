// What a running matrix looks like at this moment, folded from its events: the data behind every frame.
import type { CellPhase, PlannedCell, RunEvent } from '../../model/events.ts';
import type { CellResult, Totals } from '../../model/report.ts';
import { gridOf, type Grid } from '../grid.ts';
import { isTrouble, outlookOf, totalsOf } from '../summarize.ts';
import type { Look } from './theme.ts';

export interface RunningCell {
  readonly id: string;
  readonly phase: CellPhase;
  readonly attempt: number;
  /** When the phase began. */
  readonly sinceMs: number;
}

export interface Download {
  readonly name: string;
  readonly done: number;
  readonly total: number | undefined;
}

export interface Board {
  push(event: RunEvent): void;
  readonly planned: readonly PlannedCell[];
  readonly grid: Grid;
  readonly startedMs: number;
  /** In the order they began. */
  running(): readonly RunningCell[];
  downloads(): readonly Download[];
  result(id: string): CellResult | undefined;
  look(id: string): Look;
  totals(): Totals;
  /** Cells that failed, crashed, timed out or ended in an error of ours, in the order they ended. */
  readonly troubles: readonly CellResult[];
  /** Milliseconds that the rest will take if it goes on like this; undefined while there is nothing to judge by. */
  remainingMs(nowMs: number): number | undefined;
}

export function createBoard(): Board {
  const running = new Map<string, RunningCell>();
  const downloads = new Map<string, Download>();
  const results = new Map<string, CellResult>();
  const troubles: CellResult[] = [];
  let planned: readonly PlannedCell[] = [];
  let grid = gridOf(planned);
  let startedMs = 0;
  let concurrency = 1;
  const look = (id: string): Look => {
    const result = results.get(id);
    return result !== undefined ? outlookOf(result) : running.has(id) ? 'running' : 'waiting';
  };
  return {
    get planned() {
      return planned;
    },
    get grid() {
      return grid;
    },
    get startedMs() {
      return startedMs;
    },
    troubles,
    running: () => [...running.values()],
    downloads: () => [...downloads.values()],
    result: (id) => results.get(id),
    look,
    totals: () => totalsOf([...results.values()]),
    remainingMs(nowMs) {
      const ran = [...results.values()].filter(({ verdict }) => verdict.kind !== 'skip');
      const left = planned.filter(({ id, skip }) => !results.has(id) && skip === undefined).length;
      // Before each place has done one cell, the first durations say little.
      if (left === 0 || ran.length < concurrency) return undefined;
      const spent = nowMs - startedMs;
      return (spent / ran.length) * left;
    },
    push(event) {
      switch (event.kind) {
        case 'run-start':
          planned = event.cells;
          grid = gridOf(planned);
          startedMs = Date.parse(event.at);
          concurrency = event.concurrency;
          break;
        case 'download':
          if (event.finished) downloads.delete(event.name);
          else downloads.set(event.name, { name: event.name, done: event.done, total: event.total });
          break;
        case 'cell-phase':
          running.set(event.id, { id: event.id, phase: event.phase, attempt: event.attempt, sinceMs: Date.parse(event.at) });
          break;
        case 'cell-end': {
          const { result } = event;
          running.delete(result.id);
          results.set(result.id, result);
          if (isTrouble(result)) troubles.push(result);
          break;
        }
        case 'notice': case 'attempt-end': case 'run-end':
          break;
      }
    },
  };
}
