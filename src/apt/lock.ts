// kit-test.lock: which package files a resolution meant, so that the next run is the same and needs no index.
// JSON with sorted keys, written whole; what another process wrote meanwhile stays.
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Cache } from '../cache/store.ts';
import { createHash } from 'node:crypto';
import { UsageError } from '../model/errors.ts';
import { errorCode, writeFileAtomic } from '../sys/fs.ts';
import type { AptPackage } from './package.ts';

const PackageSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/),
  version: z.string().regex(/^[A-Za-z0-9.+:~-]+$/),
  arch: z.string().regex(/^[a-z0-9-]+$/),
  path: z.string().refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'expected a path below the mirror'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().min(0),
});

const LockSchema = z.strictObject({
  version: z.literal(1),
  apt: z.record(z.string(), z.array(PackageSchema).min(1)),
});

/** The lock file's content; keys are made by `lockKey`. */
export type Lock = z.infer<typeof LockSchema>;

export interface LockFile {
  readonly path: string;
  get(key: string): Promise<readonly AptPackage[] | undefined>;
  /** Records a resolution. False where the folder cannot be written. */
  set(key: string, packages: readonly AptPackage[]): Promise<boolean>;
}

/** Key of a resolution: purpose, suite, architecture and the packages asked for. */
export function lockKey(purpose: string, suite: string, arch: string, packages: readonly string[]): string {
  return [purpose, suite, arch, [...new Set(packages)].sort().join(' ')].join('/');
}

/** Text of a lock: equal locks are equal bytes. */
export function formatLock(lock: Lock): string {
  const apt = Object.fromEntries(Object.keys(lock.apt).sort().map((key) => [
    key,
    (lock.apt[key] ?? []).map(({ name, version, arch, path, sha256, size }) => ({ name, version, arch, path, sha256, size })),
  ]));
  return `${JSON.stringify({ version: 1, apt }, undefined, 2)}\n`;
}

/** Reads a lock's text. @throws UsageError `LOCK_INVALID` */
export function parseLock(text: string, path: string): Lock {
  const invalid = (why: string): UsageError =>
    new UsageError('LOCK_INVALID', `${path} cannot be read: ${why}`, { hint: 'restore it from version control, or delete it: the next run writes it anew with the newest packages' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(/^(<{7}|>{7}) /m.test(text) ? 'it holds merge conflict markers' : error instanceof Error ? error.message : 'not JSON');
  }
  const parsed = LockSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected content'}`);
}

/** The lock file at `path`, present or not. It is read anew for each question, since other processes write it too. */
export function openLockFile(path: string, cache: Cache): LockFile {
  const read = async (): Promise<Lock> => {
    try {
      return parseLock(await readFile(path, 'utf8'), path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { version: 1, apt: {} };
      throw error;
    }
  };
  const section = `lockfile-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  return {
    path,
    get: async (key) => (await read()).apt[key],
    set: async (key, packages) =>
      cache.exclusive(section, async () => {
        const lock = await read();
        const before = formatLock(lock);
        const after = formatLock({ version: 1, apt: { ...lock.apt, [key]: packages.map((pkg) => ({ ...pkg })) } });
        if (before === after) return true;
        try {
          await writeFileAtomic(path, after);
          return true;
        } catch (error) {
          if (['EROFS', 'EACCES', 'EPERM', 'ENOENT'].includes(errorCode(error) ?? '')) return false;
          throw error;
        }
      }),
  };
}
