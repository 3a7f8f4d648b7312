// The limits that hold for a cell: what the case says, else the project, else the defaults; stretched where TCG runs the guest.
import type { Accel, Arch } from '../model/arch.ts';
import type { Limits } from '../model/boot.ts';
import type { Case, Timeouts } from '../model/case.ts';
import type { Harness } from '../model/harness.ts';

/** Limits of a case that nobody configured, on a fast machine. */
const defaultLimits: Limits = { bootMs: 60_000, silenceMs: 60_000, totalMs: 120_000 };

/** Limits without regard to what runs the guest. */
export function unscaledLimits(...timeouts: readonly Timeouts[]): Limits {
  const first = (name: keyof Timeouts): number | undefined => timeouts.map((each) => each[name]).find((ms) => ms !== undefined);
  return {
    bootMs: first('boot') ?? defaultLimits.bootMs,
    silenceMs: first('silence') ?? defaultLimits.silenceMs,
    totalMs: first('total') ?? defaultLimits.totalMs,
  };
}

/** How long a guest may go on once its verdict is certain: to power off, or to print the rest of a crash. */
export const graceOf = ({ graceAfterDecision }: Pick<Harness, 'graceAfterDecision'>): number => graceAfterDecision ?? 3000;

/** Factor by which limits are stretched for what runs the guest. */
export function timeScale(harness: Pick<Harness, 'tcgScale'>, arch: Pick<Arch, 'tcgScale'>, accel: Accel): number {
  return accel === 'tcg' ? (harness.tcgScale ?? arch.tcgScale) : 1;
}

/** The limits of one cell on this machine. */
export function resolveLimits(
  testCase: Pick<Case, 'timeouts'>,
  harness: Pick<Harness, 'timeouts' | 'tcgScale'>,
  arch: Pick<Arch, 'tcgScale'>,
  accel: Accel,
): Limits {
  const scale = timeScale(harness, arch, accel);
  const { bootMs, silenceMs, totalMs } = unscaledLimits(testCase.timeouts, harness.timeouts);
  return { bootMs: Math.round(bootMs * scale), silenceMs: Math.round(silenceMs * scale), totalMs: Math.round(totalMs * scale) };
}
