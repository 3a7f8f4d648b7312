// A file of a tree as bytes, where it is small enough to be looked into.
import type { Content } from '../../archive/entry.ts';
import type { openSlices } from '../../source/slices.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** Its first 16 MiB. */
export async function contentBytes(content: Content, read: ReturnType<typeof openSlices>['read']): Promise<Buffer> {
  if (content.kind === 'inline') return Buffer.from(content.bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of read({ ...content, size: Math.min(content.size, MAX_BYTES) })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
