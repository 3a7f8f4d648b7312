// Times the test part of a boot: from user space to when all had been said that the case expects. What a guest does after
// that, powering off or hanging, is no part of it.

export interface Stopwatch {
  /** What is known of the guest now. A decision that is taken back lets the time go on. */
  look(userspace: boolean, decided: boolean): void;
  /** Milliseconds, up to now where nothing was decided; undefined where user space was never seen. */
  read(): number | undefined;
  /** When all had been said, by the clock; undefined where it was not. */
  decidedAt(): number | undefined;
}

export function createStopwatch(now: () => number = () => performance.now()): Stopwatch {
  let begin: number | undefined;
  let end: number | undefined;
  return {
    look(userspace, decided) {
      if (userspace) begin ??= now();
      if (decided) end ??= now();
      else end = undefined;
    },
    decidedAt: () => end,
    read: () => (begin === undefined ? undefined : (end ?? now()) - begin),
  };
}
