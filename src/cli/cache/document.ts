// `kit-test cache --json`: bytes are those on disk, times are ISO 8601.
import type { CacheItem, Inventory } from '../../cache/inventory.ts';
import type { Pruned } from '../../cache/prune.ts';
import { bytesOf, sumByKind } from './by-kind.ts';

export function inventoryDocument(folder: string, { items, unfinishedBytes }: Inventory, withItems: boolean): object {
  return { folder, ...summary(items), unfinishedBytes, ...(withItems ? { list: items.map(itemOf) } : {}) };
}

export function prunedDocument(folder: string, { gone, spared, left, users }: Pruned, dryRun: boolean): object {
  return { folder, dryRun, removed: { ...summary(gone), list: gone.map(itemOf) }, spared: { items: spared.length, bytes: bytesOf(spared) }, left: { items: left.length, bytes: bytesOf(left) }, usedBy: users.map(({ pid }) => pid) };
}

const summary = (items: readonly CacheItem[]): object => ({ items: items.length, bytes: bytesOf(items), kinds: sumByKind(items).map(({ usedAtMs, ...sum }) => ({ ...sum, usedAt: iso(usedAtMs) })) });

const itemOf = ({ kind, name, path, bytes, usedAtMs }: CacheItem): object => ({ kind, name, path, bytes, usedAt: iso(usedAtMs) });

const iso = (ms: number): string => new Date(ms).toISOString();
