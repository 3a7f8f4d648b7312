// Reads what `docker save` writes: manifest.json names configurations and layers by path, and no layer has a digest but
// the configuration's diff_ids. Docker 25 and later add an OCI layout with the same blobs, which is read instead.
// https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { decompress, detectCompression } from '../archive/compress.ts';
import { showName } from '../archive/entry.ts';
import { HarnessError } from '../model/errors.ts';
import { closest } from '../model/suggest.ts';
import { readJsonFile, readWhole, type ImageFiles } from './files.ts';
import { verifyBlob, type OciImage, type ReadBlob } from './image.ts';
import { readLayout } from './layout.ts';
import { ImageConfigSchema, type Descriptor } from './manifest.ts';
import { invalidDocument, MAX_DOCUMENT, parseDocument, parseJson, pickImage } from './pick.ts';
import type { WantedPlatform } from './platform.ts';
import { fullName } from './reference.ts';

const ListSchema = z.array(z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()).nullish() }));
type Saved = z.infer<typeof ListSchema>[number];

const types = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar',
} as const;
const HINT = 'the archive is damaged: save the image again';

/**
 * Finds an image by name, or by place as `@0` (without either: the only image), and picks the manifest for a platform.
 * @throws HarnessError `IMAGE_ARCHIVE_INVALID`, `IMAGE_NOT_FOUND`, and what `pickImage` throws
 */
export async function readDockerArchive(files: ImageFiles, ref: string | undefined, platform: WantedPlatform): Promise<OciImage> {
  const has = async (path: string): Promise<boolean> => (await files.size(path)) !== undefined;
  if (/^@\d+$/.test(ref ?? '') || !(await has('index.json')) || !(await has('oci-layout'))) return readSaved(files, ref, platform);
  return readLayout(files, ref, platform);
}

async function readSaved(files: ImageFiles, ref: string | undefined, platform: WantedPlatform): Promise<OciImage> {
  if ((await files.size('manifest.json')) === undefined) {
    throw new HarnessError('IMAGE_ARCHIVE_INVALID', `${files.where} was not written by \`docker save\`: it has no manifest.json`, { hint: 'archives of OCI layouts are named by oci-archive:' });
  }
  const list = parseDocument(ListSchema, await readJsonFile(files, 'manifest.json'), `manifest.json of ${files.where}`);
  const saved = findSaved(files.where, list, ref);
  const blobs = new Map<string, Blob>();
  const manifest = await describe(files, saved, blobs);
  const read: ReadBlob = (descriptor, signal) => {
    const blob = blobs.get(descriptor.digest);
    if (blob === undefined) throw new HarnessError('IMAGE_ARCHIVE_INVALID', `the blob ${descriptor.digest} is missing in ${files.where}`, { hint: HINT });
    return verifyBlob(descriptor, blob(signal), HINT);
  };
  return pickImage(manifest, read, platform, files.where);
}

type Blob = (signal?: AbortSignal) => AsyncIterable<Uint8Array>;

function findSaved(where: string, list: readonly Saved[], ref: string | undefined): Saved {
  const names = list.flatMap(({ RepoTags }) => RepoTags ?? []);
  const place = /^@(\d+)$/.exec(ref ?? '')?.[1];
  const found = ref === undefined ? (list.length === 1 ? list[0] : undefined) : place === undefined ? list.find(({ RepoTags }) => RepoTags?.some((name) => fullName(name) === fullName(ref))) : list[Number(place)];
  if (found !== undefined) return found;
  if (ref === undefined) throw new HarnessError('IMAGE_NOT_FOUND', `${where} holds ${list.length} images`, { hint: `say which: ${names.slice(0, 5).join(', ') || '@0 is the first'}` });
  const meant = closest(ref, names);
  throw new HarnessError('IMAGE_NOT_FOUND', `${where} has no image "${ref}"`, { hint: meant === undefined ? `it has ${names.slice(0, 5).join(', ') || 'no named images'}` : `did you mean "${meant}"?` });
}

/** The manifest a registry would have for the image; its blobs are noted in `blobs`. */
async function describe(files: ImageFiles, saved: Saved, blobs: Map<string, Blob>): Promise<Descriptor> {
  if ((await files.size(saved.Config)) === undefined) throw new HarnessError('IMAGE_ARCHIVE_INVALID', `the configuration ${showName(saved.Config)} is missing in ${files.where}`, { hint: HINT });
  const bytes = await readWhole(files, saved.Config, MAX_DOCUMENT);
  const config = note(types.config, bytes, blobs);
  const named = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(saved.Config)?.[1];
  if (named !== undefined && config.digest !== `sha256:${named}`) throw new HarnessError('IMAGE_DIGEST_MISMATCH', `the configuration ${showName(saved.Config)} does not have the bytes its name promises`, { hint: HINT });
  const diffIds = parseDocument(ImageConfigSchema, parseJson(bytes, saved.Config), saved.Config).rootfs?.diff_ids ?? [];
  const paths = saved.Layers ?? [];
  if (diffIds.length !== paths.length) throw invalidDocument(saved.Config, `names ${diffIds.length} layers where manifest.json has ${paths.length}`);
  const layers: Descriptor[] = [];
  for (const [index, digest] of diffIds.entries()) layers.push(await layerOf(files, paths[index] ?? '', digest, blobs, `layer ${index + 1} of ${paths.length}`));
  return note(types.manifest, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.manifest, config, layers })), blobs);
}

async function layerOf(files: ImageFiles, path: string, digest: string, blobs: Map<string, Blob>, which: string): Promise<Descriptor> {
  const size = await files.size(path);
  if (size === undefined) throw new HarnessError('IMAGE_ARCHIVE_INVALID', `${which} (${showName(path)}) is missing in ${files.where}`, { hint: HINT });
  const read: Blob = (signal) => decompress(files.read(path, signal));
  blobs.set(digest, read);
  return { mediaType: types.layer, digest, size: (await isCompressed(files.read(path))) ? await sizeOf(read()) : size };
}

/** Only some tools compress layers inside an archive; their diff_ids and sizes are of the plain bytes. */
async function isCompressed(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const chunk of bytes) return detectCompression(chunk) !== 'none';
  return false;
}

async function sizeOf(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of bytes) size += chunk.byteLength;
  return size;
}

function note(mediaType: string, bytes: Buffer, blobs: Map<string, Blob>): Descriptor {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  blobs.set(digest, () => once(bytes));
  return { mediaType, digest, size: bytes.length };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
