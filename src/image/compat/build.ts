// `--compat linuxkit`: what `linuxkit build` makes of a document, entry by entry and with all its faults, for who ships
// LinuxKit images and wants to test exactly those. The sections come in LinuxKit's order (linuxkit.md §2.1); nothing of an
// image is read before it is written, but the headers of its layers.
import type { Cache } from '../../cache/store.ts';
import type { Arch } from '../../model/arch.ts';
import { labelOptions } from '../../oci/label.ts';
import type { Source } from '../../source/source.ts';
import { expandReference } from '../linuxkit/references.ts';
import { sections, type LinuxkitDocument } from '../linuxkit/schema.ts';
import { inPlace } from '../find-sources.ts';
import { containerIds, type PlaceOf } from '../sections/containers.ts';
import { containerEntries } from './containers.ts';
import { gathered, openContent } from './content.ts';
import { writeInitrdCpio } from './cpio.ts';
import type { CompatContent, CompatEntry } from './entry.ts';
import { filesEntries } from './files.ts';
import { gzip } from './gzip.ts';
import { createImages } from './images.ts';
import { initEntries } from './init.ts';
import { kernelEntries } from './kernel.ts';
import { applyTemplates } from './templates.ts';
import { writeTar } from './tar.ts';
import { volumeEntries } from './volumes.ts';

export interface CompatRequest {
  /** All input files merged, accepted by LinuxkitSchema and checkLinuxkit. */
  readonly yaml: LinuxkitDocument;
  /** Folder that `source:` of files is relative to: for LinuxKit it is the working directory. */
  readonly workingDir: string;
  readonly arch: Pick<Arch, 'oci'>;
  /** Where a key of the document stands, for messages. */
  readonly placeOf?: PlaceOf | undefined;
  /** What each reference of the document stands for; `compatSource` finds them. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly cache: Cache;
  /** Reads the YAML of image labels: any value; throws on text that is no YAML. */
  readonly parseYaml: (text: string) => unknown;
}

/** A system as LinuxKit makes it, before a format. */
export interface CompatSystem {
  /** Everything in LinuxKit's tar output, in its order, repetitions included. */
  readonly entries: readonly CompatEntry[];
  readonly cmdline: string;
  /** Undefined where there is none, or an empty one. */
  readonly kernel: CompatEntry | undefined;
  readonly ucode: CompatEntry | undefined;
  /** The bytes of an entry. */
  read(entry: CompatEntry, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The tar output. */
  tar(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The initrd uncompressed and without microcode: equal to LinuxKit's to the byte. */
  cpio(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The same as gzip, filled up to a multiple of 4. Another compressor than LinuxKit's: only what it unpacks to is equal. */
  archive(signal: AbortSignal, level?: number): AsyncIterable<Uint8Array>;
  /** The initrd file: microcode in front of the archive. */
  initrd(signal: AbortSignal, level?: number): AsyncIterable<Uint8Array>;
}

/**
 * Builds a system as LinuxKit does.
 * @throws HarnessError `COMPAT_LINUXKIT_FAILS` where LinuxKit fails; `COMPAT_IMAGE_UNSUPPORTED`; `IMAGE_LABEL_INVALID`
 */
export async function buildCompat(request: CompatRequest, signal: AbortSignal): Promise<CompatSystem> {
  const entries = await collect({ ...request, yaml: applyTemplates(request.yaml) }, signal);
  // The last entry of a name counts, wherever it comes from; an empty one means that there is none.
  const last = (name: string): CompatEntry | undefined => {
    const entry = entries.findLast((found) => found.name === name);
    return entry === undefined || entry.size === 0 ? undefined : entry;
  };
  const [kernel, ucode, cmdline] = [last('boot/kernel'), last('boot/ucode.cpio'), last('boot/cmdline')];
  const parts: Uint8Array[] = [];
  for await (const chunk of contentOf(cmdline?.content ?? [], signal)) parts.push(chunk);
  const cpio = (inner: AbortSignal): AsyncIterable<Uint8Array> => withContent(inner, (read) => gathered(writeInitrdCpio(entries, read)));
  return {
    entries, kernel, ucode, cpio,
    cmdline: Buffer.concat(parts).toString(),
    read: ({ content }, inner) => contentOf(content, inner),
    tar: (inner) => withContent(inner, (read) => gathered(writeTar(entries, read))),
    archive: (inner, level) => filledUp(gzip(cpio(inner), inner, level)),
    initrd: (inner, level) => joined(contentOf(ucode?.content ?? [], inner), filledUp(gzip(cpio(inner), inner, level))),
  };
}

async function collect(request: CompatRequest, signal: AbortSignal): Promise<readonly CompatEntry[]> {
  const { yaml, sources, cache, arch, parseYaml, workingDir, placeOf } = request;
  const imageOf = createImages({ sources, cache, architecture: arch.oci.architecture }, signal);
  const entries: CompatEntry[] = [];
  const add = (more: readonly CompatEntry[]): void => {
    for (const entry of more) entries.push(entry);
  };
  const { kernel } = yaml;
  if (kernel?.image !== undefined && kernel.image !== '') {
    const image = await imageOf(kernel.image);
    const origin = { source: expandReference(kernel.image), location: 'kernel' };
    add(await inPlace(placeOf?.(['kernel', 'image']), async () => kernelEntries(kernel, await image.members(), origin, signal)));
  }
  const init = [];
  for (const ref of yaml.init ?? []) init.push({ source: expandReference(ref), members: await (await imageOf(ref)).members() });
  add(initEntries(init));
  for (const [index, volume] of (yaml.volumes ?? []).entries()) {
    add(await volumeEntries(volume, index, volume.image === undefined || volume.image === '' ? undefined : await imageOf(volume.image)));
  }
  const ids = containerIds(yaml);
  const idOf = (name: string): number | undefined => ids.get(name);
  const volumes = new Set((yaml.volumes ?? []).map(({ name }) => name));
  const world = { idOf, volumePath: (name: string) => (volumes.has(name) ? `/containers/volumes/${name}/merged` : undefined), roots: new Map<string, string>() };
  for (const section of sections) {
    for (const [index, container] of (yaml[section] ?? []).entries()) {
      const image = await imageOf(container.image);
      const place = placeOf === undefined ? undefined : `${placeOf([section, index, 'image'])}: ${section} ${container.name} (${container.image})`;
      add(await inPlace(place, async () => containerEntries({ ...image, container, label: labelOptions(image.config, parseYaml) }, { section, index }, world)));
    }
  }
  add(await filesEntries(yaml, { workingDir, idOf }));
  return entries;
}

async function* withContent(signal: AbortSignal, write: (read: (content: CompatContent) => AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await using content = openContent(signal);
  yield* write(content.read);
}

function contentOf(content: readonly CompatContent[], signal: AbortSignal): AsyncIterable<Uint8Array> {
  return withContent(signal, async function* (read) {
    for (const part of content) yield* read(part);
  });
}

async function* joined(...parts: readonly AsyncIterable<Uint8Array>[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part;
}

async function* filledUp(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    yield chunk;
  }
  if (bytes % 4 > 0) yield new Uint8Array(4 - (bytes % 4));
}
