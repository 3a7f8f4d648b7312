// Turns a tree into a cpio segment of the cache, once for each key. Segments are made apart (root file system, modules,
// extra files) and laid one after another for the kernel, so that a change in one leaves the others as they are.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCpio, unpackedSize, type CpioOptions } from '../archive/cpio.ts';
import { gzipAlongside } from '../archive/gzip-file.ts';
import type { Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import { InternalError } from '../model/errors.ts';
import type { Image, Segment } from '../model/image.ts';
import { writeBulk } from '../sys/bulk.ts';
import { errorCode } from '../sys/fs.ts';
import { openSlices } from '../source/slices.ts';

/** A segment with what it takes in the guest's memory. */
export interface BuiltSegment extends Segment {
  readonly unpackedBytes: number;
}

export interface SegmentOptions extends CpioOptions {
  /** Puts its compressed form into the cache too, where the segment has to be written. */
  readonly compress?: boolean | undefined;
}

/** Format of what is built: a change of it makes every segment anew. */
const builderVersion = 4;

/** A key from everything that decides a segment's bytes. */
export function segmentKey(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify([builderVersion, parts])).digest('hex');
}

/** The segment of a key; `make` is called only when the cache does not have it. */
export async function buildSegment(cache: Cache, kind: string, key: string, make: () => Promise<Tree>, options: SegmentOptions, signal: AbortSignal): Promise<BuiltSegment> {
  const kept = await keepSegment(cache, kind, key, make, options, signal);
  if (kept !== undefined) return kept;
  await cache.drop(kind, key);
  const again = await keepSegment(cache, kind, key, make, options, signal);
  if (again === undefined) throw new InternalError(`the segment ${kind}/${key} is damaged as soon as it is written`);
  return again;
}

/** Undefined when what the cache has is not whole: a disk may lose what was written just before it lost power. */
async function keepSegment(cache: Cache, kind: string, key: string, make: () => Promise<Tree>, options: SegmentOptions, signal: AbortSignal): Promise<BuiltSegment | undefined> {
  const place = await cache.entry(kind, key, async (temporary) => {
    const tree = await make();
    await mkdir(temporary, { recursive: true });
    const written = await writeSegment(tree, join(temporary, 'segment.cpio'), cache, options, signal);
    await writeFile(join(temporary, 'segment.json'), JSON.stringify({ ...written, unpackedBytes: unpackedSize(tree) }));
  }, signal);
  return readSegment(place);
}

/** The segment of a key that was built before; undefined where the cache has it no longer, or not whole. */
export async function findSegment(cache: Cache, kind: string, key: string): Promise<BuiltSegment | undefined> {
  const place = cache.entryPath(kind, key);
  const found = await readSegment(place);
  // For pruning, which forgets what was not used for long.
  if (found !== undefined) await utimes(place, new Date(), new Date()).catch(() => undefined);
  return found;
}

async function readSegment(place: string): Promise<BuiltSegment | undefined> {
  const path = join(place, 'segment.cpio');
  try {
    const { digest, bytes, unpackedBytes } = JSON.parse(await readFile(join(place, 'segment.json'), 'utf8')) as Omit<BuiltSegment, 'path'>;
    return (await stat(path)).size === bytes ? { path, digest, bytes, unpackedBytes } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** An image with one more segment behind its others. */
export function addSegment(image: Image, segment: BuiltSegment): Image {
  const segments = [...image.segments, { path: segment.path, digest: segment.digest, bytes: segment.bytes }];
  return { ...image, segments, digest: imageDigest(segments, image.cmdline), unpackedBytes: image.unpackedBytes + segment.unpackedBytes };
}

/** Identity of an image: equal digests boot the same bytes. */
export function imageDigest(segments: readonly Segment[], cmdline: readonly string[]): string {
  return `sha256:${createHash('sha256').update(JSON.stringify([segments.map(({ digest }) => digest), cmdline])).digest('hex')}`;
}

async function writeSegment(tree: Tree, path: string, cache: Cache, options: SegmentOptions, signal: AbortSignal): Promise<Pick<Segment, 'digest' | 'bytes'>> {
  await using slices = openSlices(signal);
  await using file = await open(path, 'wx');
  await using gzip = options.compress === true ? await gzipAlongside(cache) : undefined;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of writeCpio(tree, slices.read, options)) {
    signal.throwIfAborted();
    hash.update(piece);
    writeBulk(file, piece, bytes);
    bytes += piece.byteLength;
    await gzip?.write(piece);
  }
  const digest = `sha256:${hash.digest('hex')}`;
  await gzip?.keep(digest, signal);
  return { digest, bytes };
}
