// Writes a file made of several files of the cache, also over what an earlier build left there: the parts that both begin with
// stay as they are, so that one edited file of a large system costs the writing of its own segment.
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, readFile, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { copyBulk } from '../sys/bulk.ts';
import type { FormatContext } from './context.ts';

type Store = Pick<FormatContext['cache'], 'entry' | 'entryPath' | 'exclusive'>;

/** A part by its path, which names its content: what the cache keeps under a key is always the same. */
interface Part {
  readonly path: string;
  readonly bytes: number;
}

const KIND = 'joined';

/** Writes the parts one after another. */
export async function joinFiles(parts: readonly string[], path: string, signal: AbortSignal): Promise<void> {
  await using to = await open(path, 'w');
  await append(parts, to, 0, signal);
}

/** The same, with what an earlier call wrote there. The file must not be that of a running build. */
export async function rejoinFiles(paths: readonly string[], path: string, store: Store, signal: AbortSignal): Promise<void> {
  const parts = await Promise.all(paths.map(async (part): Promise<Part> => ({ path: part, bytes: (await stat(part)).size })));
  // Two builds of one file at once would each remember what the other one wrote.
  await store.exclusive(`${KIND}-${createHash('sha256').update(path).digest('hex')}`, async () => {
    const before = await writtenBefore(path, store);
    const different = parts.findIndex(({ path: own, bytes }, index) => !before.slice(index, index + 1).some((part) => part.path === own && part.bytes === bytes));
    const kept = different === -1 ? parts.length : different;
    if (kept === parts.length && kept === before.length) return;
    await using to = await open(path, kept === 0 ? 'w' : 'r+');
    const end = sizeOf(parts.slice(0, kept));
    await to.truncate(end);
    await append(paths.slice(kept), to, end, signal);
    // A cache that cannot be written costs time at the next build and nothing else.
    await remember(to, parts, store, signal).catch(() => signal.throwIfAborted());
  }, signal);
}

async function append(parts: readonly string[], to: FileHandle, end: number, signal: AbortSignal): Promise<void> {
  let at = end;
  for (const part of parts) at = await copyBulk(part, to, at, signal);
}

/** What lies at `path` as it was written; nothing where that is unknown, or somebody else has written to it since. */
async function writtenBefore(path: string, store: Store): Promise<readonly Part[]> {
  try {
    const stats = await stat(path, { bigint: true });
    const parts = JSON.parse(await readFile(store.entryPath(KIND, stampOf(stats)), 'utf8')) as readonly Part[];
    return BigInt(sizeOf(parts)) === stats.size ? parts : [];
  } catch {
    // The file is not there, or not ours, or the cache has forgotten it.
    return [];
  }
}

async function remember(file: FileHandle, parts: readonly Part[], store: Store, signal: AbortSignal): Promise<void> {
  // A time in whole milliseconds, as no file system stamps by itself: a later change is seen even within the same tick of its clock.
  const now = new Date();
  await file.utimes(now, now);
  await store.entry(KIND, stampOf(await file.stat({ bigint: true })), (temporary) => writeFile(temporary, JSON.stringify(parts)), signal);
}

function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return createHash('sha256').update([dev, ino, size, mtimeNs, ctimeNs].join(' ')).digest('hex');
}

const sizeOf = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);
