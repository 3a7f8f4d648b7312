// A run: all its cells attempted, every happening told to the reporters, and one report at the end.
import PQueue from 'p-queue';
import type { BootMedium } from '../model/case.ts';
import type { Cell } from '../model/cell.ts';
import type { PlannedCell, RunEvent, ShardedMatrix } from '../model/events.ts';
import type { Attempt, CellResult, RunReport } from '../model/report.ts';
import { conclude, worthRetrying } from '../verdict/attempts.ts';
import { createFold } from '../report/fold.ts';
import { attemptCell, interrupted, type AttemptStages } from './cell/attempt.ts';
import { stampEvents, type EventSink } from './events.ts';
import { repeatCommand } from './repeat.ts';
import type { ShardOfRun } from './shard.ts';

export interface RunOptions {
  readonly id: string;
  readonly folder: string;
  readonly tool: RunReport['tool'];
  readonly host: RunReport['host'];
  readonly command: readonly string[];
  readonly concurrency: number;
  readonly retries: number;
  readonly cells: readonly Cell[];
  /** Where `cells` are one shard of a matrix. */
  readonly shard?: ShardOfRun | undefined;
  /** Receives every event in order; must not throw. */
  readonly deliver: (event: RunEvent) => void;
  /** The stages, made once the run has a place to tell its progress to. */
  readonly stages: (emit: EventSink) => AttemptStages;
  readonly signal: AbortSignal;
}

/**
 * Attempts every cell and gives the report; its exit code does not know of broken reporters yet.
 * An abort ends what is booting; cells that did not end are skipped as interrupted.
 */
export async function runCells(options: RunOptions): Promise<RunReport> {
  const fold = createFold();
  const deliver = (event: RunEvent): void => {
    fold.push(event);
    options.deliver(event);
  };
  const emit = stampEvents(deliver);
  const { id, folder, tool, host, command, concurrency, cells, shard } = options;
  emit({ kind: 'run-start', id, folder, tool, host, command, concurrency, ...(shard === undefined ? {} : { shard: shardedMatrix(shard) }), cells: cells.map(planned) });
  const stages = options.stages(emit);
  // More cells are prepared than boot, so that a free place never waits for an image; not all, so that memory stays small.
  const queue = new PQueue({ concurrency: 2 * concurrency + 2 });
  await Promise.all(cells.map((cell) => queue.add(async () => emit({ kind: 'cell-end', result: await runCell(cell, options, stages, emit) }))));
  const at = new Date().toISOString();
  const report = fold.report({ at, interrupted: options.signal.aborted });
  deliver({ at, kind: 'run-end', report });
  return report;
}

async function runCell(cell: Cell, options: RunOptions, stages: AttemptStages, emit: EventSink): Promise<CellResult> {
  const tries = 1 + (cell.case.retries ?? options.retries);
  const attempts: Attempt[] = [];
  for (let number = 1; number <= tries; number += 1) {
    const onPhase = (phase: 'kernel' | 'image' | 'boot'): void => emit({ kind: 'cell-phase', id: cell.id, attempt: number, phase });
    const attempt = cell.skip === undefined ? await attemptCell(cell, number, stages, onPhase, options.signal) : skipped(number, cell.skip);
    // What an earlier attempt found out is not forgotten because the next one was cut off.
    if (attempts.length > 0 && options.signal.aborted && attempt.verdict.kind === 'skip') break;
    attempts.push(attempt);
    emit({ kind: 'attempt-end', id: cell.id, attempt });
    if (!worthRetrying(attempt) || options.signal.aborted) break;
  }
  const [first = skipped(1, interrupted.reason), ...rest] = attempts;
  const all = [first, ...rest] as const;
  return {
    id: cell.id,
    case: cell.case.name,
    summary: cell.case.summary,
    labels: cell.case.labels,
    kernel: cell.kernel.name,
    arch: cell.arch.name,
    ...mediumOf(cell),
    attempts: all,
    ...conclude(all),
    durationMs: attempts.reduce((sum, { durationMs }) => sum + durationMs, 0),
    repeat: repeatCommand(cell),
  };
}

function skipped(number: number, reason: string): Attempt {
  return { number, verdict: { kind: 'skip', reason }, results: [], durationMs: 0, prepareMs: 0, excerpt: [] };
}

/** The usual way to boot goes without saying. */
function mediumOf({ case: { boot }, medium }: Cell): { readonly medium?: BootMedium } {
  return boot.length === 1 && medium === 'kernel+initrd' ? {} : { medium };
}

const shardedMatrix = ({ shard, matrix }: ShardOfRun): ShardedMatrix => ({ ...shard, matrix: matrix.map(({ cell, shard: number }) => ({ ...planned(cell), shard: number })) });

function planned(cell: Cell): PlannedCell {
  return {
    id: cell.id,
    case: cell.case.name,
    kernel: cell.kernel.name,
    arch: cell.arch.name,
    ...mediumOf(cell),
    summary: cell.case.summary,
    labels: cell.case.labels,
    repeat: repeatCommand(cell),
    ...(cell.skip === undefined ? {} : { skip: cell.skip }),
  };
}
