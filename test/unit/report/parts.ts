// Parts of the sample run, as shards on several machines leave them.
import type { RunEvent, ShardedMatrix } from '../../../src/model/events.ts';
import type { Attempt, CellResult } from '../../../src/model/report.ts';
import { attemptFiles } from '../../../src/report/layout.ts';
import { eventsOf, planned, sampleCells } from './sample.ts';

export const plan = '0123456789ab';

/** The cells of the sample, with their files where a run leaves them. */
export const cells: readonly CellResult[] = sampleCells.map((cell) => {
  const filed = (attempt: Attempt): Attempt => {
    if (attempt.console === undefined) return attempt;
    const { console, qemuCmd } = attemptFiles(cell.id, attempt.number);
    return { ...attempt, console, qemuCmd };
  };
  const [first, ...rest] = cell.attempts;
  return { ...cell, attempts: [filed(first), ...rest.map(filed)] };
});

/** The events of a shard's run; `shardOf` gives the number of the shard of each cell, by its place. */
export function partEvents(index: number, count: number, shardOf: (place: number) => number, more: { readonly id?: string; readonly laterMs?: number; readonly plan?: string } = {}): readonly RunEvent[] {
  const { id = `20261121T093000000-000${index}`, laterMs = 0 } = more;
  const shard: ShardedMatrix = { index, count, plan: more.plan ?? plan, matrix: cells.map((cell, place) => ({ ...planned(cell.id), shard: shardOf(place) })) };
  const later = (at: string): string => new Date(Date.parse(at) + laterMs).toISOString();
  return eventsOf(cells.filter((_, place) => shardOf(place) === index)).map((event): RunEvent => {
    const moved = { ...event, at: later(event.at) };
    if (moved.kind === 'run-start') return { ...moved, id, shard };
    if (moved.kind === 'run-end') return { ...moved, report: { ...moved.report, id, startedAt: later(moved.report.startedAt) } };
    return moved;
  });
}
