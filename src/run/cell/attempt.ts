// One try of a cell: kernel, image, boot, console, verdict. Whatever fails on our side ends here as `error`.
import type { Cell } from '../../model/cell.ts';
import { HarnessError } from '../../model/errors.ts';
import { errorCode } from '../../sys/fs.ts';
import type { CellPhase } from '../../model/events.ts';
import type { Attempt } from '../../model/report.ts';
import { interrupted, type Stage, type Verdict } from '../../model/verdict.ts';
import type { ObservedBoot } from './observe.ts';
import { createPhaseClock, type PhaseClock } from './phase-clock.ts';
import type { Prepared } from './prepare.ts';

/** Which attempt it is, and where it tells how far it is. */
export interface AttemptProgress {
  readonly number: number;
  readonly onPhase: (phase: CellPhase) => void;
  readonly clock: PhaseClock;
}

/** What an attempt needs done; run/ hands in the real ones. */
export interface AttemptStages {
  /** Kernel and image; a string says why the cell has to be skipped. */
  prepare(cell: Cell, onPhase: (phase: CellPhase) => void, signal: AbortSignal): Promise<Prepared | { readonly skip: string }>;
  /** What an earlier run saw of an equal cell; undefined where it has to boot. */
  recall?(cell: Cell, prepared: Prepared, signal: AbortSignal): Promise<Attempt | undefined>;
  /** The cell is not attempted again. */
  leave?(cell: Cell): Promise<void>;
  /** Waits for a free place, boots, judges. */
  boot(cell: Cell, prepared: Prepared, progress: AttemptProgress, signal: AbortSignal): Promise<ObservedBoot>;
}

/** Never throws but for our own defects: every outcome is an Attempt with a verdict. */
export async function attemptCell(cell: Cell, number: number, stages: AttemptStages, onPhase: (phase: CellPhase) => void, signal: AbortSignal): Promise<Attempt> {
  const startedAt = performance.now();
  let stage: Stage = cell.case.script === undefined ? 'kernel' : 'boot';
  const clock = createPhaseClock(cell.case.script === undefined ? 'kernel' : 'wait');
  const enter = (phase: CellPhase): void => {
    stage = phase;
    // A place for a guest is taken before it boots.
    clock.enter(phase === 'boot' ? 'start' : phase);
    onPhase(phase);
  };
  const blank = (verdict: Verdict): Attempt => ({
    number,
    verdict,
    results: [],
    durationMs: performance.now() - startedAt,
    prepareMs: performance.now() - startedAt,
    phases: clock.read(),
    excerpt: [],
  });
  try {
    if (signal.aborted) return blank(interrupted);
    const prepared = await stages.prepare(cell, enter, signal);
    if ('skip' in prepared) return blank({ kind: 'skip', reason: prepared.skip });
    // A cell that is tried again has failed just now.
    const earlier = number === 1 ? await stages.recall?.(cell, prepared, signal) : undefined;
    const prepareMs = performance.now() - startedAt;
    if (earlier !== undefined) return { ...earlier, prepareMs, phases: clock.read() };
    clock.enter('wait');
    const boot = await stages.boot(cell, prepared, { number, onPhase: enter, clock }, signal);
    return {
      number,
      ...boot,
      durationMs: boot.boot.durationMs,
      prepareMs,
      phases: clock.read(),
      ...(prepared.kernel === undefined ? {} : {
        kernel: { release: prepared.kernel.release, digest: prepared.kernel.digest, origin: prepared.kernel.origin },
        image: { digest: prepared.image.digest, bytes: prepared.image.segments.reduce((sum, { bytes }) => sum + bytes, 0) },
      }),
    };
  } catch (error) {
    if (signal.aborted) return blank(interrupted);
    if (error instanceof HarnessError) {
      return blank({ kind: 'error', stage, reason: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
    }
    // The system said no: a full disk, a folder that cannot be written.
    if (errorCode(error) !== undefined) return blank({ kind: 'error', stage, reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}
