// Joins cpio segments to the one file QEMU loads. The kernel unpacks archives that follow each other, with zeros
// between them, in order (Documentation/driver-api/early-userspace/buffer-format.rst).
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Segment } from '../model/image.ts';
import { InternalError } from '../model/errors.ts';

/** What is needed of a cache. */
export interface InitrdStore {
  entry(kind: string, key: string, build: (temporary: string) => Promise<void>, signal?: AbortSignal): Promise<string>;
}

const alignment = 512;
/** Copying through memory in pieces of this size takes 0.08 s for 150 MB; the kernel's own copying takes six times as long on ext4. */
const PIECE = 4 * 1024 * 1024;

/** Path of the joined initrd; a single segment is used where it lies. */
export async function composeInitrd(cache: InitrdStore, segments: readonly Segment[], signal?: AbortSignal): Promise<string> {
  const [first, ...others] = segments;
  if (first === undefined) throw new InternalError('an initrd needs at least one segment');
  if (others.length === 0) return first.path;
  const key = createHash('sha256').update(segments.map((segment) => segment.digest).join('\n')).digest('hex');
  return cache.entry('initrd', key, (temporary) => join(segments, temporary, signal), signal);
}

async function join(segments: readonly Segment[], path: string, signal: AbortSignal | undefined): Promise<void> {
  await using to = await open(path, 'wx');
  const buffer = Buffer.allocUnsafe(PIECE);
  let filled = 0;
  for (const segment of segments) {
    await using from = await open(segment.path);
    for (;;) {
      signal?.throwIfAborted();
      if (filled === PIECE) {
        await writeAll(to, buffer);
        filled = 0;
      }
      const { bytesRead } = await from.read(buffer, filled, PIECE - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    // A piece is a multiple of the alignment: there is room.
    const padding = (alignment - (filled % alignment)) % alignment;
    buffer.fill(0, filled, filled + padding);
    filled += padding;
  }
  await writeAll(to, buffer.subarray(0, filled));
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
}
