// What a running matrix looks like at this moment, folded from its events: the data behind every frame.
import type { CellPhase, PlannedCell, RunEvent } from '../../model/events.ts';
import type { Attempt, CellResult, RoundPlan, Totals } from '../../model/report.ts';
import { cellResultOf } from '../cell-result.ts';
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

export interface LiveRound {
  readonly number: number;
  /** Undefined: nobody knows. */
  readonly planned: number | undefined;
  readonly done: number;
  readonly count: number;
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
  /** Of a run that goes in rounds: the one that runs, and how many cells ended theirs. */
  round(): LiveRound | undefined;
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
  let plan: RoundPlan | undefined;
  let round: LiveRound | undefined;
  let attempts = 0;
  const look = (id: string): Look => {
    if (running.has(id)) return 'running';
    const result = results.get(id);
    return result === undefined ? 'waiting' : outlookOf(result);
  };
  const keep = (result: CellResult): void => {
    running.delete(result.id);
    results.set(result.id, result);
    if (!isTrouble(result)) return;
    const index = troubles.findIndex(({ id }) => id === result.id);
    if (index === -1) troubles.push(result);
    else troubles[index] = result;
  };
  /** In rounds a cell shows what those before say. */
  const keepRound = (id: string, attempt: Attempt): void => {
    attempts += 1;
    if (round !== undefined) round = { ...round, done: round.done + 1 };
    const cell = planned.find((each) => each.id === id);
    const earlier = results.get(id)?.attempts ?? [];
    const [first = attempt, ...rest] = [...earlier, attempt];
    if (cell !== undefined) keep(cellResultOf(cell, [first, ...rest], plan));
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
    round: () => round,
    remainingMs(nowMs) {
      if (plan !== undefined) {
        const all = (plan.planned ?? 0) * (round?.count ?? 0);
        return plan.untilFail === true || attempts < concurrency || all <= attempts ? undefined : ((nowMs - startedMs) / attempts) * (all - attempts);
      }
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
          plan = event.rounds;
          break;
        case 'download':
          if (event.finished) downloads.delete(event.name);
          else downloads.set(event.name, { name: event.name, done: event.done, total: event.total });
          break;
        case 'cell-phase':
          running.set(event.id, { id: event.id, phase: event.phase, attempt: event.attempt, sinceMs: Date.parse(event.at) });
          break;
        case 'round-start':
          round = { number: event.round, planned: plan?.planned, done: 0, count: event.count };
          break;
        case 'attempt-end':
          if (plan !== undefined) keepRound(event.id, event.attempt);
          break;
        case 'cell-end':
          keep(event.result);
          break;
        case 'notice': case 'template-end': case 'round-end': case 'run-end':
          break;
      }
    },
  };
}
