// A run for programs: what `kit-test run --matrix` does, without a command line.
import { arch as hostArch } from 'node:os';
import type { Accel } from '../model/arch.ts';
import type { Reporter } from '../model/events.ts';
import type { StartMode } from '../model/start.ts';
import { runProject, type RunOutcome } from './run-project.ts';
import { requestedCells } from './select.ts';
import { loadWorkspace } from './workspace.ts';

export interface MatrixOptions {
  /** Folder of the project or one below it. Default: the current one. */
  readonly cwd?: string;
  /** harness.config.ts, where it is not found from `cwd` upwards. */
  readonly config?: string;
  /** Names and globs of cells to run, as the options of `kit-test run` take them; `!glob` leaves out. */
  readonly case?: readonly string[];
  readonly kernel?: readonly string[];
  readonly arch?: readonly string[];
  readonly label?: readonly string[];
  readonly medium?: readonly string[];
  /** False: only the newest stable kernel and this machine's architecture, unless `kernel` or `arch` say otherwise. Default true. */
  readonly matrix?: boolean;
  /** Guests at once. Default: by CPUs and memory. */
  readonly jobs?: number;
  /** Further attempts after a failure, for cases that set none. */
  readonly retries?: number;
  readonly accel?: 'auto' | Accel;
  /** How guests start. Default: as case and project say. */
  readonly boot?: StartMode;
  /** False: guests that hang are ended without asking them why. */
  readonly diagnose?: boolean;
  /** Use exactly what kit-test.lock pins. */
  readonly frozen?: boolean;
  /** Use only what the cache holds. */
  readonly offline?: boolean;
  /** A cell of which nothing has changed since it passed is not run. */
  readonly cached?: boolean;
  /** False: earlier runs are not read and this one is not remembered. */
  readonly history?: boolean;
  /** Print where the time went when the run has ended. */
  readonly profile?: boolean;
  /** Names of reporters, and reporters of your own. Default: those of the project, but for `terminal`. */
  readonly reporters?: readonly (string | Reporter)[];
  /** The run folder. Default: a new one in `.kit-test/runs`. */
  readonly output?: string;
  /** Ends the run in order, with a report of what is known. */
  readonly signal?: AbortSignal;
}

/** @throws UsageError and ConfigError for mistakes of the caller and the project; whatever fails in a cell is its verdict. */
export async function runMatrix(options: MatrixOptions): Promise<RunOutcome> {
  const begunAt = performance.now();
  const { cwd = process.cwd(), config, matrix = true, jobs, retries, accel, boot: start, diagnose, frozen = false, offline, cached, history, profile = false, output, signal = new AbortController().signal } = options;
  const { project, archs } = await loadWorkspace({ cwd, config, requireConfig: true });
  const cells = await requestedCells(project, archs, { matrix, selection: options, hostArch: hostArch() });
  const reporters = options.reporters ?? project.harness.reporters.filter((name) => name !== 'terminal');
  return runProject(project, {
    cells, command: ['runMatrix'], begunAt, jobs, retries, accel, start, diagnose, frozen, offline, cached, history, output, cwd, signal,
    reporters: reporters.filter((reporter) => typeof reporter === 'string'),
    addReporters: profile ? ['profile'] : [],
    reporterObjects: reporters.filter((reporter) => typeof reporter !== 'string'),
    stdout: process.stdout,
    env: process.env,
  });
}
