// Several init images with packages of Alpine: their databases are joined to one, so that `apk` in the guest knows all
// packages and not only those of the last image (linuxkit.md §2.1).
import { createHash } from 'node:crypto';
import { textFile } from '../../archive/entry.ts';
import { createTree, put } from '../../archive/rootfs.ts';
import type { Source } from '../../source/source.ts';
import { readFromEach } from './content.ts';

const PATH = 'lib/apk/db/installed';

/** The joined database of the init images as a source of its own: nothing where fewer than two of them have one. */
export function packageDatabase(init: readonly Source[]): Source {
  const digest = createHash('sha256').update(JSON.stringify(['packages', init.map((source) => source.digest)])).digest('hex');
  return {
    ref: 'init',
    digest: `sha256:${digest}`,
    async tree(signal) {
      const found = await readFromEach(init, PATH, signal);
      const tree = createTree();
      // Of 1970, as LinuxKit leaves it.
      if (found.length > 1) put(tree, PATH, textFile(Buffer.concat(found.flatMap((text) => [text, Buffer.from('\n\n')])), { mtime: 0 }));
      return tree;
    },
  };
}
