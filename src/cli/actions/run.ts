// The work of `kit-test run`.
import type { Accel } from '../../model/arch.ts';
import type { StartMode } from '../../model/start.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { runProject, type RunOutcome, type RunProjectOptions } from '../../run/run-project.ts';
import { loadWorkspace, type Workspace } from '../../run/workspace.ts';
import { checkCached } from '../cached.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions, SelectionOptions } from '../options.ts';
import { cellsToRun, type ShardOptions } from '../requested.ts';
import { roundPlan, type RoundOptions } from '../rounds.ts';
import { tellTroubles } from '../troubles.ts';

export interface RunCommandOptions extends SelectionOptions, ProjectOptions, ShardOptions, RoundOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly jobs?: number;
  readonly accel?: 'auto' | Accel;
  readonly boot?: StartMode;
  readonly diagnose?: boolean;
  readonly cached?: boolean;
  readonly history?: boolean;
  readonly reporter?: readonly string[];
  readonly profile?: boolean;
  readonly githubStatus?: boolean;
  readonly githubCheck?: boolean;
  readonly githubComment?: boolean;
  readonly output?: string;
  readonly watch?: boolean;
  /** The run to go on with; true is the newest. */
  readonly resume?: string | true;
  readonly frozen?: boolean;
  readonly offline?: boolean;
}

/** Returns the exit code. */
export async function runMatrix(selection: SelectionOptions, options: RunCommandOptions): Promise<number> {
  const rounds = roundPlan(options);
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  checkCached(options, workspace);
  const { cells, shard, nothing } = await cellsToRun(workspace, selection, options);
  // A shard without cells is a run all the same: whoever puts parts together would miss it.
  if (nothing !== undefined) {
    process.stdout.write(`${nothing}\n`);
    return exitCodes.ok;
  }
  return bootCells(workspace, { cells, shard, rounds, command: ['kit-test', ...process.argv.slice(2)] }, options);
}

type Work = Pick<RunProjectOptions, 'cells' | 'shard' | 'rounds' | 'resume' | 'command' | 'begunAt'>;

/** Boots the cells and tells on standard error what reporters could not do; gives the exit code. */
export async function bootCells(workspace: Workspace, work: Work, options: RunCommandOptions): Promise<number> {
  // QEMUs end with this process, whatever way it ends.
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  // This process does one run: it began with it.
  const outcome = await bootWith(workspace, { ...work, begunAt: 0 }, options, interrupt.signal);
  tellTroubles(outcome);
  return outcome.exitCode;
}

/** Boots the cells as the options of `kit-test run` say. */
export function bootWith({ project }: Workspace, work: Work, options: RunCommandOptions, signal: AbortSignal): Promise<RunOutcome> {
  return runProject(project, {
    ...work,
    jobs: options.jobs,
    retries: options.retries,
    accel: options.accel,
    start: options.boot,
    // Commander's value of a switch that was not given is true.
    diagnose: options.diagnose === false ? false : undefined,
    cached: options.cached,
    history: options.history,
    frozen: options.frozen ?? false,
    offline: options.offline,
    reporters: options.reporter,
    addReporters: [...(options.githubStatus === true ? ['github-status'] : []), ...(options.githubCheck === true ? ['github-check'] : []), ...(options.githubComment === true ? ['github-comment'] : []), ...(options.profile === true ? ['profile'] : [])],
    output: options.output,
    cwd: process.cwd(),
    stdout: process.stdout,
    env: process.env,
    signal,
  });
}
