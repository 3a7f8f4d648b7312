// A tar archive that lies as a file in an image, such as the kernel.tar of LinuxKit's kernel images, laid into a tree. It is kept
// uncompressed in the cache once, whoever asks for it. It is no layer: `.wh.` has no meaning in its names.
import { createHash } from 'node:crypto';
import type { Content } from '../archive/entry.ts';
import { link, put, type Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import { openSlices } from './slices.ts';
import { spoolTar } from './spool.ts';

/** Which archive it is: equal identities have equal bytes. */
export interface InnerArchive {
  /** Digest of the image's source. */
  readonly source: string;
  /** Its path in the image. */
  readonly name: string;
  readonly content: Content;
}

/** @throws HarnessError `ARCHIVE_LINK_DANGLING`, and what reading a tar archive throws */
export async function unpackInner(tree: Tree, { source, name, content }: InnerArchive, cache: Cache, signal: AbortSignal): Promise<void> {
  await using slices = openSlices(signal);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (content.kind === 'inline') yield content.bytes;
    else yield* slices.read(content);
  }
  const key = createHash('sha256').update(JSON.stringify(['kernel.tar', source, name])).digest('hex');
  const { entries } = await spoolTar(cache, key, bytes, signal);
  for (const entry of entries) {
    if (entry.type !== 'hardlink') {
      const { name: path, ...inode } = entry;
      if (inode.type === 'directory' || path.replace(/[./]/g, '') !== '') put(tree, path, inode);
    } else if (!link(tree, entry.name, entry.target)) {
      throw new HarnessError('ARCHIVE_LINK_DANGLING', `the kernel's archive has a hard link ${entry.name} to ${entry.target}, which is not there`);
    }
  }
}
