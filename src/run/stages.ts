// The stages of a run's cells: prepared, started warm or cold in a free place, judged.
import PQueue from 'p-queue';
import type { Cell } from '../model/cell.ts';
import type { StartMode } from '../model/start.ts';
import type { TemplateBoot } from '../model/report.ts';
import type { RunFolder } from '../report/run-folder.ts';
import type { AttemptStages } from './cell/attempt.ts';
import { readyBoot } from './cell/boot.ts';
import { createMemoryGate } from './cell/memory-gate.ts';
import type { ObservedBoot } from './cell/observe.ts';
import { openGroups } from './groups.ts';
import type { Pipeline } from './pipeline.ts';
import { compareStarts } from './warm/both.ts';
import type { Clone, Slot } from './warm/open.ts';
import { createStarts } from './warm/starts.ts';

export interface StagesOptions {
  readonly cells: readonly Cell[];
  /** How often each cell is run, as far as that is known. */
  readonly times: number;
  readonly concurrency: number;
  readonly graceMs: number;
  readonly diagnose: boolean | undefined;
  /** How guests start, where the command line says it. */
  readonly start: StartMode | undefined;
  /** Told of each guest that had a place to become a template. */
  readonly onTemplate: (boot: TemplateBoot) => void;
}

export function createStages(pipeline: Pipeline, folder: RunFolder, options: StagesOptions): AttemptStages {
  const { harness, progress } = pipeline;
  const boots = new PQueue({ concurrency: options.concurrency });
  const gate = createMemoryGate();
  const groups = openGroups(options.cells, { root: pipeline.root, harness, folder: folder.path, notice: (message) => progress.notice(message) });
  const startOf = createStarts(pipeline, { cells: options.cells, times: options.times, said: options.start });

  const slotFor = (signal: AbortSignal): Slot => (memory, work, shared) => boots.add(() => gate(memory, () => {
    signal.throwIfAborted();
    return work();
  }, signal, shared));

  return {
    prepare: pipeline.prepare,
    leave: (cell) => groups.leave(cell),
    async boot(cell, made, { number, onPhase, clock }, signal) {
      await groups.enter(cell, signal);
      const { mode, prepared, clone } = await startOf(cell, made, { slot: slotFor(signal), clock, onTemplate: options.onTemplate }, signal);
      clock.enter('wait');
      const boot = async (way: Clone | undefined, twin?: 'warm'): Promise<ObservedBoot> => {
        const files = await folder.attempt(cell.id, number, twin);
        const ready = await readyBoot(cell, prepared, { ...pipeline, folder: folder.path, files, number, clock, graceMs: options.graceMs, diagnose: options.diagnose }, signal, way);
        return slotFor(signal)(ready.memory, async () => {
          const placeAt = clock.now();
          onPhase('boot');
          const observed = await ready.run();
          if (twin === undefined) return observed;
          // The attempt is the cold one: its boot has the phases of a boot.
          clock.recast(placeAt, 'template');
          clock.enter('wait');
          return observed;
        }, ready.shared);
      };
      if (mode !== 'both' || clone === undefined) return boot(clone);
      const warm = await boot(clone, 'warm');
      return compareStarts(await boot(undefined), warm);
    },
  };
}
