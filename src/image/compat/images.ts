// The images of a document as LinuxKit sees them: which manifest, which configuration, which entries. Each is read once,
// however often the document names it.
import { readMembers, type Member } from '../../archive/members.ts';
import type { Cache } from '../../cache/store.ts';
import { HarnessError, InternalError, located } from '../../model/errors.ts';
import type { OciImage } from '../../oci/image.ts';
import type { ImageConfig } from '../../oci/manifest.ts';
import type { Source } from '../../source/source.ts';
import { spoolTar } from '../../source/spool.ts';
import { expandReference } from '../linuxkit/references.ts';
import { flattenLayers } from './flatten.ts';
import { pickAsLinuxkit } from './pick.ts';

export interface CompatImage {
  /** Full reference. */
  readonly source: string;
  readonly image: Pick<OciImage, 'root' | 'read'>;
  readonly config: ImageConfig;
  /** Entries of all layers, flattened. */
  members(): Promise<readonly Member[]>;
}

export interface ImagesContext {
  readonly sources: ReadonlyMap<string, Source>;
  readonly cache: Cache;
  /** As OCI and Go name it. */
  readonly architecture: string;
}

/** Gives an image by the reference the document has. */
export function createImages({ sources, cache, architecture }: ImagesContext, signal: AbortSignal): (ref: string) => Promise<CompatImage> {
  const known = new Map<string, Promise<CompatImage>>();

  async function load(ref: string): Promise<CompatImage> {
    const found = sources.get(ref);
    if (found === undefined) throw new InternalError(`no source for ${ref}`);
    const { image } = found;
    if (image === undefined) {
      throw new HarnessError('COMPAT_IMAGE_UNSUPPORTED', `${ref}: LinuxKit knows images of registries and layouts only`, { hint: 'build without --compat linuxkit, or make an image of it' });
    }
    const { config, layers } = await pickAsLinuxkit(image, architecture, ref);
    let members: Promise<readonly Member[]> | undefined;
    const read = async (): Promise<readonly Member[]> => {
      const all: (readonly Member[])[] = [];
      for (const layer of layers) {
        const { path } = await spoolTar(cache, layer.digest, () => image.read(layer, signal), signal);
        all.push(await readMembers({ path }, signal));
      }
      return flattenLayers(all);
    };
    return { source: expandReference(ref), image, config, members: () => (members ??= named(ref, read)) };
  }

  return (ref) => {
    const image = known.get(ref) ?? named(ref, () => load(ref));
    known.set(ref, image);
    return image;
  };
}

async function named<T>(ref: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw located(error, ref);
  }
}
