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
import type { SelectionOptions } from './options.ts';

export interface ShardOptions {
  readonly matrix?: boolean;
  readonly shard?: ShardRequest;
  readonly timings?: string;
  readonly lastFailed?: boolean;
}

/** `cells` is empty only where `--last-failed` finds no failure. A shard is one of the whole matrix: this machine's architecture and default kernel would be others elsewhere. */
export async function cellsToRun({ project, archs }: Workspace, selection: SelectionOptions, options: ShardOptions): Promise<{ readonly cells: readonly Cell[]; readonly shard?: ShardOfRun }> {
  const { shard, timings, matrix, lastFailed } = options;
  if (timings !== undefined && shard === undefined) throw new UsageError('TIMINGS_WITHOUT_SHARD', '--timings only says how to divide the matrix', { hint: 'add --shard i/n' });
  const cells = await requestedCells(project, archs, { matrix: matrix === true || shard !== undefined || lastFailed === true, selection, hostArch: hostArch() });
  if (lastFailed === true) {
    if (shard !== undefined) throw new UsageError('FAILED_WITH_SHARD', '--last-failed and --shard do not go together: a newest run is on one machine only', { hint: 'leave out one of them' });
    const failed = new Set((await readRun(await findRun('latest', runsPlace(project, process.cwd())))).cells.filter(isTrouble).map(({ id }) => id));
    return { cells: cells.filter(({ id }) => failed.has(id)) };
  }
  if (shard === undefined) return { cells };
  return takeShard(divideCells(cells, project.harness, await timingsFor(project, timings), shard.count), shard);
}

/** What `--timings` names; nothing where it is not given, for what this machine happens to remember others do not. */
export async function timingsFor(project: Project, timings: string | undefined): Promise<Timings> {
  if (timings === undefined) return new Map();
  return readTimings(timings, runsPlace(project, process.cwd()));
}
