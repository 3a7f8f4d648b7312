// The lock file on disk. It is read anew for each question and changed entry by entry, since other processes write it too:
// what they wrote meanwhile stays.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorCode, writeFileAtomic } from '../sys/fs.ts';
import { formatLock, parseLock, type Lock, type LockedPackage } from './lock.ts';

/** One section of the lock file. */
export interface LockSection<T> {
  get(key: string): Promise<T | undefined>;
  /** Records an entry. False where the folder cannot be written. */
  set(key: string, value: T): Promise<boolean>;
}

export interface LockFile {
  readonly path: string;
  readonly apt: LockSection<readonly LockedPackage[]>;
  readonly images: LockSection<string>;
}

/** Keeps other processes out while the file is changed: a section of the cache. */
export interface Exclusive {
  readonly exclusive: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}

/** The lock file at `path`, present or not. @throws UsageError `LOCK_INVALID` when it is read */
export function openLockFile(path: string, { exclusive }: Exclusive): LockFile {
  const read = async (): Promise<Lock> => {
    try {
      return parseLock(await readFile(path, 'utf8'), path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { version: 1, apt: {} };
      throw error;
    }
  };
  const name = `lockfile-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  const change = (alter: (lock: Lock) => Lock): Promise<boolean> =>
    exclusive(name, async () => {
      const lock = await read();
      const after = formatLock(alter(lock));
      return formatLock(lock) === after || write(path, after);
    });
  return {
    path,
    apt: {
      get: async (key) => own((await read()).apt, key),
      set: (key, packages) => change((lock) => ({ ...lock, apt: { ...lock.apt, [key]: [...packages] } })),
    },
    images: {
      get: async (key) => own((await read()).images ?? {}, key),
      set: (key, digest) => change((lock) => ({ ...lock, images: { ...lock.images, [key]: digest } })),
    },
  };
}

async function write(path: string, text: string): Promise<boolean> {
  try {
    await writeFileAtomic(path, text);
    return true;
  } catch (error) {
    if (['EROFS', 'EACCES', 'EPERM', 'ENOENT'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

function own<T>(section: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(section, key) ? section[key] : undefined;
}
