// The cache: files by digest (`blobs/sha256/ab/…`) and results by key (`entries/KIND/KEY`), shared by any number of processes.
// Everything is made in `tmp/` and renamed into place: what can be seen is complete, whoever was killed when.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { InternalError } from '../model/errors.ts';
import { errorCode, exists } from '../sys/fs.ts';
import { cacheError } from './errors.ts';
import { dropStale, withLock } from './lock.ts';
import { holderToText, isAlive, parseHolder, self } from './process-id.ts';
import { createSingleFlight } from './single-flight.ts';
import { announceUse, otherUsers } from './users.ts';

/** A folder that keeps what was expensive to get. */
export interface Cache {
  readonly root: string;
  /** What it has not got may not be fetched. */
  readonly offline: boolean;
  /** Path of a content-addressed blob (`sha256:…`), present or not. */
  blobPath(digest: string): string;
  has(digest: string): Promise<boolean>;
  /** Path of an entry, present or not. */
  entryPath(kind: string, key: string): string;
  /**
   * Builds `key` once: `build(temporary)` makes a file or folder there, which is then moved into place.
   * Callers in this and other processes share one build, whose signal is aborted once all of them gave up. Returns the final path.
   */
  entry(kind: string, key: string, build: (temporary: string, signal: AbortSignal) => Promise<void>, signal?: AbortSignal): Promise<string>;
  /** Forgets an entry, for one that turns out to be damaged. */
  drop(kind: string, key: string): Promise<void>;
  /** Moves a finished temporary file into place as blob. The caller has verified the digest. */
  adopt(digest: string, file: string): Promise<string>;
  /** A path in `tmp/` for this process; nothing is there yet. Left-overs go when the next process opens the cache. */
  temporary(): Promise<string>;
  /** Runs `work` while no other process is in a section of the same name. */
  exclusive<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface CacheOptions {
  readonly offline?: boolean;
  /** Called when another process makes what we need, with its pid where that is known. */
  readonly onWait?: (what: string, pid: number | undefined) => void;
}

/** Opens (and makes) a cache and removes what killed processes left in it. A read-only cache opens too: what it has can be used. */
export async function openCache(root: string, options: CacheOptions = {}): Promise<Cache> {
  try {
    for (const folder of ['blobs', 'entries', 'tmp', 'locks', 'parts']) await mkdir(join(root, folder), { recursive: true });
    await sweep(root);
  } catch (error) {
    if (!(await exists(root))) throw cacheError(root, error);
  }
  await announceUse(root);
  const flight = createSingleFlight();
  const entryPath = (kind: string, key: string): string => join(root, 'entries', word(kind), word(key));
  const blobPath = (digest: string): string => {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (hex === undefined) throw new InternalError(`not a digest: ${digest}`);
    return join(root, 'blobs', 'sha256', hex.slice(0, 2), hex);
  };

  const temporary = async (): Promise<string> => {
    const folder = join(root, 'tmp', holderToText(await self()));
    await mkdir(folder, { recursive: true });
    return join(folder, randomBytes(6).toString('hex'));
  };
  const exclusive = async <T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const state = { entered: false };
    const section = (): Promise<T> => {
      state.entered = true;
      return work();
    };
    const onWait = (pid: number | undefined): void => options.onWait?.(name, pid);
    try {
      return await withLock(join(root, 'locks', word(name)), section, { signal, onWait });
    } catch (error) {
      signal?.throwIfAborted();
      throw state.entered ? error : cacheError(root, error);
    }
  };

  const make = async (kind: string, key: string, build: (temporary: string, signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<string> => {
    const path = entryPath(kind, key);
    return exclusive(`${kind}-${key}`, async () => {
      if (await exists(path)) return path;
      const draft = await temporary();
      try {
        await build(draft, signal);
        signal.throwIfAborted();
        await place(draft, path);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
      return path;
    }, signal);
  };

  return {
    root,
    offline: options.offline ?? false,
    blobPath,
    has: (digest) => exists(blobPath(digest)),
    entryPath,
    temporary,
    exclusive,
    entry: async (kind, key, build, signal) => {
      const path = entryPath(kind, key);
      if (await exists(path)) {
        await touch(path);
        return path;
      }
      try {
        return await flight(path, (shared) => make(kind, key, build, shared), signal);
      } catch (error) {
        throw cacheError(root, error);
      }
    },
    drop: async (kind, key) => {
      // Renamed away first, so that nobody ever sees half of it.
      const grave = await temporary();
      await rename(entryPath(kind, key), grave).catch(() => undefined);
      await rm(grave, { recursive: true, force: true });
    },
    adopt: async (digest, file) => {
      await place(file, blobPath(digest));
      return blobPath(digest);
    },
  };
}

/** Notes that an entry was used, for pruning. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

async function place(draft: string, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  try {
    await rename(draft, path);
  } catch (error) {
    // Somebody else's equal result is as good as ours.
    const code = errorCode(error);
    if ((code === 'ENOTEMPTY' || code === 'EEXIST') && (await exists(path))) return;
    throw error;
  }
}

/** Keys become file names: no separators, no leading dot, at most 200 bytes. */
function word(text: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.+:@~=-]{0,199}$/.test(text)) throw new InternalError(`not fit for a cache key: ${text}`);
  return text;
}

async function sweep(root: string): Promise<void> {
  await otherUsers(root);
  for (const name of await readdir(join(root, 'tmp'))) {
    const holder = parseHolder(name);
    const path = join(root, 'tmp', name);
    const alive = holder === undefined ? false : await isAlive(holder);
    if (alive === false || (alive === undefined && (await olderThan(path, 24 * 3_600_000)))) await rm(path, { recursive: true, force: true });
  }
  for (const name of await readdir(join(root, 'locks'))) {
    if (!name.endsWith('.takeover')) await dropStale(join(root, 'locks', name));
  }
  for (const name of await readdir(join(root, 'parts'))) {
    const path = join(root, 'parts', name);
    if (await olderThan(path, 7 * 24 * 3_600_000)) await rm(path, { force: true });
  }
}

async function olderThan(path: string, ms: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ms;
}
