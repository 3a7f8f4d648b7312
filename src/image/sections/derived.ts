// What a document makes of its images beyond their trees, each as a source of its own: what the kernel's archive lays into
// the root, the joined package database and the applets of the init images, the OCI layouts that volumes hold. Segments and caches treat
// them like any other source. Their keys are no references, so they cannot be taken for one.
import type { Cache } from '../../cache/store.ts';
import type { Source } from '../../source/source.ts';
import type { LinuxkitDocument } from '../linuxkit/schema.ts';
import { appletLinks } from './applets.ts';
import type { PlaceOf } from './containers.ts';
import { kernelTree } from './kernel.ts';
import { packageDatabase } from './packages.ts';
import { volumeLayout } from './volume-layout.ts';

export const kernelKey = '(kernel)';
export const packagesKey = '(packages)';
export const appletsKey = '(applets)';
export const volumeKey = (name: string): string => `(volume ${name})`;
export const isDerived = (key: string): boolean => key.startsWith('(');

/** Whether the guest is started by builtin:init. */
export const hasOurInit = ({ init }: LinuxkitDocument): boolean => init?.includes('builtin:init') === true;

/** `sources` by reference; the kernel's archive is taken only where its image is among them. */
export function derivedSources(doc: LinuxkitDocument, sources: ReadonlyMap<string, Source>, cache: Cache, placeOf?: PlaceOf): ReadonlyMap<string, Source> {
  const derived = new Map<string, Source>();
  const kernel = doc.kernel?.image === undefined ? undefined : sources.get(doc.kernel.image);
  if (doc.kernel !== undefined && kernel !== undefined) derived.set(kernelKey, kernelTree(kernel, doc.kernel, { cache, place: placeOf?.(['kernel', 'image']) }));
  const init = (doc.init ?? []).flatMap((ref) => sources.get(ref) ?? []);
  if (init.length > 1) derived.set(packagesKey, packageDatabase(init));
  if (hasOurInit(doc)) derived.set(appletsKey, appletLinks(init));
  for (const volume of doc.volumes ?? []) {
    const source = volume.format === 'oci' && volume.image !== undefined ? sources.get(volume.image) : undefined;
    if (source !== undefined) derived.set(volumeKey(volume.name), volumeLayout(source, volume, cache));
  }
  return derived;
}
