// kit-test.lock: what names meant when they were resolved, so that the next run is the same and needs no index:
// package files for apt, digests for references of images. JSON with sorted keys, written whole.
import * as z from 'zod';
import { UsageError } from '../model/errors.ts';

const PackageSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/),
  version: z.string().regex(/^[A-Za-z0-9.+:~-]+$/),
  arch: z.string().regex(/^[a-z0-9-]+$/),
  path: z.string().refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'expected a path below the mirror'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().min(0),
});

/** One version of one package, as apt's client knows it. */
export type LockedPackage = Readonly<z.infer<typeof PackageSchema>>;

const LockSchema = z.strictObject({
  version: z.literal(1),
  apt: z.record(z.string(), z.array(PackageSchema).min(1)),
  /** Expanded reference to the digest of what it names: an index or a manifest. */
  images: z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')).optional(),
});

/** The lock file's content. */
export type Lock = z.infer<typeof LockSchema>;

/** Text of a lock: equal locks are equal bytes. A lock without images has no such section. */
export function formatLock(lock: Lock): string {
  const apt = sorted(lock.apt, (packages) => packages.map(({ name, version, arch, path, sha256, size }) => ({ name, version, arch, path, sha256, size })));
  const images = sorted(lock.images ?? {}, (digest) => digest);
  return `${JSON.stringify({ version: 1, apt, ...(Object.keys(images).length === 0 ? {} : { images }) }, undefined, 2)}\n`;
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

function sorted<T, U>(section: Readonly<Record<string, T>>, plain: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(section).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, plain(value)]));
}
