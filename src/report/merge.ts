// Runs of shards put together: from what each part recorded, the events of one run of the whole matrix.
import { compareText } from '../model/compare-text.ts';
import { UsageError } from '../model/errors.ts';
import { count } from '../model/format.ts';
import type { PlannedCell, RunEvent, ShardedMatrix } from '../model/events.ts';
import type { Attempt, CellResult, MergedRun, RunReport } from '../model/report.ts';
import { cellResultOf } from './cell-result.ts';
import { foldEvents } from './fold.ts';
import { openPart, type Part, type RecordedPart, type RunStart } from './part.ts';

export interface Parts {
  /** By the number of their shard, each once. */
  readonly parts: readonly [Part, ...Part[]];
  /** What is to be said about those that do not count. */
  readonly notices: readonly string[];
}

/** The id and folder of the run that is made, and the command that makes it. */
export interface MergedIdentity {
  readonly id: string;
  readonly folder: string;
  readonly tool: RunReport['tool'];
  readonly command: readonly string[];
}

/**
 * The parts that count: of one shard that ran several times the newest, for that is what a repeated job is for.
 * @throws UsageError `NOT_A_SHARD`, `OTHER_PLAN`, `NO_PARTS`; HarnessError `PART_UNREADABLE`.
 */
export function collectParts(recorded: readonly RecordedPart[]): Parts {
  const notices: string[] = [];
  const byShard = new Map<number, Part>();
  const opened = recorded.flatMap((each) => {
    const part = openPart(each);
    if (part === undefined) notices.push(`${each.name} holds no run that got as far as its first cell`);
    return part ?? [];
  });
  const stranger = opened.find(({ start }) => start.shard.plan !== opened[0]?.start.shard.plan);
  if (opened[0] !== undefined && stranger !== undefined) throw otherPlans(opened[0], stranger);
  for (const part of [...opened].sort((a, b) => compareText(a.start.at, b.start.at))) {
    const { index, count: shards } = part.start.shard;
    const earlier = byShard.get(index);
    if (earlier !== undefined && earlier.start.id !== part.start.id) notices.push(`shard ${index} of ${shards} ran more than once: ${part.name} of ${part.start.at} counts, ${earlier.name} of ${earlier.start.at} does not`);
    byShard.set(index, part);
  }
  const [first, ...rest] = [...byShard.values()].sort((a, b) => a.start.shard.index - b.start.shard.index);
  if (first === undefined) throw new UsageError('NO_PARTS', 'none of the parts got as far as its first cell', { hint: notices.join('; ') });
  return { parts: [first, ...rest], notices };
}

function otherPlans(a: Part, b: Part): UsageError {
  const words = ({ name, start: { shard: { index, count: shards, plan, matrix } } }: Part): string => `${name} is shard ${index} of ${shards} of ${count(matrix.length, 'cell')} (plan ${plan})`;
  return new UsageError('OTHER_PLAN', `the parts are not of one run: ${words(a)}, ${words(b)}`, { hint: 'put those together that were made with equal files, selection, --timings and number of shards' });
}

/** The events of the whole run, and its report. A shard that is missing has an error for each of its cells. */
export function mergeParts({ parts, notices }: Parts, identity: MergedIdentity): { readonly events: readonly RunEvent[]; readonly report: RunReport } {
  const [first] = parts;
  const { shard: { matrix, count: shards, plan }, ...likeFirst } = first.start;
  const cells = matrix.map(({ shard, ...cell }) => ({ cell, shard }));
  const there = new Set(parts.map(({ start }) => start.shard.index));
  const missing = [...new Set(cells.map(({ shard }) => shard))].filter((shard) => !there.has(shard)).sort((a, b) => a - b);
  const startAt = parts.map(({ start }) => start.at).sort(compareText)[0] ?? first.start.at;
  const endAt = new Date(Math.max(...parts.map(({ report }) => Date.parse(report.startedAt) + report.durationMs))).toISOString();
  const start: RunStart = {
    ...likeFirst,
    ...identity,
    at: startAt,
    host: { ...first.start.host, qemu: Object.assign({}, ...[...parts].reverse().map((part) => part.start.host.qemu)) as Readonly<Record<string, string>> },
    concurrency: parts.reduce((sum, part) => sum + part.start.concurrency, 0),
    merged: { plan, count: shards, missing, parts: parts.map(describePart) },
    cells: cells.map(({ cell }) => cell),
  };
  const results = new Map(parts.flatMap(({ report }) => report.cells.map((cell) => [cell.id, cell])));
  const told = parts.flatMap((part) => part.events.flatMap((event) => toldBy(event, results))).sort((a, b) => compareText(a.at, b.at));
  const ended = new Set(told.flatMap((event) => (event.kind === 'cell-end' ? [event.result.id] : [])));
  const lost = cells.filter(({ cell }) => !ended.has(cell.id)).map(({ cell, shard }): RunEvent => ({ at: endAt, kind: 'cell-end', result: results.get(cell.id) ?? lostCell(cell, shard, first.start.shard) }));
  const said = [...missing.map((shard) => `${missingText(shard, shards)}: ${count(cells.filter((each) => each.shard === shard).length, 'cell')} without a verdict`), ...notices];
  const events = [start, ...said.map((message): RunEvent => ({ at: startAt, kind: 'notice', message })), ...told, ...lost];
  const report = foldEvents(events, { at: endAt, interrupted: parts.some((part) => part.report.interrupted) });
  return { events: [...events, { at: endAt, kind: 'run-end', report }], report };
}

/** What a part tells about its cells, each with the result that was checked; where parts begin and end is said anew. */
function toldBy(event: RunEvent, results: ReadonlyMap<string, CellResult>): readonly RunEvent[] {
  switch (event.kind) {
    case 'notice': case 'template-end': return [event];
    case 'cell-phase': case 'attempt-end': return results.has(event.id) ? [event] : [];
    case 'cell-end': {
      const result = results.get(event.result.id);
      return result === undefined ? [] : [{ ...event, result }];
    }
    case 'run-start': case 'round-start': case 'round-end': case 'download': case 'run-end': return [];
  }
}

const missingText = (shard: number, shards: number): string => `shard ${shard} of ${shards} is missing`;

function describePart({ start, report }: Part): MergedRun['parts'][number] {
  return { shard: start.shard.index, id: start.id, host: start.host, startedAt: report.startedAt, durationMs: report.durationMs, interrupted: report.interrupted };
}

/** A cell that was planned to be skipped needs no machine to say so. */
function lostCell({ skip, ...cell }: PlannedCell, shard: number, { count: shards, plan }: ShardedMatrix): CellResult {
  const verdict: Attempt['verdict'] =
    skip === undefined
      ? { kind: 'error', stage: 'report', reason: missingText(shard, shards), hint: `run it with --shard ${shard}/${shards}@${plan}, and put all parts together again` }
      : { kind: 'skip', reason: skip };
  return cellResultOf(cell, [{ number: 1, verdict, results: [], durationMs: 0, prepareMs: 0, excerpt: [] }], undefined);
}
