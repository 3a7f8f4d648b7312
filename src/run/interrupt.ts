// Ctrl-C: the first ends the run in order, with a report of what is known; a second one ends at once.
// npm passes the terminal's SIGINT on as a second one, so a signal within a second of the first is the same key press.

import { setMaxListeners } from 'node:events';

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

const sameKeyPressMs = 1000;

/** Listens for SIGINT, SIGTERM and SIGHUP until disposed. `onSecond` should end the process. */
export function watchInterrupt(onSecond: () => void): Interrupt {
  const controller = new AbortController();
  // Every cell of a matrix waits for it.
  setMaxListeners(0, controller.signal);
  let first = 0;
  const onSignal = (): void => {
    const now = Date.now();
    if (first === 0) {
      first = now;
      controller.abort(new DOMException('interrupted', 'AbortError'));
    } else if (now - first > sameKeyPressMs) {
      onSecond();
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
