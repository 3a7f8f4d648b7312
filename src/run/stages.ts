// The stages of a run's cells: prepared, started warm or cold in a free place, judged.
import PQueue from 'p-queue';
import type { Cell } from '../model/cell.ts';
import type { StartMode } from '../model/start.ts';
import type { RunFolder } from '../report/run-folder.ts';
import type { AttemptStages } from './cell/attempt.ts';
import { readyBoot } from './cell/boot.ts';
import { createMemoryGate } from './cell/memory-gate.ts';
import type { ObservedBoot } from './cell/observe.ts';
import type { PhaseClock } from './cell/phase-clock.ts';
import type { Prepared } from './cell/prepare.ts';
import { openGroups } from './groups.ts';
import type { Pipeline } from './pipeline.ts';
import { compareStarts } from './warm/both.ts';
import { createDemand, startMode, whyCold } from './warm/choose.ts';
import type { Clone, Slot } from './warm/open.ts';
import { runnerFor } from './cell/runner.ts';

export interface StagesOptions {
  readonly cells: readonly Cell[];
  /** How often each cell is run, as far as that is known. */
  readonly times: number;
  readonly concurrency: number;
  readonly graceMs: number;
  readonly diagnose: boolean | undefined;
  /** How guests start, where the command line says it. */
  readonly start: StartMode | undefined;
}

export function createStages(pipeline: Pipeline, folder: RunFolder, options: StagesOptions): AttemptStages {
  const { harness, progress } = pipeline;
  const boots = new PQueue({ concurrency: options.concurrency });
  const gate = createMemoryGate();
  const groups = openGroups(options.cells, { root: pipeline.root, harness, folder: folder.path, notice: (message) => progress.notice(message) });
  const demand = createDemand(options.cells, options.times);
  const told = new Set<string>();

  const slotFor = (signal: AbortSignal): Slot => (memory, work, shared) => boots.add(() => gate(memory, () => {
    signal.throwIfAborted();
    return work();
  }, signal, shared));

  const cloneFor = async (cell: Cell, prepared: Prepared, mode: StartMode, clock: PhaseClock, signal: AbortSignal): Promise<Clone | undefined> => {
    if (mode === 'cold' || prepared.script !== undefined || runnerFor(harness, cell.arch) !== undefined) return undefined;
    const why = whyCold(cell, prepared, mode);
    if (why !== undefined) {
      if (mode !== 'auto' && !told.has(cell.case.name)) progress.notice(`${cell.case.name} starts cold: ${why}`);
      told.add(cell.case.name);
      return undefined;
    }
    return pipeline.warm.clone(cell, prepared, { wanted: mode === 'auto' ? demand(cell) : Number.POSITIVE_INFINITY, slot: slotFor(signal), clock }, signal);
  };

  return {
    prepare: pipeline.prepare,
    leave: (cell) => groups.leave(cell),
    async boot(cell, prepared, { number, onPhase, clock }, signal) {
      await groups.enter(cell, signal);
      const mode = startMode(cell, { said: options.start, project: harness.start });
      const clone = await cloneFor(cell, prepared, mode, clock, signal);
      clock.enter('wait');
      const boot = async (way: Clone | undefined, twin?: 'warm'): Promise<ObservedBoot> => {
        const files = await folder.attempt(cell.id, number, twin);
        const ready = await readyBoot(cell, prepared, { ...pipeline, folder: folder.path, files, number, clock, graceMs: options.graceMs, diagnose: options.diagnose }, signal, way);
        return slotFor(signal)(ready.memory, () => {
          onPhase('boot');
          return ready.run();
        }, ready.shared);
      };
      if (mode !== 'both' || clone === undefined) return boot(clone);
      const twinAt = clock.now();
      const warm = await boot(clone, 'warm');
      clock.recast(twinAt, 'template');
      clock.enter('wait');
      return compareStarts(await boot(undefined), warm);
    },
  };
}
