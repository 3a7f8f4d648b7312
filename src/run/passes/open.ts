// Passes from run to run: a cell of which nothing has changed since it passed need not boot, and one that passes now is kept for later.
// Whatever goes wrong with that is told, and costs no more than a boot.
import { resolve } from 'node:path';
import { forgetPass, readPass, sweepPasses, writePass } from '../../history/passes.ts';
import type { Cell } from '../../model/cell.ts';
import { HarnessError } from '../../model/errors.ts';
import type { Project } from '../../model/project.ts';
import type { Attempt, CellResult } from '../../model/report.ts';
import { errorCode } from '../../sys/fs.ts';
import { guestOf, type Prepared } from '../cell/prepare.ts';
import type { Pipeline } from '../pipeline.ts';
import { createInputs, type PassInputs } from './inputs.ts';
import { whyNotReusable } from './reusable.ts';

export interface Passes {
  /** What an earlier run saw of an equal cell that passed; undefined where it has to be run. */
  readonly recall: (cell: Cell, prepared: Prepared, signal: AbortSignal) => Promise<Attempt | undefined>;
  /** Takes how a cell ended that `recall` was asked about. */
  readonly settle: (cell: Cell, result: CellResult) => void;
  readonly close: () => Promise<void>;
}

export interface PassOptions {
  readonly run: string;
  /** False: passes are kept, but none is used. */
  readonly reuse: boolean;
  /** Whether earlier runs show that the cell comes and goes. */
  readonly isFlaky: (cell: string) => boolean;
}

export const passesFolder = ({ root, harness }: Pick<Project, 'root' | 'harness'>): string => resolve(root, harness.output, 'history', 'passes');

export function openPasses(pipeline: Pick<Pipeline, 'machine' | 'harness' | 'cacheRoot' | 'root' | 'progress'>, { run, reuse, isFlaky }: PassOptions): Passes {
  const folder = passesFolder(pipeline);
  const inputsOf = createInputs(pipeline);
  const known = new Map<string, PassInputs>();
  const work: Promise<void>[] = [];
  /** Once is enough for a disk that is full. */
  let isBroken = false;
  const attempt = async (step: () => Promise<void>): Promise<void> => {
    try {
      if (!isBroken) await step();
    } catch (error) {
      if (!isOurs(error)) throw error;
      isBroken = true;
      pipeline.progress.notice(`passes cannot be kept for later runs: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    async recall(cell, prepared, signal) {
      const why = whyNotReusable(cell, pipeline.harness) ?? (isFlaky(cell.id) ? 'it passes and fails without a change that explains it' : undefined);
      if (why !== undefined) {
        if (reuse) pipeline.progress.notice(`${cell.case.name} is always run: ${why}`);
        return undefined;
      }
      // Without a QEMU, say: the boot tells it better.
      const inputs = await inputsOf(cell, guestOf(prepared), signal).catch((error: unknown) => {
        if (!isOurs(error)) throw error;
        return undefined;
      });
      if (inputs === undefined) return undefined;
      known.set(cell.id, inputs);
      const pass = reuse ? await readPass(folder, { key: inputs.key, cell: cell.id, now: Date.now() }) : undefined;
      return pass && { ...pass.attempt, number: 1, cached: { run: pass.run, at: pass.at } };
    },
    settle(cell, result) {
      const inputs = known.get(cell.id);
      known.delete(cell.id);
      // An error is ours, and what was cut off says nothing.
      if (inputs === undefined || result.cached !== undefined || ['error', 'skip'].includes(result.verdict.kind)) return;
      const [only, ...more] = result.attempts;
      const isPlain = result.verdict.kind === 'pass' && more.length === 0 && result.history?.flaky !== true;
      work.push(attempt(async () => {
        if (!isPlain) await forgetPass(folder, inputs.key);
        else if (await inputs.unchanged()) await writePass(folder, { schema: 1, key: inputs.key, cell: cell.id, run, at: new Date().toISOString(), attempt: plain(only) });
      }));
    },
    async close() {
      await Promise.all(work);
      await attempt(() => sweepPasses(folder, Date.now()));
    },
  };
}

const isOurs = (error: unknown): boolean => error instanceof HarnessError || errorCode(error) !== undefined;

/** What stays true of an attempt without the folder of its run. */
function plain({ verdict, results, crashes, durationMs, prepareMs, accel, dialog, probes, kernel, image }: Attempt): Attempt {
  return {
    number: 1, verdict, results, durationMs, prepareMs, excerpt: [],
    ...(crashes === undefined ? {} : { crashes }),
    ...(accel === undefined ? {} : { accel }),
    ...(dialog === undefined ? {} : { dialog }),
    ...(probes === undefined ? {} : { probes }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(image === undefined ? {} : { image }),
  };
}
