// A volume of the format oci: the image itself as an OCI layout, for containers that run it or hand it on (linuxkit.md §2.9).
// `platforms` leaves the layers of others out. The index stays as it is, so that its digest and signatures hold; every manifest it
// lists is there (LinuxKit leaves them out), each blob once. https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { plainDirectory, textFile, type Attributes, type Inode } from '../../archive/entry.ts';
import { createTree, put } from '../../archive/rootfs.ts';
import type { Cache } from '../../cache/store.ts';
import { HarnessError } from '../../model/errors.ts';
import type { OciImage } from '../../oci/image.ts';
import { ImageConfigSchema, IndexSchema, isIndex, ManifestSchema, type Descriptor } from '../../oci/manifest.ts';
import { parseDocument, readDocument } from '../../oci/pick.ts';
import { parseReference } from '../../oci/reference.ts';
import type { Source } from '../../source/source.ts';
import { expandReference } from '../linuxkit/references.ts';
import type { Volume } from '../linuxkit/schema.ts';

/** LinuxKit dates a layout 1970. */
const attributes: Attributes = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };
const folder: Inode = { ...plainDirectory, mtime: 0 };
const LAYOUT = '{\n\t\t"imageLayoutVersion": "1.0.0"\n\t}';
const MAX_DEPTH = 8;

/**
 * The layout as a source of its own.
 * @throws HarnessError `IMAGE_VOLUME_NO_IMAGE` for a reference without an image behind it, such as a folder.
 */
export function volumeLayout(source: Source, volume: Volume, cache: Cache): Source {
  const { image } = source;
  if (image === undefined) {
    throw new HarnessError('IMAGE_VOLUME_NO_IMAGE', `volume ${volume.name}: ${source.ref} is no container image, so there is no OCI layout of it`, { hint: 'leave format out: the volume then holds the files' });
  }
  const { platforms = [] } = volume;
  const digest = createHash('sha256').update(JSON.stringify(['volume-layout', image.root.digest, platforms, nameIn(source.ref)])).digest('hex');
  return { ref: source.ref, digest: `sha256:${digest}`, tree: (signal) => layoutTree(source, image, volume, cache, signal) };
}

async function layoutTree({ ref }: Source, image: OciImage, { name, platforms = [] }: Volume, cache: Cache, signal: AbortSignal): Promise<ReturnType<typeof createTree>> {
  const { blobs, unmet } = await collect(image, platforms, signal);
  if (unmet.length > 0) throw new HarnessError('IMAGE_PLATFORM', `volume ${name}: ${ref} has no manifest for ${unmet.join(', ')}`, { hint: 'leave the platform out of platforms, or take an image that is built for it' });
  const tree = createTree();
  put(tree, 'oci-layout', textFile(LAYOUT, attributes));
  put(tree, 'blobs', folder);
  for (const descriptor of blobs) {
    const [algorithm = '', hex = ''] = descriptor.digest.split(':');
    put(tree, `blobs/${algorithm}`, folder);
    put(tree, `blobs/${algorithm}/${hex}`, { ...attributes, type: 'file', content: { kind: 'slice', path: await keepBlob(image, descriptor, cache, signal), offset: 0, size: descriptor.size } });
  }
  put(tree, 'index.json', textFile(indexText(image.root, nameIn(ref)), attributes));
  return tree;
}

/** Descriptors of what the layout holds, each digest once, and the platforms nobody is built for. */
async function collect(image: OciImage, platforms: readonly string[], signal: AbortSignal): Promise<{ readonly blobs: Iterable<Descriptor>; readonly unmet: readonly string[] }> {
  const blobs = new Map<string, Descriptor>();
  const met = new Set<string>();
  const add = (descriptor: Descriptor): void => void blobs.set(descriptor.digest, descriptor);
  const wanted = (platform: string): boolean => {
    if (platforms.length === 0) return true;
    if (!platforms.includes(platform)) return false;
    met.add(platform);
    return true;
  };
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    signal.throwIfAborted();
    if (depth > MAX_DEPTH) throw new HarnessError('IMAGE_MANIFEST_INVALID', `the image nests indexes more than ${MAX_DEPTH} deep`);
    add(descriptor);
    const content = await readDocument(descriptor, image.read);
    if (isIndex(content)) {
      for (const child of parseDocument(IndexSchema, content, descriptor.digest).manifests) await visit(child, depth + 1);
      return;
    }
    const { config, layers } = parseDocument(ManifestSchema, content, descriptor.digest);
    const platform = descriptor.platform ?? (platforms.length === 0 ? undefined : parseDocument(ImageConfigSchema, await readDocument(config, image.read), config.digest));
    if (wanted(platformName(platform ?? {}))) for (const blob of [config, ...layers]) add(blob);
  };
  await visit(image.root, 0);
  return { blobs: blobs.values(), unmet: platforms.filter((platform) => !met.has(platform)) };
}

/** `linux/arm/v7`. `v8` goes without saying for arm64. */
function platformName({ os = 'linux', architecture = '', variant = '' }: { os?: string | undefined; architecture?: string | undefined; variant?: string | undefined }): string {
  return [os, architecture, ...(variant === '' || (architecture === 'arm64' && variant === 'v8') ? [] : [variant])].join('/');
}

async function keepBlob(image: OciImage, descriptor: Descriptor, cache: Cache, signal: AbortSignal): Promise<string> {
  return cache.entry('blob', descriptor.digest.replace(':', '-'), async (temporary) => {
    await using file = await open(temporary, 'wx');
    for await (const chunk of image.read(descriptor, signal)) await file.writeFile(chunk);
  }, signal);
}

/** The name an image has in the layout: that of the registry, or the reference within a layout or archive. */
function nameIn(text: string): string {
  const reference = parseReference(text);
  if (!('problem' in reference) && 'ref' in reference) return expandReference(reference.ref);
  return expandReference(text);
}

function indexText({ mediaType, size, digest }: Descriptor, name: string): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [{ mediaType, size, digest, annotations: { 'org.opencontainers.image.ref.name': name } }] }, undefined, 3);
}
