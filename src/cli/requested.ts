// The cells that `run` works on: those that are selected, or one shard of them.
import { arch as hostArch } from 'node:os';
import type { Cell } from '../model/cell.ts';
import type { Project } from '../model/project.ts';
import type { Timings } from '../model/shard.ts';
import { UsageError } from '../model/errors.ts';
import { findRun, readRun, runsPlace } from '../report/stored-run.ts';
import { isTrouble } from '../report/summarize.ts';
import { readTimings } from '../report/timings.ts';
import { requestedCells } from '../run/select.ts';
import { divideCells, takeShard, type ShardOfRun, type ShardRequest } from '../run/shard.ts';
import type { Workspace } from '../run/workspace.ts';
import { onlyChanged, type ChangedOptions } from './changed.ts';
import type { SelectionOptions } from './options.ts';

export interface ShardOptions extends ChangedOptions {
  readonly matrix?: boolean;
  readonly shard?: ShardRequest;
  readonly timings?: string;
  readonly lastFailed?: boolean;
}

export interface CellsToRun {
  readonly cells: readonly Cell[];
  readonly shard?: ShardOfRun;
  /** Where no cell is left, and the selection is not to blame: why. */
  readonly nothing?: string;
}

/** `cells` is empty only where `nothing` says so, or in a shard. A shard is one of the whole matrix: this machine's architecture and default kernel would be others elsewhere. */
export async function cellsToRun(workspace: Workspace, selection: SelectionOptions, options: ShardOptions): Promise<CellsToRun> {
  const { project, archs } = workspace;
  const { shard, timings, matrix, lastFailed, changed } = options;
  if (timings !== undefined && shard === undefined) throw new UsageError('TIMINGS_WITHOUT_SHARD', '--timings only says how to divide the matrix', { hint: 'add --shard i/n' });
  let cells = await requestedCells(project, archs, { matrix: matrix === true || shard !== undefined || lastFailed === true || changed !== undefined, selection, hostArch: hostArch() });
  if (lastFailed === true) {
    if (shard !== undefined) throw new UsageError('FAILED_WITH_SHARD', '--last-failed and --shard do not go together: a newest run is on one machine only', { hint: 'leave out one of them' });
    const failed = new Set((await readRun(await findRun('latest', runsPlace(project, process.cwd())))).cells.filter(isTrouble).map(({ id }) => id));
    cells = cells.filter(({ id }) => failed.has(id));
    if (cells.length === 0) return { cells, nothing: 'nothing failed in the newest run' };
  }
  if (changed !== undefined) {
    const { nothing, ...left } = await onlyChanged(workspace, cells, changed);
    cells = left.cells;
    if (cells.length === 0 && shard === undefined) return { cells, nothing };
  }
  if (shard === undefined) return { cells };
  return takeShard(divideCells(cells, project.harness, await timingsFor(project, timings), shard.count), shard);
}

/** What `--timings` names; nothing where it is not given, for what this machine happens to remember others do not. */
export async function timingsFor(project: Project, timings: string | undefined): Promise<Timings> {
  if (timings === undefined) return new Map();
  return readTimings(timings, runsPlace(project, process.cwd()));
}
