// Watches the limits of a boot with one timer: what happens is only noted, and the timer asks what is due.
import type { Limits, StopReason } from '../model/boot.ts';
import { dueLimit } from './clock.ts';

export interface LimitWatch {
  /** A console byte came. */
  byteSeen(): void;
  userspaceSeen(): void;
  /** The guest waits for us: until this is called with false, its silence is not counted. Calls nest. */
  excuseSilence(excused: boolean): void;
  readonly userspaceMs: number | undefined;
  end(): void;
}

/** Starts to watch; `stop` is called once, when a limit is over. Without limits it only keeps the times. */
export function watchLimits(limits: Limits | undefined, elapsed: () => number, stop: (why: StopReason, limitMs: number) => void): LimitWatch {
  let lastByteMs = 0;
  let userspaceMs: number | undefined;
  let excused = 0;
  let over = limits === undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = (watched: Limits, rechecked = false): void => {
    if (over) return;
    const due = dueLimit(watched, { lastByteMs: excused > 0 ? elapsed() : lastByteMs, userspaceMs }, elapsed());
    if (due.kind === 'wait') timer = setTimeout(() => look(watched), Math.min(due.ms, 2 ** 30)).unref();
    // If it was us who slept, the bytes that came meanwhile are read first.
    else if (!rechecked) setImmediate(() => look(watched, true));
    else {
      over = true;
      stop(due.why, due.limitMs);
    }
  };
  if (limits !== undefined) look(limits);

  return {
    byteSeen: () => void (lastByteMs = elapsed()),
    userspaceSeen: () => void (userspaceMs ??= elapsed()),
    excuseSilence(now) {
      excused += now ? 1 : -1;
      if (excused === 0) lastByteMs = elapsed();
    },
    get userspaceMs() {
      return userspaceMs;
    },
    end() {
      over = true;
      clearTimeout(timer);
    },
  };
}
