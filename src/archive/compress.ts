// Recognises compression by its first bytes, whatever a media type or file name claims, and undoes it as a stream.
// gzip: RFC 1952, several members; zstd: RFC 8878, several and skippable frames, by Node where it can, else by the program
// zstd, else by a library that is six times as slow; xz by the machine's program.
import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { HarnessError } from '../model/errors.ts';
import { FilterError, startFilter, type Filter } from '../sys/filter.ts';

export type Compression = 'gzip' | 'zstd' | 'xz' | 'none';

/** What the first bytes (6 are enough) say. */
export function detectCompression(head: Uint8Array): Compression {
  const starts = (...magic: number[]): boolean => magic.every((byte, at) => head[at] === byte);
  if (starts(0x1f, 0x8b)) return 'gzip';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  // A zstd stream may begin with a skippable frame: 0x184D2A50 to 0x184D2A5F.
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  return 'none';
}

/** Runs `xz -dc` over the compressed stream. */
export type Unxz = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/**
 * The uncompressed bytes of a stream, or the same bytes where it is not compressed.
 * @throws HarnessError `ARCHIVE_CORRUPT` when the compressed data is cut or damaged.
 */
export async function* decompress(chunks: AsyncIterable<Uint8Array>, unxz?: Unxz): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 6) {
    const next = await source.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  const whole = resume(head, source);
  const compression = detectCompression(head);
  switch (compression) {
    case 'none': yield* whole; return;
    case 'gzip': yield* gunzip(whole); return;
    case 'zstd': yield* unzstd(whole); return;
    case 'xz': yield* unxz === undefined ? byProgram(whole, 'xz') : unxz(whole);
  }
}

async function* resume(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const CHUNK = { chunkSize: 256 * 1024 };

const gunzip = (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> => through(chunks, zlib.createGunzip(CHUNK), 'gzip');

async function* through(chunks: AsyncIterable<Uint8Array>, decoder: Transform, kind: Compression): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false, highWaterMark: 256 * 1024 });
  let failure: Error | undefined;
  source.on('error', (error) => {
    failure = error;
    decoder.destroy(error);
  });
  source.pipe(decoder);
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
  } catch (error) {
    if (failure !== undefined) throw failure;
    throw corrupt(kind, error);
  } finally {
    source.destroy();
  }
}

/** Node has it from 22.15 on; the declarations here are of Node 20. */
const nodeUnzstd = (zlib as { readonly createZstdDecompress?: (options: typeof CHUNK) => Transform }).createZstdDecompress;

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (nodeUnzstd !== undefined) yield* through(chunks, nodeUnzstd(CHUNK), 'zstd');
  else yield* byProgram(chunks, 'zstd', unzstdHere);
}

/** Their Debian packages. */
const packages = { zstd: 'zstd', xz: 'xz-utils' } as const;

async function* byProgram(chunks: AsyncIterable<Uint8Array>, kind: 'zstd' | 'xz', otherwise?: Filter): AsyncGenerator<Uint8Array> {
  const filter = (await startFilter(kind, ['-d', '-c', '-q'])) ?? otherwise;
  if (filter === undefined) {
    throw new HarnessError('PROGRAM_NOT_FOUND', `the archive is compressed with ${kind}, and the program ${kind} is not installed`, { hint: `install it (Debian: apt install ${packages[kind]}), or compress the archive with gzip` });
  }
  try {
    yield* filter(chunks);
  } catch (error) {
    throw error instanceof FilterError ? corrupt(kind, error) : error;
  }
}

/** Bytes handed to the zstd decoder at once: a block of 4 bytes may hold 128 KiB, and all of a push is held in memory. */
const ZSTD_STEP = 1024;

/** For machines without the program. */
async function* unzstdHere(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((data) => ready.push(data.slice()));
  const push = (chunk: Uint8Array, final: boolean): Uint8Array[] => {
    ready = [];
    try {
      decoder.push(chunk, final);
    } catch (error) {
      throw corrupt('zstd', error);
    }
    return ready;
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += ZSTD_STEP) yield* push(chunk.slice(at, at + ZSTD_STEP), false);
  }
  yield* push(new Uint8Array(), true);
}

function corrupt(kind: string, cause: unknown): HarnessError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new HarnessError('ARCHIVE_CORRUPT', `the ${kind} data is cut or damaged: ${message}`, { cause });
}
