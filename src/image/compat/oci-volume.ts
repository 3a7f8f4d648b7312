// A volume of the format oci (linuxkit.md §2.9): not an image's files but the image itself, as a layout. LinuxKit keeps
// the whole index when it filters by platform, and writes a blob again for each manifest that has it.
import type { OciImage } from '../../oci/image.ts';
import type { Descriptor } from '../../oci/manifest.ts';
import { goJson } from '../../oci/json.ts';
import { inline, leadingFolders, linuxkitFails, made, type CompatContent, type CompatEntry, type Made, type Origin } from './entry.ts';
import { manifestBlobs, platformName, readIndex } from './pick.ts';

const layoutFile = '{\n\t\t"imageLayoutVersion": "1.0.0"\n\t}';

/** The layout below `prefix`. `platforms` keeps only manifests of these. */
export async function ociVolumeEntries(image: Pick<OciImage, 'root' | 'read'>, prefix: string, platforms: readonly string[], origin: Origin): Promise<readonly CompatEntry[]> {
  const index = await readIndex(image);
  if (index === undefined) {
    throw linuxkitFails(`${origin.location} (${origin.source}): a volume of the format oci needs an image with an index`, platforms.length === 0 ? 'index out of range' : `no image index found for ${origin.source}`);
  }
  const kept = index.manifests.filter(({ platform }) => platforms.length === 0 || (platform !== undefined && platforms.includes(platformName(platform))));
  if (kept.length === 0) throw linuxkitFails(`${origin.location} (${origin.source}): no image is made for ${platforms.join(', ')}`, `index ${origin.source} does not contain target platforms`);
  const blobs: Descriptor[] = [];
  for (const manifest of kept) blobs.push(...(await manifestBlobs(image, manifest)), manifest);
  const file = (name: string, content: CompatContent): Made => ({ name, type: 'file', mode: 0o644, mtime: 0, content: [content] });
  const folder = (name: string): Made => ({ name, type: 'directory', mode: 0o755, mtime: 0 });
  const parts = [
    file('oci-layout', inline(layoutFile)), folder('blobs/'), folder('blobs/sha256/'),
    ...[...blobs, image.root].map((blob) => file(`blobs/${blob.digest.replace(':', '/')}`, { kind: 'blob', size: blob.size, open: (signal) => image.read(blob, signal) })),
    file('index.json', inline(indexFile(image.root, origin.source))),
  ];
  return [...leadingFolders(prefix, origin), ...parts.map((part) => made({ ...part, name: prefix + part.name }, origin))];
}

/** LinuxKit calls every index an OCI one, and indents by three. */
function indexFile({ size, digest }: Descriptor, ref: string): string {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const json = goJson({ schemaVersion: 2, mediaType, manifests: [{ mediaType, size, digest, annotations: { 'org.opencontainers.image.ref.name': ref } }] });
  return json.replace(/^( {4})+/gm, (indent) => '   '.repeat(indent.length / 4));
}
