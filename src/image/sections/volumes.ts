// `volumes:` of the YAML: folders that containers share (linuxkit.md §2.9). A writable volume is an overlay of `lower`
// and `tmp`, mounted at `merged` by the image's init; a read-only one has no `tmp` (LinuxKit makes one, and so lets it be written).
import { plainDirectory } from '../../archive/entry.ts';
import { attach, put, type Tree } from '../../archive/rootfs.ts';
import { HarnessError } from '../../model/errors.ts';
import type { LinuxkitDocument } from '../linuxkit/schema.ts';

/** Adds the volumes' folders; `treeOf` gives the tree of an image, ready for its role. */
export async function placeVolumes(tree: Tree, doc: LinuxkitDocument, treeOf: (ref: string) => Promise<Tree>): Promise<void> {
  for (const { name, image, readonly, format } of doc.volumes ?? []) {
    if (format === 'oci') {
      throw new HarnessError('IMAGE_VOLUME_FORMAT_UNSUPPORTED', `volume ${name}: the format oci is not supported yet`, { hint: 'leave format out: the volume then holds the files of the image' });
    }
    const path = `containers/volumes/${name}`;
    if (image === undefined) put(tree, `${path}/lower`, plainDirectory);
    else attach(tree, `${path}/lower`, await treeOf(image));
    if (readonly !== true) put(tree, `${path}/tmp`, plainDirectory);
    put(tree, `${path}/merged`, plainDirectory);
  }
}
