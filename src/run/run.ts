// A run: all its cells attempted, every happening told to the reporters, and one report at the end.
import PQueue from 'p-queue';
import type { BootMedium, CaseSource } from '../model/case.ts';
import type { Cell } from '../model/cell.ts';
import type { PlannedCell, RunEvent, ShardedMatrix } from '../model/events.ts';
import type { CellHistory } from '../model/history.ts';
import type { Attempt, CellResult, Price, RoundPlan, RunReport } from '../model/report.ts';
import { interrupted } from '../model/verdict.ts';
import { worthRetrying } from '../verdict/attempts.ts';
import { cellResultOf } from '../report/cell-result.ts';
import { createFold } from '../report/fold.ts';
import { attemptCell, type AttemptStages } from './cell/attempt.ts';
import { stampEvents, type EventSink } from './events.ts';
import { repeatCommand } from './repeat.ts';
import { runRounds } from './rounds.ts';
import type { ShardOfRun } from './shard.ts';

export interface RunOptions {
  readonly id: string;
  readonly folder: string;
  readonly tool: RunReport['tool'];
  readonly host: RunReport['host'];
  readonly command: readonly string[];
  readonly concurrency: number;
  readonly retries: number;
  /** In rounds nothing is retried. */
  readonly rounds?: RoundPlan | undefined;
  readonly cells: readonly Cell[];
  /** Where `cells` are one shard of a matrix. */
  readonly shard?: ShardOfRun | undefined;
  /** What an earlier process recorded of this run, from its start; `cells` are what it left. */
  readonly resumed?: readonly RunEvent[] | undefined;
  /** When the work on it began, by performance.now(). */
  readonly begunAt?: number | undefined;
  /** What a minute of this machine costs. */
  readonly price?: Price | undefined;
  /** Receives every event in order; must not throw. */
  readonly deliver: (event: RunEvent) => void;
  /** The stages, made once the run has a place to tell its progress to. */
  readonly stages: (emit: EventSink) => AttemptStages;
  /** Writes down how a cell ended, and says what earlier runs make of that. */
  readonly remember?: ((cell: Cell, result: CellResult) => CellHistory | undefined) | undefined;
  /** Writes down how the rounds of a cell have ended so far, for a run that is killed. */
  readonly rememberSoFar?: ((cell: Cell, result: CellResult) => void) | undefined;
  readonly signal: AbortSignal;
  /** Takes how each cell ended. */
  readonly settle?: ((cell: Cell, result: CellResult) => void) | undefined;
  /** Takes away what a round left whose evidence is not kept. */
  readonly discard: (cell: string, attempt: Attempt) => Promise<void>;
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
  const { id, folder, tool, host, command, concurrency, cells, shard, rounds, signal } = options;
  const plan = { ...(rounds === undefined ? {} : { rounds }), ...(options.price === undefined ? {} : { price: options.price }), ...(options.begunAt === undefined ? {} : { startupMs: performance.now() - options.begunAt }) };
  if (options.resumed !== undefined) options.resumed.forEach((event) => fold.push(event));
  else emit({ kind: 'run-start', id, folder, tool, host, command, concurrency, ...(shard === undefined ? {} : { shard: shardedMatrix(shard, rounds) }), ...plan, cells: cells.map((cell) => planned(cell, rounds)) });
  const stages = options.stages(emit);
  // More cells are prepared than boot, so that a free place never waits for an image; not all, so that memory stays small.
  const queue = new PQueue({ concurrency: 2 * concurrency + 2 });
  const attempt = (cell: Cell, number: number): Promise<Attempt> => tryCell(cell, number, { stages, emit, signal });
  const end = (cell: Cell, attempts: readonly Attempt[]): void => {
    const [first = skipped(1, interrupted.reason), ...rest] = attempts;
    const result = withHistory(cell, cellResultOf(planned(cell, rounds), [first, ...rest], rounds), options);
    options.settle?.(cell, result);
    emit({ kind: 'cell-end', result });
  };
  if (rounds === undefined) {
    await Promise.all(cells.map((cell) => queue.add(async () => {
      const attempts = await retryCell(cell, options, attempt, emit);
      await stages.leave?.(cell);
      end(cell, attempts);
    })));
  } else {
    const all = await runRounds(cells, rounds, {
      attempt: (cell, round) => queue.add(() => attempt(cell, round)),
      ran: (cell, attempts) => options.rememberSoFar?.(cell, cellResultOf(planned(cell, rounds), attempts, rounds)),
      discard: (cell, each) => options.discard(cell.id, each),
      emit,
      signal,
    });
    for (const cell of cells) {
      await stages.leave?.(cell);
      end(cell, all.get(cell.id) ?? []);
    }
  }
  const at = new Date().toISOString();
  const report = fold.report({ at, interrupted: signal.aborted });
  deliver({ at, kind: 'run-end', report });
  return report;
}

interface TryOptions {
  readonly stages: AttemptStages;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

async function tryCell(cell: Cell, number: number, { stages, emit, signal }: TryOptions): Promise<Attempt> {
  if (cell.skip !== undefined) return skipped(number, cell.skip);
  return attemptCell(cell, number, stages, (phase) => emit({ kind: 'cell-phase', id: cell.id, attempt: number, phase }), signal);
}

async function retryCell(cell: Cell, { retries, signal }: RunOptions, tryOnce: (cell: Cell, number: number) => Promise<Attempt>, emit: EventSink): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (let number = 1; number <= 1 + (cell.case.retries ?? retries); number += 1) {
    const attempt = await tryOnce(cell, number);
    // What an earlier attempt found out is not forgotten because the next one was cut off.
    if (attempts.length > 0 && signal.aborted && attempt.verdict.kind === 'skip') break;
    attempts.push(attempt);
    emit({ kind: 'attempt-end', id: cell.id, attempt });
    if (!worthRetrying(attempt) || signal.aborted) break;
  }
  return attempts;
}

function withHistory(cell: Cell, result: CellResult, { remember }: RunOptions): CellResult {
  const history = remember?.(cell, result);
  return history === undefined ? result : { ...result, history };
}

function skipped(number: number, reason: string): Attempt {
  return { number, verdict: { kind: 'skip', reason }, results: [], durationMs: 0, prepareMs: 0, excerpt: [] };
}

/** The usual way to boot goes without saying. */
function mediumOf({ case: { boot }, medium }: Cell): { readonly medium?: BootMedium } {
  return boot.length === 1 && medium === 'kernel+initrd' ? {} : { medium };
}

const sourceOf = ({ case: { source } }: Cell): { readonly source?: CaseSource } => (source === undefined ? {} : { source });

const shardedMatrix = ({ shard, matrix }: ShardOfRun, rounds: RoundPlan | undefined): ShardedMatrix => ({ ...shard, matrix: matrix.map(({ cell, shard: number }) => ({ ...planned(cell, rounds), shard: number })) });

function planned(cell: Cell, rounds: RoundPlan | undefined): PlannedCell {
  return {
    id: cell.id,
    case: cell.case.name,
    kernel: cell.kernel.name,
    arch: cell.arch.name,
    ...mediumOf(cell),
    summary: cell.case.summary,
    labels: cell.case.labels,
    repeat: repeatCommand(cell, rounds),
    ...sourceOf(cell),
    ...(cell.skip === undefined ? {} : { skip: cell.skip }),
  };
}
