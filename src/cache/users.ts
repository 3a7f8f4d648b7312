// Which processes use the cache: each leaves a file `users/HOLDER` while it runs, whose time is when it began.
// Whatever was used since then may be in use still: a kernel is looked up once and booted for hours.
import { rmSync } from 'node:fs';
import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holderToText, isAlive, parseHolder, self } from './process-id.ts';

export interface CacheUser {
  readonly pid: number;
  readonly sinceMs: number;
}

/** A process that cannot be asked (another machine) is believed dead after this time. */
const silentMs = 24 * 3_600_000;

/** Files of this process, in every cache that it has opened. */
const mine = new Set<string>();

/** Says that this process uses the cache, until it ends. A cache that cannot be written is not pruned either. */
export async function announceUse(root: string): Promise<void> {
  const path = join(root, 'users', holderToText(await self()));
  if (mine.has(path)) return;
  if (mine.size === 0) process.once('exit', () => mine.forEach((file) => withdraw(file)));
  mine.add(path);
  try {
    await mkdir(join(root, 'users'), { recursive: true });
    await writeFile(path, '', { flag: 'wx' });
  } catch {
    mine.delete(path);
  }
}

function withdraw(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The next process to open the cache sees that its owner is gone.
  }
}

/** The processes beside this one that use the cache. Forgets those that are gone. */
export async function otherUsers(root: string): Promise<readonly CacheUser[]> {
  const own = holderToText(await self());
  const users: CacheUser[] = [];
  for (const name of await readdir(join(root, 'users')).catch(() => [])) {
    if (name === own) continue;
    const path = join(root, 'users', name);
    const sinceMs = (await lstat(path).catch(() => undefined))?.mtimeMs;
    if (sinceMs === undefined) continue;
    const holder = parseHolder(name);
    const alive = holder === undefined ? false : ((await isAlive(holder)) ?? Date.now() - sinceMs < silentMs);
    if (holder !== undefined && alive) users.push({ pid: holder.pid, sinceMs });
    else await rm(path, { force: true }).catch(() => undefined);
  }
  return users;
}
