// How each guest of a command starts: what is said, what is sound, and the copy that it goes on from.
import type { Cell } from '../../model/cell.ts';
import type { StartMode } from '../../model/start.ts';
import type { Prepared } from '../cell/prepare.ts';
import { runnerFor } from '../cell/runner.ts';
import type { Pipeline } from '../pipeline.ts';
import { createDemand, startMode, whyCold } from './choose.ts';
import type { Clone, WarmOptions } from './open.ts';

export interface StartOptions {
  readonly cells: readonly Cell[];
  /** How often each cell is run, as far as that is known. */
  readonly times: number;
  /** What the command line says. */
  readonly said: StartMode | undefined;
}

export interface Start {
  readonly mode: StartMode;
  /** What boots where there is no clone. Who asks for a cold boot gets one of the kernel's file as it is. */
  readonly prepared: Prepared;
  /** Undefined where the guest boots. */
  readonly clone: Clone | undefined;
}

/** What is said of the start of a single guest: it is not compared with another one. */
export const saidOfOne = (said: StartMode | undefined, project: StartMode): StartMode | undefined => said ?? (project === 'both' ? 'auto' : undefined);

/** Decides for one cell after the other; in `slot` a template that is missing is made. */
export type Starts = (cell: Cell, prepared: Prepared, making: Omit<WarmOptions, 'wanted'>, signal: AbortSignal) => Promise<Start>;

export function createStarts({ warm, startSooner, harness, progress }: Pick<Pipeline, 'warm' | 'startSooner' | 'harness' | 'progress'>, { cells, times, said }: StartOptions): Starts {
  const demand = createDemand(cells, times);
  const told = new Set<string>();
  return async (cell, prepared, making, signal) => {
    const mode = startMode(cell, { said, project: harness.start });
    if (mode === 'cold' || prepared.script !== undefined || runnerFor(harness, cell.arch) !== undefined) return { mode, prepared, clone: undefined };
    const sooner = mode === 'both' ? prepared : await startSooner(cell, prepared, signal);
    const why = whyCold(cell, prepared, mode);
    if (why === undefined) return { mode, prepared: sooner, clone: await warm.clone(cell, prepared, { wanted: mode === 'auto' ? demand(cell) : Number.POSITIVE_INFINITY, ...making }, signal) };
    if (mode !== 'auto' && !told.has(cell.case.name)) progress.notice(`${cell.case.name} starts cold: ${why}`);
    told.add(cell.case.name);
    return { mode, prepared: sooner, clone: undefined };
  };
}
