// What the cache holds: every item with what it takes on disk and when it was used last.
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inBatches } from './in-batches.ts';

/** One thing that can be removed alone. */
export interface CacheItem {
  /** A key of `kindsOfCache`, or the kind of an entry that another version of kit-test made. */
  readonly kind: string;
  /** The key of an entry, the digest of a download. */
  readonly name: string;
  readonly path: string;
  /** What it takes on disk: a sparse file counts as its blocks. */
  readonly bytes: number;
  readonly usedAtMs: number;
  /** Name of the lock that is held by whoever makes it. */
  readonly lock: string;
}

export interface Inventory {
  /** The longest unused first. */
  readonly items: readonly CacheItem[];
  /** What running processes are making, on disk. */
  readonly unfinishedBytes: number;
}

export interface InventoryOptions {
  /** Only these. */
  readonly kinds?: readonly string[] | undefined;
  /** Called with the number of items so far. */
  readonly onItem?: ((count: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Place = Omit<CacheItem, 'bytes' | 'usedAtMs'>;

/** Reads the cache in `root`; one that is not there is empty. What goes away meanwhile is left out. */
export async function readInventory(root: string, { kinds, onItem, signal }: InventoryOptions = {}): Promise<Inventory> {
  const all = await inBatches(await places(root, (kind) => kinds?.includes(kind) ?? true), measured, (done) => {
    signal?.throwIfAborted();
    onItem?.(done);
  });
  const items = all.filter((item) => item !== undefined).sort((a, b) => a.usedAtMs - b.usedAtMs || (a.path < b.path ? -1 : 1));
  return { items, unfinishedBytes: await unfinished(root) };
}

async function measured(place: Place): Promise<CacheItem | undefined> {
  const usedAtMs = await lastUse(place);
  return usedAtMs === undefined ? undefined : { ...place, bytes: await diskBytes(place.path), usedAtMs };
}

/** When an item was used last; undefined where it is gone. Whoever uses an item touches it. */
export async function lastUse({ kind, path }: Pick<CacheItem, 'kind' | 'path'>): Promise<number | undefined> {
  // apt changes what is in the folder, which says nothing of the folder's own time.
  const stamp = kind === 'package-index' ? await stat(join(path, 'updated')).catch(() => undefined) : undefined;
  return (stamp ?? (await lstat(path).catch(() => undefined)))?.mtimeMs;
}

async function places(root: string, wanted: (kind: string) => boolean): Promise<readonly Place[]> {
  const found: Place[] = [];
  for (const kind of (await names(root, 'entries')).filter(wanted)) {
    for (const name of await names(root, 'entries', kind)) found.push({ kind, name, path: join(root, 'entries', kind, name), lock: `${kind}-${name}` });
  }
  for (const part of wanted('download') ? await names(root, 'blobs', 'sha256') : []) {
    for (const name of await names(root, 'blobs', 'sha256', part)) found.push({ kind: 'download', name, path: join(root, 'blobs', 'sha256', part, name), lock: `blob-${name}` });
  }
  for (const [kind, folder, lock] of [['partial', 'parts', 'blob'], ['package-index', 'apt', 'apt'], ['config', 'config', 'config'], ['exec', 'exec', 'exec']] as const) {
    for (const name of wanted(kind) ? await names(root, folder) : []) found.push({ kind, name, path: join(root, folder, name), lock: `${lock}-${name}` });
  }
  return found;
}

async function unfinished(root: string): Promise<number> {
  let bytes = 0;
  for (const name of await names(root, 'tmp')) bytes += await diskBytes(join(root, 'tmp', name));
  return bytes;
}

async function diskBytes(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  const entries = found.isDirectory() ? await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []) : [];
  const sizes = await Promise.all(entries.map(blocks));
  return sizes.reduce((sum, bytes) => sum + bytes, blocksOf(found));
}

const blocks = async (entry: Dirent): Promise<number> => blocksOf(await lstat(join(entry.parentPath, entry.name)).catch(() => undefined));

/** stat(2): blocks are of 512 bytes, whatever the file system's own are. */
const blocksOf = (found: Stats | undefined): number => (found?.blocks ?? 0) * 512;

async function names(...path: readonly string[]): Promise<string[]> {
  return (await readdir(join(...path)).catch(() => [])).sort();
}
