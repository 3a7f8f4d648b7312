// Tar archives of images, read without unpacking: headers are visited by seeking, contents read by offset.
// One that is compressed is uncompressed into the cache first, for there is no seeking in it.
import { constants, createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { detectCompression } from '../archive/compress.ts';
import type { Entry, Inode, Slice, Stamp } from '../archive/entry.ts';
import { lookup } from '../archive/rootfs.ts';
import { createTarReader, tarLimits } from '../archive/tar-read.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import type { ImageFiles } from '../oci/files.ts';
import { foldLayers } from '../oci/layers.ts';
import { openSlices, stampOf, unreadableSource } from './slices.ts';
import { spoolTar } from './spool.ts';

/** Archives hold a few files for each layer. */
const MAX_MEMBERS = 50_000;
const PIECE = 16 * 1024;

/**
 * The files of an archive of the user's.
 * @throws HarnessError `IMAGE_SOURCE_MISSING`, `IMAGE_SOURCE_UNREADABLE`, `ARCHIVE_CORRUPT` and others of `readTar`
 */
export async function openArchive(path: string, cache: Cache, signal: AbortSignal): Promise<ImageFiles> {
  // A pipe would wait for who writes to it, which nothing could interrupt.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadableSource(path, error);
  });
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new HarnessError('IMAGE_SOURCE_UNREADABLE', `${path} is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}`, { hint: stats.isDirectory() ? 'oci: takes a layout that is a folder' : 'an archive is read at several places: write it to a file first' });
    const stamp = stampOf(stats);
    const head = Buffer.alloc(6);
    await file.read(head, 0, head.length, 0);
    const where = `the archive ${path}`;
    if (detectCompression(head) === 'none') return archiveFiles(where, stamped(await readIndex(file, path, stamp.size, signal), stamp));
    const { entries } = await spoolTar(cache, JSON.stringify(['archive', path, stamp]), () => createReadStream(path, { highWaterMark: 256 * 1024 }), signal);
    return archiveFiles(where, entries);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HarnessError && error.code === 'ARCHIVE_CORRUPT') throw new HarnessError(error.code, `${path}: ${error.message}`, { hint: 'it is cut or no tar archive: make it again', cause: error });
    throw error;
  } finally {
    await file.close();
  }
}

/** The files among the entries of an archive, `where` being what messages call it. */
export function archiveFiles(where: string, entries: readonly Entry[]): ImageFiles {
  const tree = foldLayers([entries]);
  // Old versions of docker write a layer that comes twice as a link.
  const find = (path: string): (Inode & { type: 'file' }) | undefined => {
    const inode = lookup(tree, path, { follow: true })?.inode;
    return inode?.type === 'file' ? inode : undefined;
  };
  return {
    where,
    size: (path) => {
      const content = find(path)?.content;
      return Promise.resolve(content?.kind === 'slice' ? content.size : undefined);
    },
    async *read(path, signal = new AbortController().signal) {
      const content = find(path)?.content;
      if (content?.kind !== 'slice') throw new HarnessError('IMAGE_ARCHIVE_INVALID', `${path} is missing in ${where}`, { hint: 'the archive is damaged: make it again' });
      await using slices = openSlices(signal);
      yield* slices.read(content);
    },
  };
}

async function readIndex(file: FileHandle, path: string, size: number, signal: AbortSignal): Promise<Entry[]> {
  const reader = createTarReader(path, { ...tarLimits, maxEntries: MAX_MEMBERS, maxBytes: size });
  const buffer = Buffer.alloc(PIECE);
  for (let at = 0; at < size && !reader.ended;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, PIECE, at);
    if (bytesRead === 0) break;
    reader.push(buffer.subarray(0, bytesRead));
    at += bytesRead;
    const over = Math.min(reader.skippable, size - at);
    reader.skip(over);
    at += over;
  }
  return reader.finish();
}

/** The archive must stay as it was when its headers were read. */
function stamped(entries: readonly Entry[], stamp: Stamp): Entry[] {
  const slice = (content: Slice): Slice => ({ ...content, stamp });
  return entries.map((entry) => (entry.type === 'file' && entry.content.kind === 'slice' ? { ...entry, content: slice(entry.content) } : entry));
}
