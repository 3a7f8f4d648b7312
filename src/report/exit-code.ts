// What the exit status of a run says. DESIGN: 0 all passed, 1 a case failed, 3 only our own errors, 130 interrupted.
// Usage mistakes (2) and defects (4) end the process before there is a run to speak of.
import type { MergedRun, Totals } from '../model/report.ts';

export interface Outcome {
  readonly totals: Totals;
  readonly interrupted: boolean;
  /** Of a run that was put together. One with a part that is missing or did not end has failed: it is not known what is in it. */
  readonly merged?: MergedRun | undefined;
  /** Reporters that threw. Their readers would miss something, so the run cannot count as good. */
  readonly brokenReporters: number;
}

/** Skips are fine and a flaky cell counts as passed; a broken reporter fails a run that is good otherwise. */
export function exitCode({ totals, interrupted, merged, brokenReporters }: Outcome): number {
  if (merged !== undefined && (interrupted || merged.missing.length > 0)) return 1;
  if (interrupted) return 130;
  const ofCells = totals.fail + totals.crash + totals.timeout > 0 ? 1 : totals.error > 0 ? 3 : 0;
  return ofCells === 0 && brokenReporters > 0 ? 3 : ofCells;
}
