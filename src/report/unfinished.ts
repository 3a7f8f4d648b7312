// What a run that was killed or interrupted has left to do. Pure.
import { UsageError } from '../model/errors.ts';
import type { RunEvent } from '../model/events.ts';
import { isCutOff } from '../model/verdict.ts';

type RunStart = Extract<RunEvent, { kind: 'run-start' }>;

export interface UnfinishedRun {
  readonly start: RunStart;
  /** Ids of the cells without a verdict, in matrix order. */
  readonly open: readonly string[];
  /** The events that stand: without those of open cells, and without the end. */
  readonly events: readonly RunEvent[];
}

/**
 * A cell has its verdict when it ended by itself; one that was cut off starts over. Of a run that has ended nothing is open:
 * its reports may be what is missing.
 * @throws UsageError `NOTHING_TO_RESUME`, `ROUNDS_NOT_RESUMED`.
 */
export function unfinishedRun(events: readonly RunEvent[]): UnfinishedRun {
  const start = events.find((event) => event.kind === 'run-start');
  if (start === undefined) throw new UsageError('NOTHING_TO_RESUME', 'that run ended before it had planned its cells', { hint: 'start it again' });
  if (start.rounds !== undefined) throw new UsageError('ROUNDS_NOT_RESUMED', `run ${start.id} goes in rounds, which cannot be resumed`, { hint: 'what its rounds found until then is in its reports: kit-test report render' });
  const ended = new Set(events.flatMap((event) => (event.kind === 'cell-end' && !wasCutOff(event, start) ? [event.result.id] : [])));
  const open = start.cells.map(({ id }) => id).filter((id) => !ended.has(id));
  return { start, open, events: events.filter((event) => event.kind !== 'run-end' && (idOf(event) === undefined || ended.has(idOf(event) ?? ''))) };
}

function wasCutOff({ result }: Extract<RunEvent, { kind: 'cell-end' }>, start: RunStart): boolean {
  return isCutOff(result.verdict) && start.cells.find(({ id }) => id === result.id)?.skip === undefined;
}

function idOf(event: RunEvent): string | undefined {
  if (event.kind === 'cell-phase' || event.kind === 'attempt-end') return event.id;
  return event.kind === 'cell-end' ? event.result.id : undefined;
}
