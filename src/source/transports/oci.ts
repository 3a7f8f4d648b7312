// `oci:FOLDER[:REFERENCE]`: an image of an OCI layout folder, relative to the YAML file ({arch} is replaced).
import { createTree, type Tree } from '../../archive/rootfs.ts';
import { HarnessError } from '../../model/errors.ts';
import { applyLayer } from '../../oci/layers.ts';
import { readBlob, readLayoutImage, type LayoutImage } from '../../oci/layout.ts';
import { spoolTar } from '../spool.ts';
import { pathFor, type Source, type Transport, type TransportContext } from '../source.ts';

const oci: Transport<'oci'> = async (reference, context, signal): Promise<Source> => {
  const folder = pathFor(reference.path, context);
  const image = await readLayoutImage(folder, reference.ref, context.arch.oci);
  signal.throwIfAborted();
  return { ref: reference.text, digest: image.digest, config: image.config, tree: (inner) => readLayers(folder, image, context, inner) };
};

async function readLayers(folder: string, image: LayoutImage, context: TransportContext, signal: AbortSignal): Promise<Tree> {
  const tree = createTree();
  for (const [index, layer] of image.layers.entries()) {
    try {
      applyLayer(tree, await spoolTar(context.cache, layer.digest, () => readBlob(folder, layer, signal), signal));
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      throw new HarnessError(error.code, `layer ${index + 1} of ${image.layers.length} (${layer.digest.slice(0, 19)}…): ${error.message}`, { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
    }
  }
  return tree;
}

export default oci;
