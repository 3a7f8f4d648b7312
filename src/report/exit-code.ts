// What the exit status of a run says. DESIGN: 0 all passed, 1 a case failed, 3 only our own errors, 130 interrupted.
// Usage mistakes (2) and defects (4) end the process before there is a run to speak of.
import type { Totals } from '../model/report.ts';

export interface Outcome {
  readonly totals: Totals;
  readonly interrupted: boolean;
  /** Reporters that threw. Their readers would miss something, so the run cannot count as good. */
  readonly brokenReporters: number;
}

/** Skips are fine and a flaky cell counts as passed; a broken reporter fails a run that is good otherwise. */
export function exitCode({ totals, interrupted, brokenReporters }: Outcome): number {
  if (interrupted) return 130;
  const ofCells = totals.fail + totals.crash + totals.timeout > 0 ? 1 : totals.error > 0 ? 3 : 0;
  return ofCells === 0 && brokenReporters > 0 ? 3 : ofCells;
}
