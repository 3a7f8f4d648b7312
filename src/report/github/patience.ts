// Waiting that ends: as long as asked while the run goes on, and within a limit once it has ended.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Aborted when the limit is over. */
  readonly ended: AbortSignal;
  /** The run has ended: from now on everything is over within `limitMs`. Only the first call counts. */
  hurry(limitMs: number): void;
  /** Waits; says at once, or when it becomes known, that the limit does not allow it. */
  until(atMs: number): Promise<boolean>;
  /** Waits while the run goes on. */
  rest(ms: number): Promise<void>;
}

/** What a timer can hold. */
const longestMs = 2 ** 31 - 1;

export function createPatience(): Patience {
  const hurrying = new AbortController();
  const ending = new AbortController();
  let endAt = Infinity;
  return {
    ended: ending.signal,
    hurry(limitMs) {
      if (hurrying.signal.aborted) return;
      endAt = Date.now() + limitMs;
      setTimeout(() => ending.abort(), limitMs).unref();
      hurrying.abort();
    },
    async until(atMs) {
      while (Date.now() < atMs) {
        if (atMs >= endAt) return false;
        const hurried = hurrying.signal.aborted;
        const signal = hurried ? ending.signal : hurrying.signal;
        // A run that breaks off must not be kept alive by what it would have reported.
        await sleep(Math.min(atMs - Date.now(), longestMs), undefined, { signal, ref: hurried }).catch(() => undefined);
      }
      return !ending.signal.aborted;
    },
    async rest(ms) {
      await sleep(ms, undefined, { signal: hurrying.signal, ref: false }).catch(() => undefined);
    },
  };
}
