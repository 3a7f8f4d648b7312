// Folds the events of a run into its report. Any prefix of the events will do: what a killed process left behind
// still gives every planned cell exactly one verdict.
import { HarnessError } from '../model/errors.ts';
import type { CellPhase, PlannedCell, RunEvent } from '../model/events.ts';
import type { Attempt, CellResult, RoundPlan, RunReport, TemplateBoot } from '../model/report.ts';
import type { Shard } from '../model/shard.ts';
import { interrupted, interruptedDuring } from '../model/verdict.ts';
import { cellResultOf } from './cell-result.ts';
import { costOf } from './cost.ts';
import { distinctCrashes } from './crashes.ts';
import { exitCode } from './exit-code.ts';
import { trimRounds } from './rounds.ts';
import { totalsOf } from './summarize.ts';

/** How a run ended, for whoever makes the report while the run goes on. */
export interface RunEnd {
  readonly at: string;
  readonly interrupted: boolean;
}

/** Takes events one by one; `report` may be asked for at any time. */
interface Fold {
  push(event: RunEvent): void;
  /**
   * Without `end` the report is that of the `run-end` event; where there is none, the run was interrupted.
   * @throws HarnessError `EVENTS_EMPTY` before a run-start event.
   */
  report(end?: RunEnd): RunReport;
}

type RunStart = Extract<RunEvent, { kind: 'run-start' }>;

interface Progress {
  attempts: readonly Attempt[];
  /** The attempt that has begun but not ended. */
  open?: { readonly number: number; readonly phase: CellPhase; readonly since: string };
  result?: CellResult;
}

/** The report of a run from what its events.ndjson holds. */
export function foldEvents(events: Iterable<RunEvent>, end?: RunEnd): RunReport {
  const fold = createFold();
  for (const event of events) fold.push(event);
  return fold.report(end);
}

export function createFold(): Fold {
  const cells = new Map<string, Progress>();
  const notices = new Set<string>();
  const templates: TemplateBoot[] = [];
  let start: RunStart | undefined;
  let ended: RunReport | undefined;
  let lastAt = '';
  const cell = (id: string): Progress => {
    const known = cells.get(id) ?? { attempts: [] };
    cells.set(id, known);
    return known;
  };
  return {
    push(event) {
      lastAt = event.at;
      switch (event.kind) {
        case 'run-start':
          start = event;
          break;
        case 'notice':
          notices.add(event.message);
          break;
        case 'download': case 'round-start': case 'round-end':
          break;
        case 'template-end':
          templates.push(event.template);
          break;
        case 'cell-phase': {
          const { open } = cell(event.id);
          const since = open?.number === event.attempt ? open.since : event.at;
          cell(event.id).open = { number: event.attempt, phase: event.phase, since };
          break;
        }
        case 'attempt-end': {
          const progress = cell(event.id);
          const attempts = [...progress.attempts, event.attempt];
          // A hunt may go on for a night: it holds no more of each round than its report does.
          progress.attempts = start?.rounds === undefined ? attempts : trimRounds(attempts);
          delete progress.open;
          break;
        }
        case 'cell-end':
          // Its attempts are in it: events that were read from a file would have them twice.
          cells.set(event.result.id, { attempts: [], result: event.result });
          break;
        case 'run-end':
          ended = event.report;
          break;
      }
    },
    report(end) {
      if (ended !== undefined && end === undefined) return ended;
      if (start === undefined) throw new HarnessError('EVENTS_EMPTY', 'the events hold no run', { hint: 'name the folder of a run that got as far as its first cell' });
      const { at, interrupted } = end ?? { at: lastAt, interrupted: true };
      return assemble(start, cells, { notices: [...notices], templates: [...templates] }, { at, interrupted });
    },
  };
}

function assemble(start: RunStart, progress: ReadonlyMap<string, Progress>, { notices, templates }: { readonly notices: readonly string[]; readonly templates: readonly TemplateBoot[] }, end: RunEnd): RunReport {
  const planned = new Map(start.cells.map((cell) => [cell.id, cell]));
  const strays = [...progress].filter(([id]) => !planned.has(id)).flatMap(([, { result }]) => result ?? []);
  const cells = [...planned.values()].map((cell) => resultOf(cell, progress.get(cell.id), end.at, start.rounds));
  const all = [...cells, ...strays];
  const totals = totalsOf(all);
  return {
    schema: 1,
    id: start.id,
    tool: start.tool,
    host: start.host,
    command: start.command,
    startedAt: start.at,
    durationMs: elapsed(start.at, end.at),
    ...(start.startupMs === undefined ? {} : { startupMs: start.startupMs }),
    interrupted: end.interrupted,
    ...(start.shard === undefined ? {} : { shard: shardOf(start.shard) }),
    ...(start.rounds === undefined ? {} : { rounds: start.rounds }),
    ...(start.merged === undefined ? {} : { merged: start.merged }),
    ...(templates.length === 0 ? {} : { templates }),
    cost: costOf({ cells: all, templates }, start.merged?.parts.reduce((sum, part) => sum + part.durationMs, 0) ?? elapsed(start.at, end.at), start.price),
    notices,
    cells: all,
    crashes: distinctCrashes(all),
    totals,
    exitCode: exitCode({ totals, interrupted: end.interrupted, merged: start.merged, brokenReporters: 0 }),
  };
}

const shardOf = ({ index, count, plan }: Shard): Shard => ({ index, count, plan });

function resultOf(cell: PlannedCell, progress: Progress | undefined, endAt: string, plan: RoundPlan | undefined): CellResult {
  if (progress?.result !== undefined) return progress.result;
  const tried = progress?.attempts ?? [];
  const open = progress?.open;
  // A verdict that was reached stands: the retry that was cut off cannot take it back.
  const [first, ...rest] = tried.length > 0 ? tried : [unfinished(cell, open, endAt)];
  return cellResultOf(cell, [first as Attempt, ...rest], plan);
}

/** The attempt of a cell of which no attempt ended. */
function unfinished(cell: PlannedCell, open: Progress['open'], endAt: string): Attempt {
  const verdict = open !== undefined ? interruptedDuring(open.phase) : cell.skip === undefined ? interrupted : { kind: 'skip' as const, reason: cell.skip };
  return { number: open?.number ?? 1, verdict, results: [], durationMs: open === undefined ? 0 : elapsed(open.since, endAt), prepareMs: 0, excerpt: [] };
}

const elapsed = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from)) || 0;
