// Items of the cache summed up by kind.
import type { CacheItem } from '../../cache/inventory.ts';
import { kindsOfCache } from '../../cache/kinds.ts';

export interface KindSum {
  readonly kind: string;
  /** What the kind is for. */
  readonly holds: string;
  readonly items: number;
  readonly bytes: number;
  /** When the last of them was used. */
  readonly usedAtMs: number;
}

/** The biggest first. */
export function sumByKind(items: readonly CacheItem[]): readonly KindSum[] {
  const sums = new Map<string, KindSum>();
  for (const { kind, bytes, usedAtMs } of items) {
    const sum = sums.get(kind) ?? { kind, holds: kindsOfCache[kind] ?? 'made by another version of kit-test', items: 0, bytes: 0, usedAtMs };
    sums.set(kind, { ...sum, items: sum.items + 1, bytes: sum.bytes + bytes, usedAtMs: Math.max(sum.usedAtMs, usedAtMs) });
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1));
}

export const bytesOf = (items: readonly CacheItem[]): number => items.reduce((sum, { bytes }) => sum + bytes, 0);
