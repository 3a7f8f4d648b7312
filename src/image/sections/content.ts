// A file that several images have, as bytes: small enough to be looked into.
import type { Content } from '../../archive/entry.ts';
import { lookup } from '../../archive/rootfs.ts';
import { openSlices } from '../../source/slices.ts';
import type { Source } from '../../source/source.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** The first 16 MiB of the file at that path, of each image that has it, in their order. */
export async function readFromEach(images: readonly Source[], path: string, signal: AbortSignal): Promise<readonly Buffer[]> {
  await using slices = openSlices(signal);
  const found: Buffer[] = [];
  for (const image of images) {
    const inode = lookup(await image.tree(signal), path, { follow: true })?.inode;
    if (inode?.type === 'file') found.push(await contentBytes(inode.content, slices.read));
  }
  return found;
}

async function contentBytes(content: Content, read: ReturnType<typeof openSlices>['read']): Promise<Buffer> {
  if (content.kind === 'inline') return Buffer.from(content.bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of read({ ...content, size: Math.min(content.size, MAX_BYTES) })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
