// `kit-test run`: from selected cells to reports on disk and an exit code.
import { resolve } from 'node:path';
import type { Accel } from '../model/arch.ts';
import type { Cell } from '../model/cell.ts';
import type { Progress, Reporter } from '../model/events.ts';
import type { Project } from '../model/project.ts';
import type { RoundPlan, RunReport } from '../model/report.ts';
import type { StartMode } from '../model/start.ts';
import { graceOf } from '../config/resolve.ts';
import { createFanout, type ReporterFailure } from '../report/fanout.ts';
import { chosenReporters } from '../report/choose.ts';
import { isHostCell } from '../matrix/host.ts';
import { createReporters, loadReporter } from '../report/create.ts';
import { exitCode } from '../report/exit-code.ts';
import type { Output } from '../report/reporter.ts';
import { createRunFolder, reopenRunFolder } from '../report/run-folder.ts';
import type { UnfinishedRun } from '../report/unfinished.ts';
import { version } from '../version.ts';
import { defaultConcurrency, describeHost, qemuVersions } from './host.ts';
import { eventProgress } from './progress.ts';
import type { EventSink } from './events.ts';
import { openRunHistory } from './history.ts';
import { runnerFor } from './cell/runner.ts';
import { runCells } from './run.ts';
import { openPasses } from './passes/open.ts';
import { openPipeline } from './pipeline.ts';
import { pruneAfterRun } from './prune-cache.ts';
import type { ShardOfRun } from './shard.ts';
import { createStages } from './stages.ts';

