// Which manifest LinuxKit takes of what a reference names: the first of the architecture, whatever its variant; an image
// without an index is taken whatever machine it was made for. Everything read is verified by the image's own reader.
import type { OciImage } from '../../oci/image.ts';
import { ImageConfigSchema, IndexSchema, isIndex, ManifestSchema, type Descriptor, type ImageConfig, type Index, type Platform } from '../../oci/manifest.ts';
import { parseDocument, readDocument } from '../../oci/pick.ts';
import { linuxkitFails } from './entry.ts';

export interface PickedImage {
  readonly config: ImageConfig;
  /** The lowest first. */
  readonly layers: readonly Descriptor[];
}

/** The image LinuxKit would use. `ref` is for messages. */
export async function pickAsLinuxkit(image: Pick<OciImage, 'root' | 'read'>, architecture: string, ref: string): Promise<PickedImage> {
  const index = await readIndex(image);
  if (index === undefined) return readManifest(image, image.root);
  const found = index.manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === architecture);
  if (found === undefined) throw linuxkitFails(`${ref}: there is no image for linux/${architecture} in its index`, 'could not pull image', 'take an image that is built for this architecture');
  return readManifest(image, found);
}

/** The index a reference names; undefined where it names an image. */
export async function readIndex({ root, read }: Pick<OciImage, 'root' | 'read'>): Promise<Index | undefined> {
  const document = await readDocument(root, read);
  return isIndex(document) ? parseDocument(IndexSchema, document, root.digest) : undefined;
}

/** A manifest's own blobs, in the order in which it lists them. */
export async function manifestBlobs({ read }: Pick<OciImage, 'read'>, manifest: Descriptor): Promise<readonly Descriptor[]> {
  const { config, layers } = parseDocument(ManifestSchema, await readDocument(manifest, read), manifest.digest);
  return [config, ...layers];
}

/** `linux/arm/v7`. */
export const platformName = ({ os, architecture, variant }: Platform): string => [os, architecture, ...(variant ? [variant] : [])].join('/');

async function readManifest({ read }: Pick<OciImage, 'read'>, descriptor: Descriptor): Promise<PickedImage> {
  const { config, layers } = parseDocument(ManifestSchema, await readDocument(descriptor, read), descriptor.digest);
  return { config: parseDocument(ImageConfigSchema, await readDocument(config, read), config.digest), layers };
}
