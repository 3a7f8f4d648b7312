// What an image will be made of: its sources, found but not read, and the files of its YAML. Quick where nothing changed.
import type { Cache } from '../cache/store.ts';
import type { Arch } from '../model/arch.ts';
import { InternalError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { labelOptions } from '../oci/label.ts';
import { resolveSource, type Source, type TransportContext } from '../source/source.ts';
import { findSources } from './find-sources.ts';
import type { LinuxkitDocument } from './linuxkit/schema.ts';
import { containerIds, type ContainerImage, type PlaceOf } from './sections/containers.ts';
import { derivedSources, kernelKey } from './sections/derived.ts';
import { readFiles, type ReadyFile } from './sections/files.ts';

export type ImageBuilderContext = Omit<TransportContext, 'arch' | 'baseDir'> & {
  readonly cache: Cache;
  readonly progress: Progress;
  /** Reads the YAML of image labels: any value; throws on text that is no YAML. */
  readonly parseYaml: (text: string) => unknown;
  /** Segments will be wanted compressed too: that is done while they are written. */
  readonly compress?: boolean | undefined;
};

export interface DocumentRequest {
  /** Accepted by LinuxkitSchema and checkLinuxkit. */
  readonly yaml: LinuxkitDocument;
  /** Folder of the YAML file. */
  readonly baseDir: string;
  readonly arch: Arch;
  /** Take the kernel's image too: what its archive holds becomes part of the root file system. */
  readonly withKernel?: boolean;
  /** Where a key of the document stands, for messages. */
  readonly placeOf?: PlaceOf | undefined;
}

export interface ImagePlan extends DocumentRequest {
  /** By reference, and by the keys of `derivedSources`. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly files: readonly ReadyFile[];
}

/** Finds every source of a document and reads the files it names. */
export async function planImage({ yaml, baseDir, arch, placeOf, withKernel = false }: DocumentRequest, context: ImageBuilderContext, signal: AbortSignal): Promise<ImagePlan> {
  if (yaml.trust !== undefined) context.progress.notice('trust: in LinuxKit YAML is not used any more: images are identified by their digests');
  const sources = await findSources(yaml, { withKernel, placeOf }, (ref) => resolveSource(ref, { ...context, arch, baseDir }, signal));
  for (const [key, source] of derivedSources(yaml, sources, context.cache, placeOf)) sources.set(key, source);
  const ids = containerIds(yaml);
  const files = await readFiles(yaml, { ...context, baseDir, placeOf, idOf: (name) => ids.get(name) }, signal);
  return { yaml, baseDir, arch, placeOf, withKernel: sources.has(kernelKey), sources, files };
}

/** The source of a reference that the plan was made for. */
export function sourceOf({ sources }: ImagePlan, ref: string): Source {
  const found = sources.get(ref);
  if (found === undefined) throw new InternalError(`no source for ${ref}`);
  return found;
}

/** What the image behind a reference says of itself. */
export function describeImage(plan: ImagePlan, ref: string, parseYaml: (text: string) => unknown): ContainerImage {
  const { config } = sourceOf(plan, ref);
  return { config, label: labelOptions(config, parseYaml) };
}

/** Everything that decides an image's files. */
export function planIdentity({ yaml, arch, sources, files }: ImagePlan): unknown {
  return [decisive(yaml), arch.name, [...sources.values()].map(({ ref, digest }) => [ref, digest]), files.map(({ path, digest }) => [path, digest])];
}

/** What of a document decides its files: without a copy of the document itself among them, the kernel's section does not. */
function decisive(doc: LinuxkitDocument): LinuxkitDocument {
  return doc.files?.some(({ metadata }) => metadata !== undefined) === true ? doc : { ...doc, kernel: undefined, trust: undefined, outputs: undefined };
}
