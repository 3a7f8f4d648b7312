// Reads images from an OCI image layout folder. Nothing in it is trusted: digests and sizes are verified while reading.
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md; LinuxKit's cache folder is one too.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { HarnessError } from '../model/errors.ts';
import { closest } from '../model/suggest.ts';
import { errorCode } from '../sys/fs.ts';
import { ImageConfigSchema, IndexSchema, isIndex, LayoutSchema, ManifestSchema, type Descriptor, type ImageConfig, type Index } from './manifest.ts';
import { pickManifest, platformFits, showPlatform, type StatedPlatform, type WantedPlatform } from './platform.ts';
import { expandName } from './reference.ts';

export interface LayoutImage {
  /** Digest of the manifest that was picked. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** The lowest first. */
  readonly layers: readonly Descriptor[];
}

const REF_NAME = 'org.opencontainers.image.ref.name';
const MAX_DOCUMENT = 4 * 1024 * 1024;
const MAX_DEPTH = 8;

/**
 * Finds an image by its reference (without one: the only image) and picks the manifest for a platform.
 * @throws HarnessError `IMAGE_LAYOUT_INVALID`, `IMAGE_NOT_FOUND`, `IMAGE_PLATFORM`, `IMAGE_DIGEST_MISMATCH`
 */
export async function readLayoutImage(folder: string, ref: string | undefined, platform: WantedPlatform): Promise<LayoutImage> {
  parse(LayoutSchema, await document(folder, 'oci-layout'), join(folder, 'oci-layout'));
  const index = parse(IndexSchema, await document(folder, 'index.json'), join(folder, 'index.json'));
  let descriptor = findImage(folder, index, ref, platform);
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const content = await blobDocument(folder, descriptor);
    if (isIndex(content)) {
      const { manifests } = parse(IndexSchema, content, descriptor.digest);
      const picked = pickManifest(manifests, platform);
      if (picked === undefined) throw wrongPlatform(manifests.flatMap((manifest) => manifest.platform ?? []), platform);
      descriptor = picked;
      continue;
    }
    const manifest = parse(ManifestSchema, content, descriptor.digest);
    const config = parse(ImageConfigSchema, await blobDocument(folder, manifest.config), manifest.config.digest);
    if (!platformFits(config, platform)) throw wrongPlatform([config], platform);
    return { digest: descriptor.digest, config, layers: manifest.layers };
  }
  throw new HarnessError('IMAGE_LAYOUT_INVALID', `the layout ${folder} nests indexes more than ${MAX_DEPTH} deep`);
}

/** The bytes of a blob; fails at its end when digest or size are not what the descriptor says. */
export async function* readBlob(folder: string, descriptor: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const [algorithm = ''] = descriptor.digest.split(':');
  const hash = createHash(algorithm);
  let size = 0;
  try {
    for await (const chunk of createReadStream(blobPath(folder, descriptor.digest), { highWaterMark: 256 * 1024, signal }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > descriptor.size) break;
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(folder, descriptor.digest, error);
  }
  if (size !== descriptor.size || `${algorithm}:${hash.digest('hex')}` !== descriptor.digest) {
    throw new HarnessError('IMAGE_DIGEST_MISMATCH', `the blob ${descriptor.digest} does not have the bytes its name promises`, { hint: 'the layout is damaged: copy the image again' });
  }
}

const blobPath = (folder: string, digest: string): string => join(folder, 'blobs', ...digest.split(':'));

function findImage(folder: string, index: Index, ref: string | undefined, platform: WantedPlatform): Descriptor {
  const { manifests } = index;
  const [only] = manifests;
  if (ref === undefined) {
    if (only !== undefined && manifests.length === 1) return only;
    const distinct = new Set(manifests.map((manifest) => manifest.annotations?.[REF_NAME]));
    const picked = distinct.size === 1 ? pickManifest(manifests, platform) : undefined;
    if (picked !== undefined) return picked;
    throw new HarnessError('IMAGE_NOT_FOUND', `the layout ${folder} holds ${manifests.length} images`, { hint: `say which: ${refNames(index).slice(0, 5).join(', ') || 'none of them has a name'}` });
  }
  const names = new Set([ref, expandName(ref)]);
  const found = manifests.filter((manifest) => names.has(manifest.annotations?.[REF_NAME] ?? '') || names.has(manifest.annotations?.['io.containerd.image.name'] ?? '') || manifest.digest === ref);
  const [first] = found;
  if (first === undefined) {
    const meant = closest(ref, refNames(index));
    throw new HarnessError('IMAGE_NOT_FOUND', `the layout ${folder} has no image "${ref}"`, { hint: meant === undefined ? `it has ${refNames(index).slice(0, 5).join(', ') || 'no named images'}` : `did you mean "${meant}"?` });
  }
  return found.length === 1 ? first : (pickManifest(found, platform) ?? first);
}

const refNames = (index: Index): string[] => index.manifests.flatMap((manifest) => manifest.annotations?.[REF_NAME] ?? []);

function wrongPlatform(found: readonly StatedPlatform[], wanted: WantedPlatform): HarnessError {
  const has = [...new Set(found.map(showPlatform))].filter((name) => !name.includes('unknown'));
  return new HarnessError('IMAGE_PLATFORM', `the image is not made for ${showPlatform(wanted)}, only for ${has.join(', ') || 'an architecture it does not name'}`, { hint: 'take an image that is built for this architecture, or leave the architecture out with needs.arch' });
}

async function document(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  try {
    if ((await stat(path)).size > 16 * MAX_DOCUMENT) throw invalidDocument(path, 'is too big');
    return toJson(await readFile(path), path);
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new HarnessError('IMAGE_LAYOUT_INVALID', `${folder} is not an OCI image layout: ${errorCode(error) === 'ENOENT' ? `it has no ${name}` : `${name} cannot be read`}`, { hint: '`skopeo copy docker://NAME oci:FOLDER:NAME` makes one', cause: error });
  }
}

async function blobDocument(folder: string, descriptor: Descriptor): Promise<unknown> {
  if (descriptor.size > MAX_DOCUMENT) throw invalidDocument(descriptor.digest, `has ${descriptor.size} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBlob(folder, descriptor)) chunks.push(chunk);
  return toJson(Buffer.concat(chunks), descriptor.digest);
}

function toJson(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    throw invalidDocument(name, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown, name: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalidDocument(name, `is not what it should be: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function invalidDocument(name: string, why: string): HarnessError {
  return new HarnessError('IMAGE_LAYOUT_INVALID', `${name} ${why}`);
}

function unreadable(folder: string, digest: string, cause: unknown): HarnessError {
  const why = errorCode(cause) === 'ENOENT' ? 'is missing' : 'cannot be read';
  return new HarnessError('IMAGE_LAYOUT_INVALID', `the blob ${digest} ${why} in ${folder}`, { hint: 'the layout is not complete: copy the image again', cause });
}
