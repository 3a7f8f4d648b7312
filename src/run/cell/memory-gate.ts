// Keeps guests from taking more memory together than this machine has: one that does not fit waits until others end.
import { freemem } from 'node:os';

/** QEMU's own memory beside the guest's. */
export const overheadBytes = 128 * 1024 * 1024;

/** Runs `work` once there is memory for it, in the order of asking. */
export type MemoryGate = <T>(guestBytes: number, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** A gate for `capacity` bytes. What needs more than all of them runs alone: whether it can is for the system to say. */
export function createMemoryGate(capacity = 0.8 * freemem()): MemoryGate {
  const waiting: { readonly bytes: number; readonly enter: () => void }[] = [];
  let taken = 0;
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined && (taken === 0 || taken + next.bytes <= capacity); next = waiting[0]) {
      waiting.shift();
      taken += next.bytes;
      next.enter();
    }
  };
  return async (guestBytes, work, signal) => {
    signal.throwIfAborted();
    const bytes = guestBytes + overheadBytes;
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        const place = waiting.indexOf(entry);
        if (place >= 0) waiting.splice(place, 1);
        reject(signal.reason as Error);
        admit();
      };
      const entry = {
        bytes,
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(entry);
      admit();
    });
    try {
      return await work();
    } finally {
      taken -= bytes;
      admit();
    }
  };
}
