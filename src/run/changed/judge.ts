// What git's lists say of the files that cells are made of. Paths are compared without the links that lead to them, and a
// link counts as changed when it is another one, or what it leads to has changed.
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { GitChanges } from './git.ts';
import { amongChanged, holds, type Judge, type Touch } from './touched.ts';

/** Where a path leads; `there` where something is. */
interface Place {
  readonly paths: readonly string[];
  readonly there: boolean;
}

/** Judges these paths, and no others. */
export async function judgeByGit(paths: Iterable<string>, changes: GitChanges): Promise<Judge> {
  const touches = new Map<string, Touch | undefined>();
  for (const path of new Set(paths)) touches.set(path, judge(await placeOf(path), changes));
  return { touch: (path) => touches.get(path) };
}

function judge({ paths, there }: Place, { top, changed, ignored }: GitChanges): Touch | undefined {
  const found = paths.map((path) => amongChanged(changed).touch(path)).find((touch) => touch !== undefined);
  if (found !== undefined) return found;
  // What is not there was not there before either.
  if (!there) return undefined;
  const outside = paths.find((path) => !holds(top, path));
  if (outside !== undefined) return { path: outside, why: 'outside' };
  for (const path of paths) {
    const found = ignored.find((one) => holds(one, path) || holds(path, one));
    if (found !== undefined) return { path: holds(found, path) ? path : found, why: 'ignored' };
  }
  return undefined;
}

async function placeOf(path: string): Promise<Place> {
  const whole = await realpath(path).catch(() => undefined);
  const own = join(await realFolder(dirname(path)), basename(path));
  return { there: whole !== undefined, paths: [...new Set([own, ...(whole === undefined ? [] : [whole])])] };
}

/** Of a folder that may be gone: the nearest one above it that is there has no links in it. */
async function realFolder(folder: string): Promise<string> {
  const found = await realpath(folder).catch(() => undefined);
  return found ?? (folder === dirname(folder) ? folder : join(await realFolder(dirname(folder)), basename(folder)));
}
