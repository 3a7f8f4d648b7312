// The sources of a document's images, each found once. What goes wrong with one, now or when it is read, is told with the
// place in the YAML that names it first.
import { located } from '../model/errors.ts';
import type { Source } from '../source/source.ts';
import { sections, type LinuxkitDocument } from './linuxkit/schema.ts';
import type { PlaceOf } from './sections/containers.ts';

type Path = readonly (string | number)[];

/** Finds them one after another: several would wait for the same package index. */
export async function findSources(doc: LinuxkitDocument, { withKernel, placeOf }: { readonly withKernel: boolean; readonly placeOf?: PlaceOf | undefined }, find: (ref: string) => Promise<Source>): Promise<Map<string, Source>> {
  const sources = new Map<string, Source>();
  for (const [ref, path] of references(doc, withKernel)) {
    if (sources.has(ref)) continue;
    const at = <T>(work: () => Promise<T>): Promise<T> => inPlace(placeOf?.(path), work);
    const source = await at(() => find(ref));
    const layers = source.layers?.bind(source);
    sources.set(ref, {
      ...source,
      tree: (signal) => at(() => source.tree(signal)),
      ...(layers === undefined ? {} : { layers: (signal: AbortSignal) => at(() => layers(signal)) }),
    });
  }
  return sources;
}

/** Does work that concerns something the document names, and says where, should it fail. */
export async function inPlace<T>(place: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw place === undefined ? error : located(error, place);
  }
}

/** Every image reference with the path of its key, in the order in which LinuxKit reads them. */
function* references({ kernel, init, volumes, ...doc }: LinuxkitDocument, withKernel: boolean): Generator<readonly [ref: string, path: Path]> {
  if (withKernel && kernel?.image !== undefined && kernel.image !== '') yield [kernel.image, ['kernel', 'image']];
  for (const [index, ref] of (init ?? []).entries()) yield [ref, ['init', index]];
  for (const [index, { image }] of (volumes ?? []).entries()) if (image !== undefined && image !== '') yield [image, ['volumes', index, 'image']];
  for (const section of sections) for (const [index, { image }] of (doc[section] ?? []).entries()) yield [image, [section, index, 'image']];
}
