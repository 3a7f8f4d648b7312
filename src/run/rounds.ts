// A run in rounds, to hunt a flake: every cell once in each, one round after the other, so that each is a run of the matrix.
import type { Cell } from '../model/cell.ts';
import type { Attempt, RoundPlan } from '../model/report.ts';
import { outcomeOf, trimRounds } from '../report/rounds.ts';
import type { EventSink } from './events.ts';

export interface RoundSteps {
  /** Attempts a cell when its turn has come. */
  readonly attempt: (cell: Cell, round: number) => Promise<Attempt>;
  /** Told after each round of a cell what all of them were. */
  readonly ran: (cell: Cell, attempts: readonly [Attempt, ...Attempt[]]) => void;
  /** Takes away what an attempt left. */
  readonly discard: (cell: Cell, attempt: Attempt) => Promise<void>;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/** The rounds that each cell ran. A cell that was cut off by the signal has those before, or none. */
export async function runRounds(cells: readonly Cell[], plan: RoundPlan, { attempt, ran, discard, emit, signal }: RoundSteps): Promise<ReadonlyMap<string, readonly Attempt[]>> {
  const rounds = new Map<string, readonly Attempt[]>();
  const keep = async (cell: Cell, next: Attempt): Promise<void> => {
    const before = [...(rounds.get(cell.id) ?? []), next];
    const after = trimRounds(before);
    rounds.set(cell.id, after);
    emit({ kind: 'attempt-end', id: cell.id, attempt: next });
    const [first = next, ...rest] = after;
    ran(cell, [first, ...rest]);
    for (const [index, each] of before.entries()) if (after[index] !== each) await discard(cell, each);
  };
  const began = performance.now();
  const isOver = (round: number): boolean =>
    signal.aborted || round > (plan.planned ?? Infinity) || (round > 1 && performance.now() - began >= (plan.forMs ?? Infinity)) || (plan.untilFail === true && [...rounds.values()].some((all) => all.some(hasFailed)));
  let left = cells;
  for (let round = 1; left.length > 0 && !isOver(round); round += 1) {
    emit({ kind: 'round-start', round, count: left.length });
    await Promise.all(left.map(async (cell) => {
      const next = await attempt(cell, round);
      // What was cut off says nothing.
      if (!signal.aborted || next.verdict.kind !== 'skip') await keep(cell, next);
    }));
    emit({ kind: 'round-end', round });
    left = left.filter((cell) => rounds.get(cell.id)?.every(canChange));
  }
  return rounds;
}

const hasFailed = (attempt: Attempt): boolean => ['failed', 'error'].includes(outcomeOf(attempt));

/** What is skipped without a boot is skipped every time. */
const canChange = ({ verdict, startedAt }: Attempt): boolean => verdict.kind !== 'skip' || startedAt !== undefined;
