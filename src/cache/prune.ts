// Keeps the cache small: forgets what was not used for long, then the longest unused until it fits.
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache } from './store.ts';

export interface PruneLimits {
  /** Forget what was not used for this long. */
  readonly unusedMs?: number | undefined;
  /** Then forget the longest unused until this many bytes are left. */
  readonly maxBytes?: number | undefined;
  /** Only tell what would go. */
  readonly dryRun?: boolean;
}

/** One thing the cache holds. */
export interface CacheItem {
  /** `blob`, or the kind of an entry: `kernel`, `rootfs`. */
  readonly kind: string;
  readonly path: string;
  readonly bytes: number;
  readonly usedAtMs: number;
}

/** What is used now must stay: whoever looked it up may not have opened it yet. */
const restMs = 3_600_000;

/** Everything in the cache, the longest unused first. */
export async function listCache(cache: Cache): Promise<readonly CacheItem[]> {
  const items: CacheItem[] = [];
  for (const kind of await names(join(cache.root, 'entries'))) {
    for (const key of await names(join(cache.root, 'entries', kind))) items.push(await item(kind, join(cache.root, 'entries', kind, key)));
  }
  const blobs = join(cache.root, 'blobs', 'sha256');
  for (const part of await names(blobs)) {
    for (const hex of await names(join(blobs, part))) items.push(await item('blob', join(blobs, part, hex)));
  }
  return items.sort((a, b) => a.usedAtMs - b.usedAtMs || (a.path < b.path ? -1 : 1));
}

/** Removes by the limits and returns what went. Things used within the last hour always stay. */
export async function pruneCache(cache: Cache, limits: PruneLimits, nowMs: number): Promise<readonly CacheItem[]> {
  const gone: CacheItem[] = [];
  const items = await listCache(cache);
  let left = items.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const one of items) {
    const age = nowMs - one.usedAtMs;
    const old = limits.unusedMs !== undefined && age > limits.unusedMs;
    const tooMuch = limits.maxBytes !== undefined && left > limits.maxBytes;
    if (age < restMs || !(old || tooMuch)) continue;
    if (limits.dryRun !== true) await remove(cache, one.path);
    left -= one.bytes;
    gone.push(one);
  }
  return gone;
}

async function remove(cache: Cache, path: string): Promise<void> {
  const grave = await cache.temporary();
  await rename(path, grave);
  await rm(grave, { recursive: true, force: true });
}

async function item(kind: string, path: string): Promise<CacheItem> {
  const found = await stat(path);
  return { kind, path, bytes: found.isDirectory() ? await folderBytes(path) : found.size, usedAtMs: found.mtimeMs };
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
