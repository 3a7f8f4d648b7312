// gzip as LinuxKit's compressor makes it: one member, blocks of 1 MiB that are compressed next to one another, each with
// the 32 KiB before it as dictionary, a constant time in the header. zlib is another program than Go's: what comes out
// is equal when unpacked, and equal from build to build, but not LinuxKit's to the byte.
// RFC 1952.
import { promisify } from 'node:util';
import { availableParallelism } from 'node:os';
import { constants, crc32, deflateRaw, type ZlibOptions } from 'node:zlib';

const deflate = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);
const BLOCK = 1024 * 1024;
const DICTIONARY = 32 * 1024;
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0x00, 0x09, 0x6e, 0x88, 0, 255]);

/** `level` as zlib counts; LinuxKit takes the default. */
export async function* gzip(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal, level: number = constants.Z_DEFAULT_COMPRESSION): AsyncGenerator<Uint8Array> {
  const waiting: Promise<Buffer>[] = [];
  const atOnce = availableParallelism() + 1;
  let dictionary: Buffer | undefined;
  let sum = 0;
  let size = 0;
  yield header;
  for await (const block of blocksOf(chunks)) {
    signal.throwIfAborted();
    sum = crc32(block, sum);
    size += block.length;
    const work = deflate(block, { level, finishFlush: constants.Z_SYNC_FLUSH, ...(dictionary === undefined ? {} : { dictionary }) });
    // A failure is seen when its turn comes.
    work.catch(() => undefined);
    waiting.push(work);
    dictionary = block.subarray(Math.max(0, block.length - DICTIONARY));
    if (waiting.length >= atOnce) yield (await waiting.shift()) ?? Buffer.alloc(0);
  }
  for (const work of waiting) yield await work;
  yield await deflate(Buffer.alloc(0), { level });
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield trailer;
}

/** Blocks of 1 MiB whatever the chunks were, so that equal bytes are cut alike; the last one is shorter. */
async function* blocksOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafeSlow(BLOCK);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength;) {
      const taken = Math.min(BLOCK - filled, chunk.byteLength - at);
      block.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < BLOCK) continue;
      yield block;
      block = Buffer.allocUnsafeSlow(BLOCK);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
