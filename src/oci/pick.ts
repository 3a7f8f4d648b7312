// Walks from what a reference names to the one manifest an architecture can run: index, manifest, configuration.
// Nothing read on the way is trusted: sizes are limited, shapes checked, media types compared with what images have.
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
import type { z } from 'zod';
import { showName } from '../archive/entry.ts';
import { HarnessError, UsageError } from '../model/errors.ts';
import type { OciImage, ReadBlob } from './image.ts';
import { ImageConfigSchema, IndexSchema, isIndex, ManifestSchema, type Descriptor, type Manifest } from './manifest.ts';
import { pickManifest, platformFits, showPlatform, type StatedPlatform, type WantedPlatform } from './platform.ts';

/** Manifests and configurations beyond this are refused, as registries do. */
export const MAX_DOCUMENT = 4 * 1024 * 1024;
const MAX_DEPTH = 8;
/** Linux's overlay file system, which images are made for, takes 500. */
const MAX_LAYERS = 500;

const CONFIG = /^application\/vnd\.(oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/;
const LAYER = /^application\/vnd\.(oci\.image\.layer\.v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs\.diff\.tar(\.gzip|\.zstd)?)$/;
const ATTESTATION = 'vnd.docker.reference.type';

/**
 * Picks the manifest for a platform. `read` verifies what it gives; `where` says in messages where the image lies.
 * @throws HarnessError `IMAGE_MANIFEST_INVALID`, `IMAGE_PLATFORM`, `IMAGE_NOT_AN_IMAGE`, `IMAGE_LAYER_UNSUPPORTED`, and what `read` throws
 */
export async function pickImage(root: Descriptor, read: ReadBlob, platform: WantedPlatform, where: string): Promise<OciImage> {
  let descriptor = root;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const content = await readDocument(descriptor, read);
    if (isIndex(content)) {
      const { manifests } = parseDocument(IndexSchema, content, descriptor.digest);
      const images = manifests.filter((manifest) => manifest.annotations?.[ATTESTATION] === undefined);
      const picked = pickManifest(images, platform) ?? onlyNested(images);
      if (picked === undefined) throw wrongPlatform(images.flatMap((manifest) => manifest.platform ?? []), platform);
      descriptor = picked;
      continue;
    }
    const manifest = parseDocument(ManifestSchema, content, descriptor.digest);
    checkMediaTypes(manifest);
    const config = parseDocument(ImageConfigSchema, await readDocument(manifest.config, read), manifest.config.digest);
    if (!platformFits(config, platform)) throw wrongPlatform([config], platform);
    return { digest: descriptor.digest, config, layers: manifest.layers, root, read };
  }
  throw new HarnessError('IMAGE_MANIFEST_INVALID', `${where} nests indexes more than ${MAX_DEPTH} deep`, { hint: 'the image is broken or hostile: copy it again from where it was made' });
}

/** An index whose only entry is an index of unnamed platform, as some tools nest them. */
function onlyNested(manifests: readonly Descriptor[]): Descriptor | undefined {
  const [only] = manifests;
  return only !== undefined && manifests.length === 1 && only.platform === undefined ? only : undefined;
}

function checkMediaTypes({ config, layers }: Manifest): void {
  if (!CONFIG.test(config.mediaType)) {
    throw new HarnessError('IMAGE_NOT_AN_IMAGE', `what was found is no container image: its configuration is of the type ${showName(config.mediaType)}`, { hint: 'name an image, not a chart, signature or other artifact' });
  }
  if (layers.length > MAX_LAYERS) throw new HarnessError('IMAGE_MANIFEST_INVALID', `the manifest lists ${layers.length} layers: no image has more than ${MAX_LAYERS}`, { hint: 'the image is broken or hostile: make it again' });
  for (const [index, { mediaType }] of layers.entries()) {
    if (LAYER.test(mediaType)) continue;
    const why = mediaType.includes('foreign') || mediaType.includes('nondistributable') ? 'lies outside the image' : mediaType.endsWith('+encrypted') ? 'is encrypted' : 'is of an unknown kind';
    throw new HarnessError('IMAGE_LAYER_UNSUPPORTED', `layer ${index + 1} of ${layers.length} ${why}: its type is ${showName(mediaType)}`, { hint: 'use an image whose layers are plain, gzip or zstd tar archives' });
  }
}

/** What it means that no manifest is made for the wanted platform. */
export function wrongPlatform(found: readonly StatedPlatform[], wanted: WantedPlatform): HarnessError {
  const has = [...new Set(found.map(showPlatform))].filter((name) => !name.includes('unknown'));
  return new UsageError('IMAGE_PLATFORM', `the image is not made for ${showPlatform(wanted)}, only for ${has.join(', ') || 'an architecture it does not name'}`, { hint: 'take an image that is built for this architecture, or leave the architecture out with needs.arch' });
}

/** A JSON document of an image, read wholly; it has a limit. */
export async function readDocument(descriptor: Descriptor, read: ReadBlob): Promise<unknown> {
  if (descriptor.size > MAX_DOCUMENT) throw invalidDocument(descriptor.digest, `has ${descriptor.size} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of read(descriptor)) chunks.push(chunk);
  return parseJson(Buffer.concat(chunks), descriptor.digest);
}

/** @throws HarnessError `IMAGE_MANIFEST_INVALID` */
export function parseJson(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    throw invalidDocument(name, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws HarnessError `IMAGE_MANIFEST_INVALID` */
export function parseDocument<T extends z.ZodType>(schema: T, value: unknown, name: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalidDocument(name, `is not what it should be: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

export function invalidDocument(name: string, why: string): HarnessError {
  return new HarnessError('IMAGE_MANIFEST_INVALID', `${name} ${why}`, { hint: 'the image is damaged: copy it again from where it was made' });
}
