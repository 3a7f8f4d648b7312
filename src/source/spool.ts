// Keeps tar archives uncompressed in the cache, with an index of their entries: trees are read from there by offset and
// never unpacked on this machine, so owners, modes and devices survive without root.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress } from '../archive/compress.ts';
import type { Entry } from '../archive/entry.ts';
import { createTarReader, tarLimits, tooBig } from '../archive/tar-read.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import { writeBulk } from '../sys/bulk.ts';
import { decodeIndex, encodeIndex } from './spool-index.ts';

const KIND = 'tar';
const FORMAT = 3;
/** Archives are padded to whole records: a few KiB. */
const MAX_TAIL = 64 * 1024 ** 2;

/** An archive in the cache. */
export interface SpooledTar {
  /** The uncompressed archive. */
  readonly path: string;
  readonly entries: readonly Entry[];
}

/**
 * The entries of an archive; `read` gives its bytes, compressed or not, and is called only when they are not kept yet.
 * `digest` is the identity of those bytes. Who asks for the same archive meanwhile shares the work, and the signal that `read` gets.
 */
export async function spoolTar(cache: Cache, digest: string, read: (signal: AbortSignal) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>, signal: AbortSignal): Promise<SpooledTar> {
  const key = `${FORMAT}-${createHash('sha256').update(digest).digest('hex')}`;
  const make = async (): Promise<SpooledTar> => {
    const place = await cache.entry(KIND, key, async (temporary, shared) => {
      await mkdir(temporary, { recursive: true });
      const entries = await spool(await read(shared), join(temporary, 'data.tar'), shared);
      await writeFile(join(temporary, 'index.json'), encodeIndex(entries));
    }, signal);
    return readIndex(place);
  };
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    await cache.drop(KIND, key);
    return make();
  }
}

/** Writes the archive and reads its entries on the way, until its end marker; the rest of the source is still verified. */
async function spool(source: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<Entry[]> {
  await using file = await open(path, 'wx');
  const reader = createTarReader('data.tar');
  const bytes = source[Symbol.asyncIterator]();
  let size = 0;
  let tail = 0;
  try {
    for await (const chunk of decompress(unclosed(bytes))) {
      signal.throwIfAborted();
      if (reader.ended) {
        tail += chunk.byteLength;
        if (tail > MAX_TAIL) throw new HarnessError('ARCHIVE_TOO_BIG', `the archive goes on for more than ${MAX_TAIL / 1024 ** 2} MiB after its end`, { hint: 'such an archive is broken or hostile: make it again' });
        continue;
      }
      reader.push(chunk);
      writeSparse(file, chunk, size);
      size += chunk.byteLength;
      if (size > tarLimits.maxBytes + MAX_TAIL) throw tooBig(tarLimits.maxBytes);
    }
    // A decoder may stop before its source does, and sources tell at their end whether they are what they should be.
    await drain(bytes, Infinity, signal);
  } catch (error) {
    // Bytes that were damaged on their way are the better explanation.
    if (error instanceof HarnessError && error.code === 'ARCHIVE_CORRUPT') await drain(bytes, MAX_TAIL, signal);
    throw error;
  } finally {
    await bytes.return?.();
  }
  const entries = reader.finish();
  // Equal archives give equal files, in whatever pieces they came.
  await file.truncate(reader.bytes);
  return entries;
}

async function drain(bytes: AsyncIterator<Uint8Array>, limit: number, signal: AbortSignal): Promise<void> {
  let size = 0;
  for (let next = await bytes.next(); next.done !== true && size < limit; next = await bytes.next()) {
    signal.throwIfAborted();
    size += next.value.byteLength;
  }
}

/** Leaves the source open for its owner, whatever its reader does. */
function unclosed(bytes: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => bytes.next() }) };
}

/** Zeros take no place on the disk. */
function writeSparse(file: FileHandle, chunk: Uint8Array, position: number): void {
  if (chunk.byteLength < 4096 || !isZero(chunk)) writeBulk(file, chunk, position);
}

const zeros = Buffer.alloc(256 * 1024);
const isZero = (chunk: Uint8Array): boolean => chunk.byteLength <= zeros.byteLength && chunk[0] === 0 && zeros.compare(chunk, 0, chunk.byteLength, 0, chunk.byteLength) === 0;

async function readIndex(place: string): Promise<SpooledTar> {
  const path = join(place, 'data.tar');
  return { path, entries: decodeIndex(await readFile(join(place, 'index.json'), 'utf8'), path) };
}
