// Divides the time of an attempt into phases. Some are known only afterwards: when user space began, when all had been said.
import type { Phase, PhaseTimes } from '../../model/phase.ts';

export interface PhaseClock {
  /** Milliseconds, of the same clock as the times below. */
  now(): number;
  /** Another phase begins, now or some time ago; never before the one that it ends. */
  enter(phase: Phase, at?: number): void;
  /** All since then was this phase, whatever it was taken for. */
  recast(since: number, phase: Phase): void;
  /** Up to now; a phase that came several times is counted once, with all of its time. */
  read(): PhaseTimes;
}

interface Lap {
  readonly phase: Phase;
  readonly at: number;
}

/** The clock runs from here on. */
export function createPhaseClock(first: Phase, now: () => number = () => performance.now()): PhaseClock {
  let laps: readonly [Lap, ...Lap[]] = [{ phase: first, at: now() }];
  const enter = (phase: Phase, at = now()): void => {
    const before = laps.at(-1) ?? laps[0];
    laps = [...laps, { phase, at: Math.max(before.at, at) }];
  };
  return {
    now,
    enter,
    recast(since, phase) {
      const [begin, ...rest] = laps;
      laps = [begin, ...rest.filter(({ at }) => at < since)];
      enter(phase, since);
    },
    read() {
      const endAt = now();
      const times: { -readonly [Name in keyof PhaseTimes]: PhaseTimes[Name] } = {};
      for (const [index, { phase, at }] of laps.entries()) times[`${phase}Ms`] = (times[`${phase}Ms`] ?? 0) + Math.max(0, (laps[index + 1]?.at ?? endAt) - at);
      return times;
    },
  };
}
