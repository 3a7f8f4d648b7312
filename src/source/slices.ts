// Reads the bytes of slices from files of this machine and notices files that change while an image is made.
import { open, type FileHandle } from 'node:fs/promises';
import { readSync, type BigIntStats } from 'node:fs';
import type { Slice, Stamp } from '../archive/entry.ts';
import type { ReadSlice } from '../archive/tar.ts';
import { HarnessError } from '../model/errors.ts';
import { errorCode } from '../sys/fs.ts';

export interface SliceReader extends AsyncDisposable {
  readonly read: ReadSlice;
}

const PIECE = 512 * 1024;
/** Up to this size an archive of ours, just written or in the machine's memory, is read at once: asking for it and waiting takes ten times as long. */
const AT_ONCE = 64 * 1024;
const KEPT_OPEN = 32;

/** Archives stay open between their slices; a file with a stamp is opened for itself. */
export function openSlices(signal: AbortSignal): SliceReader {
  const kept = new Map<string, FileHandle>();

  async function archive(path: string): Promise<FileHandle> {
    const known = kept.get(path);
    if (known !== undefined) return known;
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= KEPT_OPEN) {
      await kept.get(oldest)?.close();
      kept.delete(oldest);
    }
    const file = await open(path);
    kept.set(path, file);
    return file;
  }

  async function* read(slice: Slice): AsyncGenerator<Uint8Array> {
    signal.throwIfAborted();
    if (slice.stamp !== undefined) yield* readStamped(slice, slice.stamp, signal);
    else if (slice.size <= AT_ONCE) yield* readAtOnce(kept.get(slice.path) ?? (await archive(slice.path)), slice);
    else yield* pieces(await archive(slice.path), slice, signal);
  }

  return {
    read,
    async [Symbol.asyncDispose]() {
      for (const file of kept.values()) await file.close();
    },
  };
}

/** What identifies a file's content without reading it. */
export function stampOf(stats: BigIntStats): Stamp {
  return { size: Number(stats.size), mtimeNs: stats.mtimeNs.toString(), ctimeNs: stats.ctimeNs.toString(), ino: stats.ino.toString() };
}

/** A failure names the file and is never taken for one of the cache. */
async function openSource(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw unreadableSource(path, error);
  }
}

/** What it means that a file of the user's cannot be read. */
export function unreadableSource(path: string, cause: unknown): HarnessError {
  const code = errorCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new HarnessError('IMAGE_SOURCE_MISSING', `${path} does not exist`, { hint: 'a relative path counts from the folder of the YAML file that names it', cause });
  if (code === 'EACCES' || code === 'EPERM') return new HarnessError('IMAGE_SOURCE_UNREADABLE', `${path} may not be read`, { hint: 'make it readable for you, or leave it out of the folder', cause });
  return new HarnessError('IMAGE_SOURCE_UNREADABLE', `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

async function* readStamped(slice: Slice, stamp: Stamp, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await using file = await openSource(slice.path);
  await verify(file, slice.path, stamp);
  yield* pieces(file, slice, signal);
  await verify(file, slice.path, stamp);
}

function* readAtOnce({ fd }: FileHandle, { offset, size }: Slice): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(size);
  let done = 0;
  for (let got = -1; done < size && got !== 0; done += got) got = readSync(fd, buffer, done, size - done, offset + done);
  if (done > 0) yield buffer.subarray(0, done);
}

async function* pieces(file: FileHandle, slice: Slice, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < slice.size;) {
    signal.throwIfAborted();
    const buffer = Buffer.allocUnsafe(Math.min(PIECE, slice.size - done));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, slice.offset + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function verify(file: FileHandle, path: string, stamp: Stamp): Promise<void> {
  const now = stampOf(await file.stat({ bigint: true }));
  if (now.size === stamp.size && now.mtimeNs === stamp.mtimeNs && now.ctimeNs === stamp.ctimeNs && now.ino === stamp.ino) return;
  throw new HarnessError('IMAGE_SOURCE_CHANGED', `${path} changed while the image was made`, { hint: 'run again once nothing writes to it any more' });
}
