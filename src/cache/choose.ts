// Which items a limit takes away: what was not used for long, then the longest unused until the rest fits. Pure.
import type { CacheItem } from './inventory.ts';

export interface PruneLimit {
  /** Takes only items of these kinds, and counts only them. */
  readonly kinds?: readonly string[] | undefined;
  /** Takes what was not used for this long. */
  readonly unusedMs?: number | undefined;
  /** Then takes the longest unused until no more than this is left. */
  readonly maxBytes?: number | undefined;
  /** Takes everything, also what was used within the last hour. */
  readonly all?: boolean | undefined;
}

export interface PruneMoment {
  readonly nowMs: number;
  /** When the first of the other running processes began to use the cache: what was used since may be theirs. */
  readonly othersSinceMs?: number | undefined;
}

export interface Choice {
  /** The longest unused first. */
  readonly gone: readonly CacheItem[];
  /** What the limit would have taken, had it not been used so lately. */
  readonly spared: readonly CacheItem[];
}

/** What was used within this time stays: whoever looked it up may not have opened it yet. */
const restMs = 3_600_000;

/** Chooses among the items of a cache, in whatever order they are. */
export function choosePruned(items: readonly CacheItem[], { kinds, unusedMs, maxBytes, all = false }: PruneLimit, { nowMs, othersSinceMs = Infinity }: PruneMoment): Choice {
  const gone: CacheItem[] = [];
  const spared: CacheItem[] = [];
  const concerned = items.filter(({ kind }) => kinds?.includes(kind) ?? true).sort((a, b) => a.usedAtMs - b.usedAtMs || (a.path < b.path ? -1 : 1));
  const staysSinceMs = Math.min(othersSinceMs, all ? Infinity : nowMs - restMs);
  let left = concerned.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const item of concerned) {
    const old = unusedMs !== undefined && nowMs - item.usedAtMs > unusedMs;
    const tooMuch = maxBytes !== undefined && left > maxBytes;
    if (!all && !old && !tooMuch) continue;
    if (item.usedAtMs >= staysSinceMs) {
      spared.push(item);
      continue;
    }
    gone.push(item);
    left -= item.bytes;
  }
  return { gone, spared };
}
