// The plan of a run without its boots: what `run --dry-run` shows and the benchmark boots by hand.
import { join } from 'node:path';
import type { Accel } from '../model/arch.ts';
import type { Cell } from '../model/cell.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import type { Project } from '../model/project.ts';
import type { CachedFrom } from '../model/report.ts';
import { attemptFiles } from '../report/layout.ts';
import { readyBoot } from './cell/boot.ts';
import { openRunHistory } from './history.ts';
import { defaultConcurrency } from './host.ts';
import { openPasses, type Passes } from './passes/open.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

export interface PlannedBoot {
  readonly id: string;
  readonly skip?: string;
  /** It would not boot: nothing has changed since it passed. */
  readonly cached?: CachedFrom;
  /** Why there is no plan. */
  readonly error?: string;
  /** Where the kernel comes from. */
  readonly kernel?: string;
  readonly accel?: Accel;
  readonly image?: { readonly digest: string; readonly bytes: number };
  /** A line for a POSIX shell; of a case with a script it runs that. */
  readonly qemu?: string;
}

export interface RunPlan {
  readonly concurrency: number;
  readonly cells: readonly PlannedBoot[];
}

export interface PlanOptions {
  readonly jobs?: number | undefined;
  readonly accel?: 'auto' | Accel | undefined;
  /** Says which cells would not boot, as nothing has changed since they passed. */
  readonly cached?: boolean | undefined;
  readonly frozen: boolean;
  readonly offline?: boolean | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Makes every cell ready and plans its boot, in matrix order; one that fails does not keep the others from it. */
export async function planCells(project: Project, cells: readonly Cell[], options: PlanOptions): Promise<RunPlan> {
  const pipeline = await openPipeline(project, options);
  const planned: PlannedBoot[] = [];
  const history = options.cached === true ? await openRunHistory(project, { run: 'plan', cells, enabled: true, progress: options.progress }) : undefined;
  const recall = history && openPasses(pipeline, { run: 'plan', reuse: true, isFlaky: history.isFlaky }).recall;
  for (const cell of cells) planned.push(await planCell(cell, pipeline, recall, options.signal));
  const concurrency = options.jobs ?? project.harness.concurrency ?? defaultConcurrency(cells);
  return { concurrency, cells: planned };
}

async function planCell(cell: Cell, pipeline: Pipeline, recall: Passes['recall'] | undefined, signal: AbortSignal): Promise<PlannedBoot> {
  if (cell.skip !== undefined) return { id: cell.id, skip: cell.skip };
  try {
    const prepared = await pipeline.prepare(cell, () => undefined, signal);
    if ('skip' in prepared) return { id: cell.id, skip: prepared.skip };
    const folder = join(pipeline.root, pipeline.harness.output, 'runs', 'ID');
    const { accel, command } = await readyBoot(cell, prepared, { ...pipeline, folder, files: attemptFiles(cell.id, 1), number: 1, graceMs: 0 }, signal);
    if (prepared.kernel === undefined) return { id: cell.id, qemu: command };
    const { digest, segments } = prepared.image;
    const cached = (await recall?.(cell, prepared, signal))?.cached;
    return {
      id: cell.id,
      ...(cached === undefined ? {} : { cached }),
      kernel: prepared.kernel.origin,
      ...(accel === undefined ? {} : { accel }),
      image: { digest, bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0) },
      qemu: command,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HarnessError)) throw error;
    return { id: cell.id, error: error.hint === undefined ? error.message : `${error.message} (${error.hint})` };
  }
}
