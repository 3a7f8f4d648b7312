// Keeps guests from taking more memory together than this machine has: one that does not fit waits until others end.
import { freemem } from 'node:os';

/** QEMU's own memory beside the guest's. */
export const overheadBytes = 128 * 1024 * 1024;

/** Memory that several guests have together: it counts once. */
export interface SharedMemory {
  readonly key: string;
  readonly bytes: number;
}

/** Runs `work` once there is memory for it, in the order of asking. `shared` is a part of the guest's bytes. */
export type MemoryGate = <T>(guestBytes: number, work: () => Promise<T>, signal: AbortSignal, shared?: SharedMemory) => Promise<T>;

/** A gate for `capacity` bytes. What needs more than all of them runs alone: whether it can is for the system to say. */
export function createMemoryGate(capacity = 0.8 * freemem()): MemoryGate {
  const waiting: { readonly bytes: number; readonly shared: SharedMemory | undefined; readonly enter: () => void }[] = [];
  const holders = new Map<string, number>();
  let taken = 0;
  const needs = (bytes: number, shared: SharedMemory | undefined): number => bytes + (shared === undefined || holders.has(shared.key) ? 0 : shared.bytes);
  const leave = (bytes: number, shared: SharedMemory | undefined): void => {
    taken -= bytes;
    if (shared === undefined) return;
    const others = (holders.get(shared.key) ?? 1) - 1;
    if (others > 0) return void holders.set(shared.key, others);
    holders.delete(shared.key);
    taken -= shared.bytes;
  };
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined && (taken === 0 || taken + needs(next.bytes, next.shared) <= capacity); next = waiting[0]) {
      waiting.shift();
      taken += needs(next.bytes, next.shared);
      if (next.shared !== undefined) holders.set(next.shared.key, (holders.get(next.shared.key) ?? 0) + 1);
      next.enter();
    }
  };
  return async (guestBytes, work, signal, shared) => {
    signal.throwIfAborted();
    const bytes = guestBytes + overheadBytes - (shared?.bytes ?? 0);
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        const place = waiting.indexOf(entry);
        if (place >= 0) waiting.splice(place, 1);
        reject(signal.reason as Error);
        admit();
      };
      const entry = {
        bytes,
        shared,
        enter: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(entry);
      admit();
    });
    try {
      return await work();
    } finally {
      leave(bytes, shared);
      admit();
    }
  };
}
