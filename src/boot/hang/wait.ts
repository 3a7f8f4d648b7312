// Waiting inside a bounded stretch of time: a share of it, a condition, or the end of what a guest prints.
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks. */
const step = 20;
/** A guest that has printed nothing for so long has finished its answer. */
const quietMs = 300;

/** What is heard of the console. */
export interface Ear {
  hear(chunk: Uint8Array): void;
  /** Bytes so far. */
  bytes(): number;
}

export function createEar(): Ear {
  let bytes = 0;
  return { hear: (chunk) => void (bytes += chunk.length), bytes: () => bytes };
}

/** Waits until the condition holds, at most `ms`; whether it does. Rejects when the signal aborts. */
export async function waitUntil(condition: () => boolean, ms: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() >= end) return false;
    await sleep(step, undefined, { signal });
  }
  return true;
}

/** Waits until nothing has been printed for a while, at most `ms`. */
export async function waitForQuiet(ear: Ear, ms: number, signal: AbortSignal): Promise<void> {
  let heard = ear.bytes();
  let since = performance.now();
  await waitUntil(() => {
    if (ear.bytes() !== heard) {
      heard = ear.bytes();
      since = performance.now();
    }
    return performance.now() - since >= quietMs;
  }, ms, signal);
}

export const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });
