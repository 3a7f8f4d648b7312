// Where wishes arrive, from keys, files and signals, and lie until somebody has time for them.
import { setMaxListeners } from 'node:events';
import { joined, noWishes, type Wishes } from './wishes.ts';

export interface Desk {
  wish(more: Partial<Wishes>): void;
  /** All that has been wished for since it was asked last. `onIdle` is called where there is nothing yet. */
  next(onIdle: () => void): Promise<Wishes>;
  /** Does work that is cut short by whoever presses a key or quits; files that change meanwhile wait for its end. */
  during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export function createDesk(): Desk {
  let open = noWishes;
  let wake = (): void => undefined;
  let cutShort: AbortController | undefined;
  const isEmpty = (): boolean => !isUrgent(open) && open.changed.length === 0;
  const isUrgent = ({ quit, all, failed }: Partial<Wishes>): boolean => quit === true || all === true || failed === true;
  return {
    wish(more) {
      open = joined(open, more);
      if (isUrgent(more)) cutShort?.abort(new DOMException('interrupted', 'AbortError'));
      wake();
    },
    async next(onIdle) {
      if (isEmpty()) onIdle();
      while (isEmpty()) await new Promise<void>((resolve) => (wake = resolve));
      const taken = open;
      open = noWishes;
      return taken;
    },
    async during(work) {
      const controller = new AbortController();
      // Every cell of a run waits for it.
      setMaxListeners(0, controller.signal);
      if (isUrgent(open)) controller.abort(new DOMException('interrupted', 'AbortError'));
      cutShort = controller;
      try {
        return await work(controller.signal);
      } finally {
        cutShort = undefined;
      }
    },
  };
}
