// Keeps the cache to the limits of the project, once a run has ended.
import type { Harness } from '../model/harness.ts';
import { count, formatSize } from '../model/format.ts';
import type { PruneLimit } from '../cache/choose.ts';
import { pruneCache, type Pruned } from '../cache/prune.ts';

type Limits = Pick<Harness, 'cacheLimit' | 'templateLimit'>;

const template = 'template';

/** Snapshots are as big as a guest's memory, and every kernel, memory size and command line has its own: they have a limit of their own. */
export function limitsOf({ cacheLimit, templateLimit }: Limits): readonly PruneLimit[] {
  return [{ kinds: [template], maxBytes: templateLimit }, ...(cacheLimit === undefined ? [] : [{ maxBytes: cacheLimit }])];
}

/** One line of what went; undefined where nothing did. */
export function tellPruned({ gone }: Pick<Pruned, 'gone'>, { cacheLimit, templateLimit }: Limits): string | undefined {
  if (gone.length === 0) return undefined;
  const limits = [...(cacheLimit === undefined ? [] : [`cacheLimit ${formatSize(cacheLimit)}`]), ...(gone.some(({ kind }) => kind === template) ? [`templateLimit ${formatSize(templateLimit)}`] : [])];
  return `removed ${count(gone.length, 'item')} from the cache, ${formatSize(gone.reduce((sum, { bytes }) => sum + bytes, 0))}, the longest unused (${limits.join(', ')})`;
}

/** Removes what is over the limits. A cache that cannot be pruned is a problem to be told, and no failure of the run. */
export async function pruneAfterRun(root: string, limits: Limits, nowMs: number): Promise<{ readonly note?: string | undefined; readonly problem?: string }> {
  try {
    // Without a limit for everything only snapshots need to be looked at.
    const pruned = await pruneCache(root, limitsOf(limits), nowMs, { kinds: limits.cacheLimit === undefined ? [template] : undefined });
    return { note: tellPruned(pruned, limits) };
  } catch (error) {
    return { problem: `the cache could not be pruned: ${error instanceof Error ? error.message : String(error)}` };
  }
}
