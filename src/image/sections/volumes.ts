// `volumes:` of the YAML: folders that containers share (linuxkit.md §2.9). A writable volume is an overlay of `lower`
// and `tmp`, mounted at `merged` by the image's init; a read-only one has no `tmp` (LinuxKit makes one, and so lets it be written).
import { plainDirectory } from '../../archive/entry.ts';
import { attach, put, type Tree } from '../../archive/rootfs.ts';
import { HarnessError } from '../../model/errors.ts';
import type { LinuxkitDocument, Volume } from '../linuxkit/schema.ts';

/**
 * Adds the volumes' folders; `treeOf` gives the tree of an image, ready for its role, and `layoutOf` the OCI layout
 * that a volume of the format oci holds.
 */
export async function placeVolumes(tree: Tree, doc: LinuxkitDocument, treeOf: (ref: string) => Promise<Tree>, layoutOf?: (volume: Volume) => Promise<Tree>): Promise<void> {
  for (const volume of doc.volumes ?? []) {
    const { name, image, readonly, format } = volume;
    const path = `containers/volumes/${name}`;
    if (image === undefined) put(tree, `${path}/lower`, plainDirectory);
    else if (format !== 'oci') attach(tree, `${path}/lower`, await treeOf(image));
    else if (layoutOf !== undefined) attach(tree, `${path}/lower`, await layoutOf(volume));
    else throw new HarnessError('IMAGE_VOLUME_FORMAT_UNSUPPORTED', `volume ${name}: the format oci is not supported here`, { hint: 'leave format out: the volume then holds the files of the image' });
    if (readonly !== true) put(tree, `${path}/tmp`, plainDirectory);
    put(tree, `${path}/merged`, plainDirectory);
  }
}
