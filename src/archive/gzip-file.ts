// Compresses a segment as one gzip member (RFC 1952), kept in the cache: of a changed image only what changed is
// compressed again. The kernel unpacks members that follow one another, each a whole archive.
// Pieces are deflated on all processors and joined at byte boundaries (RFC 1951 §3.2.4), so equal input gives equal bytes.
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

/** What is needed of a cache. */
export interface GzipStore {
  entry(kind: string, key: string, build: (temporary: string) => Promise<void>, signal?: AbortSignal): Promise<string>;
}

const KIND = 'gzip';
const FORMAT = 2;
const PIECE = 1024 * 1024;
/** The fastest: what is compressed here is read once, by a kernel. */
const LEVEL = 1;
/** What comes out of a piece fits into one chunk: each further one is a call more, which costs a quarter of the time in all. */
const options = { level: LEVEL, memLevel: 9, chunkSize: PIECE + 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };
/** No name, no time, no system: nothing that differs between two machines. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
/** An empty last block. */
const lastBlock = Buffer.from([3, 0]);

const deflate = promisify<Uint8Array, object, Buffer>(deflateRaw);

/** Path of the compressed form of a segment. */
export function gzipSegment(store: GzipStore, segment: { readonly path: string; readonly digest: string }, signal: AbortSignal): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify([FORMAT, LEVEL, segment.digest])).digest('hex');
  return store.entry(KIND, key, (temporary) => gzipFile(segment.path, temporary, signal), signal);
}

/** Compresses a whole file. */
async function gzipFile(from: string, to: string, signal: AbortSignal): Promise<void> {
  await using source = await open(from);
  await using target = await open(to, 'wx');
  await target.writeFile(header);
  let checksum = 0;
  let bytes = 0;
  const ahead: Promise<Buffer>[] = [];
  const writeNext = async (): Promise<void> => {
    const piece = await ahead.shift();
    if (piece !== undefined) await target.writeFile(piece);
  };
  try {
    for await (const piece of pieces(source)) {
      signal.throwIfAborted();
      checksum = crc32(piece, checksum);
      bytes += piece.length;
      const compressed = deflate(piece, options);
      ahead.push(compressed);
      // Whoever waits for an earlier piece learns of its failure first; this one's is not lost then, but late.
      compressed.catch(() => undefined);
      if (ahead.length > availableParallelism()) await writeNext();
    }
    while (ahead.length > 0) await writeNext();
  } finally {
    await Promise.allSettled(ahead);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  await target.writeFile(Buffer.concat([lastBlock, trailer]));
}

async function* pieces(file: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(PIECE);
    let filled = 0;
    // A piece is always whole, however much a read gives: the bytes that come out depend on where pieces end.
    while (filled < PIECE) {
      const { bytesRead } = await file.read(buffer, filled, PIECE - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield buffer.subarray(0, filled);
    if (filled < PIECE) return;
  }
}
