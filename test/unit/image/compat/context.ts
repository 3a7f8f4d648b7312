// What a compat build needs in a test: documents with their images taken from a layout, for real.
import { join } from 'node:path';
import { buildCompat, type CompatSystem } from '../../../../src/image/compat/build.ts';
import { compatSource } from '../../../../src/image/compat/source.ts';
import { mergeDocuments } from '../../../../src/image/linuxkit/merge.ts';
import { sections, type LinuxkitDocument } from '../../../../src/image/linuxkit/schema.ts';
import type { Arch } from '../../../../src/model/arch.ts';
import { expandName } from '../../../../src/oci/reference.ts';
import { resolveSource, type Source } from '../../../../src/source/source.ts';
import { documentOf, parseYaml, type Workplace } from '../context.ts';

export const corpus = join(import.meta.dirname, '../../../../../shared/corpus/linuxkit');

export const never = new AbortController().signal;

/** The merged document of several texts; of each the first document counts, as for LinuxKit. */
export function documentOfInputs(texts: readonly string[]): LinuxkitDocument {
  return mergeDocuments(texts.map((text) => ({ doc: documentOf(text.split(/^---$/m)[0] ?? ''), baseDir: corpus })));
}

/** Builds a document whose images are in the layout of a folder, by their full names. */
export async function buildFrom(place: Workplace, yaml: LinuxkitDocument, arch: Arch, folder = corpus): Promise<CompatSystem> {
  const refs = new Set([
    ...(yaml.kernel?.image === undefined ? [] : [yaml.kernel.image]), ...(yaml.init ?? []), ...(yaml.volumes ?? []).flatMap(({ image }) => image ?? []),
    ...sections.flatMap((section) => (yaml[section] ?? []).map(({ image }) => image)),
  ]);
  const sources = new Map<string, Source>();
  for (const ref of refs) {
    sources.set(ref, await compatSource(arch.oci, (oci) => resolveSource(`oci:layout:${expandName(ref)}`, { ...place.context, arch: { ...arch, oci }, baseDir: folder }, never)));
  }
  return buildCompat({ yaml, workingDir: folder, arch, sources, cache: place.context.cache, parseYaml }, never);
}