export interface RunProjectOptions {
  readonly cells: readonly Cell[];
  /** Where `cells` are one shard of a matrix. */
  readonly shard?: ShardOfRun | undefined;
  /** Goes on with a run whose folder this is; `cells` are what it left. */
  readonly resume?: { readonly folder: string; readonly run: UnfinishedRun } | undefined;
  readonly command: readonly string[];
  /** When the work on this run began, by performance.now(): what is done before its first cell is told from there. Default: now. */
  readonly begunAt?: number | undefined;
  readonly jobs?: number | undefined;
  readonly retries?: number | undefined;
  /** Goes over the cells in rounds, without retries. */
  readonly rounds?: RoundPlan | undefined;
  readonly accel?: 'auto' | Accel | undefined;
  /** How guests start; undefined: as case and project say. */
  readonly start?: StartMode | undefined;
  /** False: guests that hang are ended without a question, whatever project and cases say. */
  readonly diagnose?: boolean | undefined;
  readonly frozen: boolean;
  readonly offline?: boolean | undefined;
  readonly reporters?: readonly string[] | undefined;
  /** Reporters beside those, or beside the project's. */
  readonly addReporters?: readonly string[] | undefined;
  /** Reporters that have no name to be found by. */
  readonly reporterObjects?: readonly Reporter[] | undefined;
  readonly output?: string | undefined;
  /** A cell of which nothing has changed since it passed is not run. Needs the history. */
  readonly cached?: boolean | undefined;
  /** False: earlier runs are not read and this one is not remembered, whatever the project says. */
  readonly history?: boolean | undefined;
  readonly cwd: string;
  readonly stdout: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface RunOutcome {
  readonly report: RunReport;
  /** The run folder, absolute. */
  readonly folder: string;
  /** What the process should end with: 0 all passed, 1 a case failed or a reporter did, 3 only our own side failed, 130 interrupted. */
  readonly exitCode: number;
  /** Reporters that threw, and what. */
  readonly brokenReporters: readonly ReporterFailure[];
  /** What reporters could not do although nothing is wrong with the run. */
  readonly warnings: readonly string[];
  /** What went from the cache by the limits of the project; undefined where nothing did. */
  readonly pruned?: string;
}

export async function runProject(project: Project, options: RunProjectOptions): Promise<RunOutcome> {
  const { harness } = project;
  const { cells, cwd, signal, begunAt = performance.now() } = options;
  // A mistyped reporter is found before a folder is made.
  const names = chosenReporters(harness, options);
  await Promise.all(names.map(loadReporter));
  const relay = createRelay();
  const pipeline = await openPipeline(project, { frozen: options.frozen, offline: options.offline, accel: options.accel, progress: relay.progress });
  const { resume } = options;
  const folder = resume === undefined ? await createRunFolder({ root: resolve(project.root, harness.output), output: options.output }) : await reopenRunFolder(resume.folder, resume.run.start.id, resume.run.events);
  const warnings: string[] = [];
  const context = { folder: folder.path, root: project.root, cwd, stdout: options.stdout, env: options.env, github: harness.github, warn: (message: string) => void warnings.push(message) };
  const reporters = [...(await createReporters(names, context)), ...(options.reporterObjects ?? [])];
  // They see the run from its start; its file holds that already.
  if (resume !== undefined) {
    const earlier = createFanout(reporters);
    for (const event of resume.run.events) earlier.emit(event);
  }
  const fanout = createFanout([folder.recorder, ...reporters]);
  const history = await openRunHistory(project, { run: folder.id, cells, enabled: options.history ?? true, progress: relay.progress });
  // Rounds are to show what one pass hides.
  const passes = history === undefined || options.rounds !== undefined ? undefined : openPasses(pipeline, { run: folder.id, reuse: options.cached === true, isFlaky: history.isFlaky });
  const concurrency = options.jobs ?? harness.concurrency ?? defaultConcurrency(cells);
  if (options.rounds !== undefined) tellRetriesAreOff(project, cells, relay.progress);
  const report = await runCells({
    id: folder.id,
    folder: folder.path,
    tool: { name: 'kit-test', version },
    host: describeHost(await qemuVersions(pipeline.machine, cells.filter((cell) => !isHostCell(cell) && runnerFor(harness, cell.arch) === undefined), signal)),
    command: options.command,
    concurrency,
    retries: options.retries ?? harness.retries,
    rounds: options.rounds,
    price: harness.price,
    begunAt,
    discard: (cell, attempt) => folder.discard(cell, attempt).catch((error: unknown) => relay.progress.notice(`cannot remove what a round left: ${error instanceof Error ? error.message : String(error)}`)),
    cells,
    shard: options.shard,
    resumed: resume?.run.events,
    deliver: (event) => fanout.emit(event),
    stages: (emit) => {
      relay.connect(emit);
      const stages = createStages(pipeline, folder, { cells, times: options.rounds === undefined ? 1 : (options.rounds.planned ?? Number.POSITIVE_INFINITY), concurrency, graceMs: graceOf(harness), diagnose: options.diagnose, start: options.start, onTemplate: (template) => emit({ kind: 'template-end', template }) });
      return passes === undefined ? stages : { ...stages, recall: passes.recall };
    },
    remember: history?.remember,
    rememberSoFar: history?.rememberSoFar,
    settle: passes?.settle,
    signal,
  });
  await history?.close();
  await passes?.close();
  const brokenReporters = await fanout.finish(report);
  const pruned = signal.aborted ? {} : await pruneAfterRun(pipeline.cacheRoot, harness, Date.now());
  if (pruned.problem !== undefined) warnings.push(pruned.problem);
  return { report, folder: folder.path, brokenReporters, warnings, ...(pruned.note === undefined ? {} : { pruned: pruned.note }), exitCode: exitCode({ totals: report.totals, interrupted: report.interrupted, brokenReporters: brokenReporters.length }) };
}

/** What configuration and cases ask for is not done: that is said. */
function tellRetriesAreOff({ harness }: Project, cells: readonly Cell[], progress: Progress): void {
  const asking = [...(harness.retries > 0 ? ['the configuration'] : []), ...new Set(cells.filter(({ case: { retries } }) => (retries ?? 0) > 0).map(({ case: { name } }) => `case ${name}`))];
  if (asking.length > 0) progress.notice(`retries are off, for every round counts: ${asking.join(', ')} ${asking.length === 1 ? 'asks' : 'ask'} for some`);
}

/** Progress that comes before the run has begun to tell events is kept until then. */
function createRelay(): { readonly progress: Progress; connect(emit: EventSink): void } {
  const early: ((progress: Progress) => void)[] = [];
  let target: Progress | undefined;
  const pass = (tell: (progress: Progress) => void): void => {
    if (target === undefined) early.push(tell);
    else tell(target);
  };
  return {
    progress: {
      notice: (message) => pass((progress) => progress.notice(message)),
      download: (...facts) => pass((progress) => progress.download(...facts)),
    },
    connect(emit) {
      target = eventProgress(emit);
      for (const tell of early.splice(0)) tell(target);
    },
  };
}
