// Compresses a segment as one gzip member (RFC 1952), kept in the cache: of a changed image only what changed is
// compressed again. The kernel unpacks members that follow one another, each a whole archive.
// Pieces are deflated on all processors and joined at byte boundaries (RFC 1951 §3.2.4), so equal input gives equal bytes.
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { writeBulk } from '../sys/bulk.ts';

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

const keyOf = (digest: string): string => createHash('sha256').update(JSON.stringify([FORMAT, LEVEL, digest])).digest('hex');

/** Path of the compressed form of a segment. */
export function gzipSegment(store: GzipStore, segment: { readonly path: string; readonly digest: string }, signal: AbortSignal): Promise<string> {
  return store.entry(KIND, keyOf(segment.digest), (temporary) => gzipFile(segment.path, temporary, signal), signal);
}

/** A segment that is compressed while it is written: its bytes need not be read again. */
export interface GzipAlongside extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  /** All bytes are there: keeps what `gzipSegment` would make of them. */
  keep(digest: string, signal: AbortSignal): Promise<void>;
}

/** Begins with a segment whose digest is not known yet. Without `keep` nothing stays of it. */
export async function gzipAlongside(store: GzipStore & { temporary(): Promise<string> }): Promise<GzipAlongside> {
  const draft = await store.temporary();
  const gzip = await openGzip(draft);
  return {
    write: (bytes) => gzip.write(bytes),
    async keep(digest, signal) {
      await gzip.end();
      await store.entry(KIND, keyOf(digest), (temporary) => rename(draft, temporary), signal);
    },
    async [Symbol.asyncDispose]() {
      await gzip[Symbol.asyncDispose]();
      await rm(draft, { force: true });
    },
  };
}

/** Compresses a whole file. */
async function gzipFile(from: string, to: string, signal: AbortSignal): Promise<void> {
  await using source = await open(from);
  await using gzip = await openGzip(to);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await source.read(Buffer.allocUnsafe(PIECE), 0, PIECE);
    if (bytesRead === 0) break;
    await gzip.write(buffer.subarray(0, bytesRead));
  }
  await gzip.end();
}

interface Gzip extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

async function openGzip(path: string): Promise<Gzip> {
  const target = await open(path, 'wx');
  const ahead: Promise<Buffer>[] = [];
  let checksum = 0;
  let size = 0;
  let end = 0;
  let piece = Buffer.allocUnsafe(PIECE);
  let filled = 0;

  const append = (bytes: Uint8Array): void => {
    writeBulk(target, bytes, end);
    end += bytes.length;
  };
  const writeNext = async (): Promise<void> => {
    const compressed = await ahead.shift();
    if (compressed !== undefined) append(compressed);
  };
  const compress = async (bytes: Uint8Array): Promise<void> => {
    checksum = crc32(bytes, checksum);
    size += bytes.length;
    const compressed = deflate(bytes, options);
    ahead.push(compressed);
    // Whoever waits for an earlier piece learns of its failure first; this one's is not lost then, but late.
    compressed.catch(() => undefined);
    if (ahead.length > availableParallelism()) await writeNext();
  };

  append(header);
  return {
    async write(bytes) {
      // A piece is always whole, however much comes at once: the bytes that come out depend on where pieces end.
      for (let done = 0; done < bytes.length;) {
        const part = bytes.subarray(done, done + PIECE - filled);
        piece.set(part, filled);
        filled += part.length;
        done += part.length;
        if (filled < PIECE) continue;
        const whole = piece;
        piece = Buffer.allocUnsafe(PIECE);
        filled = 0;
        await compress(whole);
      }
    },
    async end() {
      if (filled > 0) await compress(piece.subarray(0, filled));
      while (ahead.length > 0) await writeNext();
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(checksum, 0);
      trailer.writeUInt32LE(size % 2 ** 32, 4);
      append(Buffer.concat([lastBlock, trailer]));
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(ahead);
      await target.close();
    },
  };
}
