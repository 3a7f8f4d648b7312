// An image made of layers as a source: its layers lie uncompressed in the cache, its tree is folded from them.
// Whatever goes wrong with a layer names it.
import { contentSize, type Entry } from '../archive/entry.ts';
import { createTree, type Tree } from '../archive/rootfs.ts';
import { HarnessError, located } from '../model/errors.ts';
import type { OciImage } from '../oci/image.ts';
import { applyLayer } from '../oci/layers.ts';
import { spoolTar } from './spool.ts';
import type { LayerArchive, Source, TransportContext } from './source.ts';

/** Layers fetched and uncompressed at once: each keeps a processor busy. */
const AT_ONCE = 3;
/** Beyond these an image boots nowhere: each layer has limits of its own, many layers must not multiply them. */
const limits = { entries: 1_000_000, bytes: 16 * 1024 ** 3 } as const;

/** The source an image stands for. `ref` is what the user wrote. */
export function layeredSource(ref: string, image: OciImage, context: Pick<TransportContext, 'cache'>): Source {
  const layers = (signal: AbortSignal): Promise<readonly LayerArchive[]> => spoolLayers(image, context, signal);
  return { ref, digest: image.digest, config: image.config, image, layers, tree: async (signal) => fold(image, await layers(signal)) };
}

/** Ends once every layer has: whoever is told of a failure finds nothing still at work. */
async function spoolLayers(image: OciImage, context: Pick<TransportContext, 'cache'>, signal: AbortSignal): Promise<readonly LayerArchive[]> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const done: LayerArchive[] = [];
  const total = { entries: 0, bytes: 0 };
  const waiting = [...image.layers.entries()];
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && failure === undefined; next = waiting.shift()) {
      const [index, layer] = next;
      done[index] = await ofLayer(image, index, async () => {
        const spooled = await spoolTar(context.cache, layer.digest, (shared) => image.read(layer, shared), either);
        count(total, spooled.entries);
        return { digest: layer.digest, ...spooled };
      });
    }
  };
  const failed = (error: unknown): void => {
    failure ??= { error };
    stop.abort();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => work().catch(failed)));
  signal.throwIfAborted();
  if (failure !== undefined) throw failure.error;
  return done;
}

function count(total: { entries: number; bytes: number }, entries: readonly Entry[]): void {
  total.entries += entries.length;
  for (const entry of entries) if (entry.type === 'file') total.bytes += contentSize(entry.content);
  if (total.entries > limits.entries) throw new HarnessError('ARCHIVE_TOO_MANY_ENTRIES', `the layers up to here have more than ${limits.entries} entries`, { hint: 'use a smaller image' });
  if (total.bytes > limits.bytes) throw new HarnessError('ARCHIVE_TOO_BIG', `the layers up to here unpack to more than ${limits.bytes / 1024 ** 3} GiB`, { hint: 'use a smaller image' });
}

async function fold(image: OciImage, layers: readonly LayerArchive[]): Promise<Tree> {
  const tree = createTree();
  for (const [index, { entries }] of layers.entries()) await ofLayer(image, index, () => applyLayer(tree, entries));
  return tree;
}

async function ofLayer<T>(image: OciImage, index: number, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const layer = `layer ${index + 1} of ${image.layers.length} (${image.layers[index]?.digest.slice(0, 19) ?? ''}…)`;
    throw located(error, layer);
  }
}
