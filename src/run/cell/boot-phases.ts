// The phases of a boot, from what is known when it has ended. Pure.
import type { BootResult } from '../../model/boot.ts';
import type { Phase } from '../../model/phase.ts';

export interface EndedBoot {
  readonly boot: Pick<BootResult, 'durationMs' | 'runningMs' | 'firstByteMs' | 'userspaceMs' | 'restored' | 'command'>;
  /** What ran is a script of this machine. */
  readonly script: boolean;
  /** Milliseconds from the boot's start to when all had been said; undefined where it was not. */
  readonly decidedMs: number | undefined;
}

/** The phases that the boot came to after `start`, in their order, with the milliseconds from its start to their begin. */
export function bootPhases({ boot, script, decidedMs }: EndedBoot): readonly (readonly [Phase, number])[] {
  const { durationMs, userspaceMs } = boot;
  if (script) return [['test', 0], ['end', durationMs]];
  // A runner's machine is its own affair; of it we know only what it prints.
  const runsMs = boot.restored?.afterMs ?? boot.runningMs ?? (boot.command === undefined ? boot.firstByteMs : 0);
  return [
    ...(runsMs === undefined ? [] : [['boot', runsMs] as const]),
    ...(userspaceMs === undefined ? [] : [['test', userspaceMs] as const]),
    ['end', Math.min(decidedMs ?? durationMs, durationMs)],
  ];
}
