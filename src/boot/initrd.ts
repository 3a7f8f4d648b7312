// Joins cpio segments to the one file QEMU loads. The kernel unpacks archives that follow each other, with zeros
// between them, in order (Documentation/driver-api/early-userspace/buffer-format.rst).
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Segment } from '../model/image.ts';
import { InternalError } from '../model/errors.ts';
import { copyBulk } from '../sys/bulk.ts';

/** What is needed of a cache. */
export interface InitrdStore {
  entry(kind: string, key: string, build: (temporary: string) => Promise<void>, signal?: AbortSignal): Promise<string>;
}

const alignment = 512;

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
  let end = 0;
  for (const segment of segments) end = align(await copyBulk(segment.path, to, end, signal));
  // Up to the end of the last padding; what was left out in between is zeros.
  await to.truncate(end);
}

const align = (position: number): number => Math.ceil(position / alignment) * alignment;
