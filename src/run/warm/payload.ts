// The root file system of a cell as a read-only drive, for a guest that has booted and waits for one. It is made of the
// segments of the cell's initrd, so it holds what a cold boot would unpack; cached by what is in it.
import { createHash } from 'node:crypto';
import { readCpio } from '../../archive/cpio-read.ts';
import { createTree, merge } from '../../archive/rootfs.ts';
import type { Cache } from '../../cache/store.ts';
import { canMakeSquashfs } from '../../media/drive.ts';
import { writeErofs } from '../../media/erofs.ts';
import { writeSquashfs } from '../../media/squashfs.ts';
import type { Segment } from '../../model/image.ts';
import { openSlices } from '../../source/slices.ts';

export type PayloadFormat = 'erofs' | 'squashfs';

const KIND = 'payload';
/** Changes with the bytes that are made of equal segments. */
const VERSION = 1;

/** The formats this machine can make, the quicker one first: erofs is written by ourselves. */
export const payloadFormats = (): readonly PayloadFormat[] => ['erofs', ...(canMakeSquashfs() ? (['squashfs'] as const) : [])];

/** Path of the drive in the cache. */
export async function buildPayload(segments: readonly Segment[], format: PayloadFormat, cache: Cache, signal: AbortSignal): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify([VERSION, format, segments.map(({ digest }) => digest)])).digest('hex');
  return cache.entry(KIND, key, async (temporary) => {
    const tree = createTree();
    for (const { path } of segments) merge(tree, await readCpio(path));
    // Not compressed: this machine has the room, and an emulated guest no time to unpack.
    if (format === 'erofs') await writeErofs(tree, temporary, { slices: openSlices }, signal);
    else await writeSquashfs(tree, temporary, { slices: openSlices }, signal, { compress: false });
  }, signal);
}
