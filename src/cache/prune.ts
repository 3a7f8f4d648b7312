// Keeps the cache small. What running processes use or make stays, whatever the limits say.
import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../model/errors.ts';
import { errorCode } from '../sys/fs.ts';
import { choosePruned, type PruneLimit } from './choose.ts';
import { inBatches } from './in-batches.ts';
import { lastUse, readInventory, type CacheItem, type InventoryOptions } from './inventory.ts';
import { dropStale } from './lock.ts';
import { otherUsers, type CacheUser } from './users.ts';

export interface PruneOptions extends InventoryOptions {
  /** Only tell what would go. */
  readonly dryRun?: boolean | undefined;
  /** Called with the number of items that one limit has removed so far. */
  readonly onGone?: ((count: number) => void) | undefined;
}

export interface Pruned {
  /** What went, the longest unused first. */
  readonly gone: readonly CacheItem[];
  /** What the limits asked for and stays: it was used within the last hour, or may be in use now. */
  readonly spared: readonly CacheItem[];
  /** What is left, of the kinds that were looked at. */
  readonly left: readonly CacheItem[];
  /** Other processes that use the cache. */
  readonly users: readonly CacheUser[];
}

/**
 * Removes by one limit after the other.
 * @throws HarnessError `CACHE_READ_ONLY`
 */
export async function pruneCache(root: string, limits: readonly PruneLimit[], nowMs: number, { dryRun = false, onGone, ...options }: PruneOptions = {}): Promise<Pruned> {
  const users = await otherUsers(root);
  let { items: left } = await readInventory(root, options);
  const gone: CacheItem[] = [];
  const spared = new Set<CacheItem>();
  const moment = { nowMs, othersSinceMs: users.length === 0 ? undefined : Math.min(...users.map(({ sinceMs }) => sinceMs)) };
  for (const limit of limits) {
    const choice = choosePruned(left, limit, moment);
    for (const item of choice.spared) spared.add(item);
    const outcomes = await inBatches(choice.gone, async (item) => ((await isInUse(root, item)) ? 'spared' : dryRun || (await remove(root, item)) ? 'gone' : 'absent'), (done) => {
      options.signal?.throwIfAborted();
      onGone?.(done);
    });
    choice.gone.forEach((item, index) => {
      if (outcomes[index] === 'spared') spared.add(item);
      if (outcomes[index] === 'gone') gone.push(item);
    });
    const away = new Set(choice.gone.filter((_, index) => outcomes[index] !== 'spared'));
    left = left.filter((item) => !away.has(item));
  }
  return { gone, spared: [...spared].filter((item) => left.includes(item)), left, users };
}

/** Whether somebody makes it just now, or has used it since it was chosen. */
async function isInUse(root: string, item: CacheItem): Promise<boolean> {
  if (!(await dropStale(join(root, 'locks', item.lock)))) return true;
  const usedAtMs = await lastUse(item);
  return usedAtMs !== undefined && usedAtMs !== item.usedAtMs;
}

/** False where it is gone already. */
async function remove(root: string, { path }: CacheItem): Promise<boolean> {
  // Renamed first, so that nobody ever sees half of it, and into a folder that is there, for a full disk has no room for another.
  // Whoever opens the cache clears away what a killed process leaves there.
  const grave = join(root, 'tmp', `gone-${randomBytes(6).toString('hex')}`);
  try {
    await rename(path, grave);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    if (['EROFS', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) {
      throw new HarnessError('CACHE_READ_ONLY', `cannot remove ${path}`, { hint: 'the cache belongs to another user, or its file system is read-only', cause: error });
    }
    throw error;
  }
  await rm(grave, { recursive: true, force: true });
  return true;
}
