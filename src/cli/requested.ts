// The cells that `run` works on: those that are selected, or one shard of them.
import { arch as hostArch } from 'node:os';
import { join, resolve } from 'node:path';
import type { Cell } from '../model/cell.ts';
import type { Project } from '../model/project.ts';
import type { Timings } from '../model/shard.ts';
import { UsageError } from '../model/errors.ts';
import { readTimings } from '../report/timings.ts';
import { requestedCells } from '../run/select.ts';
import { divideCells, takeShard, type ShardOfRun, type ShardRequest } from '../run/shard.ts';
import type { Workspace } from '../run/workspace.ts';
import type { SelectionOptions } from './options.ts';

export interface ShardOptions {
  readonly matrix?: boolean;
  readonly shard?: ShardRequest;
  readonly timings?: string;
}

/** A shard is one of the whole matrix: this machine's architecture and default kernel would be others elsewhere. */
export async function cellsToRun({ project, archs }: Workspace, selection: SelectionOptions, options: ShardOptions): Promise<{ readonly cells: readonly Cell[]; readonly shard?: ShardOfRun }> {
  const { shard, timings, matrix } = options;
  if (timings !== undefined && shard === undefined) throw new UsageError('TIMINGS_WITHOUT_SHARD', '--timings only says how to divide the matrix', { hint: 'add --shard i/n' });
  const cells = await requestedCells(project, archs, { matrix: matrix === true || shard !== undefined, selection, hostArch: hostArch() });
  if (shard === undefined) return { cells };
  return takeShard(divideCells(cells, project.harness, await timingsFor(project, timings), shard.count), shard);
}

/** What `--timings` names; nothing where it is not given, for what this machine happens to remember others do not. */
export async function timingsFor(project: Project, timings: string | undefined): Promise<Timings> {
  if (timings === undefined) return new Map();
  return readTimings(timings, { cwd: process.cwd(), runs: join(resolve(project.root, project.harness.output), 'runs') });
}
