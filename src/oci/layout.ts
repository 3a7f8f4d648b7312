// Reads images from an OCI image layout, a folder or an archive of one. Nothing in it is trusted: digests and sizes are
// verified while reading. https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md; LinuxKit's cache
// folder is one too, its images named in full (`docker.io/library/alpine:3.20`).
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { HarnessError } from '../model/errors.ts';
import { closest } from '../model/suggest.ts';
import { errorCode } from '../sys/fs.ts';
import { readJsonFile, type ImageFiles } from './files.ts';
import { verifyBlob, type OciImage } from './image.ts';
import { IndexSchema, LayoutSchema, type Descriptor, type Index } from './manifest.ts';
import { parseDocument, pickImage } from './pick.ts';
import { pickManifest, type WantedPlatform } from './platform.ts';
import { fullName } from './reference.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
/** What docker and containerd call an image; their REF_NAME is only the tag. */
const FULL_NAME = 'io.containerd.image.name';

/** Finds an image in a layout folder, as `readLayout` does. */
export function readLayoutImage(folder: string, ref: string | undefined, platform: WantedPlatform): Promise<OciImage> {
  return readLayout(folderFiles(folder), ref, platform);
}

/**
 * Finds an image by its reference (without one: the only image) and picks the manifest for a platform.
 * @throws HarnessError `IMAGE_LAYOUT_INVALID`, `IMAGE_NOT_FOUND`, and what `pickImage` throws
 */
export async function readLayout(files: ImageFiles, ref: string | undefined, platform: WantedPlatform): Promise<OciImage> {
  const document = async <T extends z.ZodType>(name: string, schema: T): Promise<z.output<T>> => {
    if ((await files.size(name)) === undefined) throw notLayout(files.where, `it has no ${name}`);
    return parseDocument(schema, await readJsonFile(files, name), `${name} of ${files.where}`);
  };
  await document('oci-layout', LayoutSchema);
  const index = await document('index.json', IndexSchema);
  return pickImage(findImage(files.where, index, ref, platform), (descriptor, signal) => readLayoutBlob(files, descriptor, signal), platform, files.where);
}

/** The bytes of a blob of a layout folder; fails at its end when digest or size are not what the descriptor says. */
export function readBlob(folder: string, descriptor: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  return readLayoutBlob(folderFiles(folder), descriptor, signal);
}

async function* readLayoutBlob(files: ImageFiles, descriptor: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const path = `blobs/${descriptor.digest.replace(':', '/')}`;
  const size = await files.size(path);
  if (size === undefined) throw new HarnessError('IMAGE_LAYOUT_INVALID', `the blob ${descriptor.digest} is missing in ${files.where}`, { hint: 'the layout is not complete: copy the image again' });
  yield* verifyBlob(descriptor, files.read(path, signal), 'the layout is damaged: copy the image again');
}

/** The files of a layout folder. */
function folderFiles(folder: string): ImageFiles {
  const where = `the layout ${folder}`;
  return {
    where,
    size: (path) => stat(join(folder, path)).then((stats) => (stats.isFile() ? stats.size : undefined), () => undefined),
    async *read(path, signal) {
      try {
        for await (const chunk of createReadStream(join(folder, path), { highWaterMark: 256 * 1024, signal }) as AsyncIterable<Buffer>) yield chunk;
      } catch (error) {
        signal?.throwIfAborted();
        throw new HarnessError('IMAGE_LAYOUT_INVALID', `${path} of ${where} cannot be read: ${errorCode(error) ?? String(error)}`, { hint: 'make the folder readable for you, or copy the image again', cause: error });
      }
    },
  };
}

function notLayout(where: string, why: string): HarnessError {
  return new HarnessError('IMAGE_LAYOUT_INVALID', `${where} is not an OCI image layout: ${why}`, { hint: '`skopeo copy docker://NAME oci:FOLDER:NAME` makes one' });
}

/**
 * The entry of a layout's index.json that a reference names; `where` says in messages which layout that is.
 * @throws HarnessError `IMAGE_NOT_FOUND`
 */
export function findImage(where: string, index: Index, ref: string | undefined, platform: WantedPlatform): Descriptor {
  const { manifests } = index;
  const [only] = manifests;
  if (ref === undefined) {
    if (only !== undefined && manifests.length === 1) return only;
    const distinct = new Set(manifests.map((manifest) => manifest.annotations?.[REF_NAME]));
    const picked = distinct.size === 1 ? pickManifest(manifests, platform) : undefined;
    if (picked !== undefined) return picked;
    throw new HarnessError('IMAGE_NOT_FOUND', `${where} holds ${manifests.length} images`, { hint: `say which: ${refNames(index).slice(0, 5).join(', ') || 'none of them has a name'}` });
  }
  const named = fullName(ref);
  const digest = /(?:^|@)(sha(?:256|512):[0-9a-f]+)$/.exec(ref)?.[1];
  const isMeant = ({ annotations, digest: own }: Descriptor): boolean =>
    own === digest || annotations?.[REF_NAME] === ref || [annotations?.[REF_NAME], annotations?.[FULL_NAME]].some((name) => name !== undefined && fullName(name) === named);
  const found = manifests.filter(isMeant);
  const [first] = found;
  if (first === undefined) {
    const meant = closest(ref, refNames(index));
    throw new HarnessError('IMAGE_NOT_FOUND', `${where} has no image "${ref}"`, { hint: meant === undefined ? `it has ${refNames(index).slice(0, 5).join(', ') || 'no named images'}` : `did you mean "${meant}"?` });
  }
  return found.length === 1 ? first : (pickManifest(found, platform) ?? first);
}

const refNames = (index: Index): string[] => index.manifests.flatMap(({ annotations }) => annotations?.[FULL_NAME] ?? annotations?.[REF_NAME] ?? []);
