// At most so many pieces of work at once; the rest waits in order.

export type Limit = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Creates a limit. Work whose signal is aborted while it waits is never begun. */
export function createLimit(atOnce: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work, signal) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      // The place is handed on: nobody who comes later takes it first.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
