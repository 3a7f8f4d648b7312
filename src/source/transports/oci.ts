// `oci:FOLDER[:REFERENCE]`: an image of an OCI layout folder, relative to the YAML file ({arch} is replaced).
import { readLayoutImage } from '../../oci/layout.ts';
import { layeredSource } from '../layered.ts';
import { pathFor, type Source, type Transport } from '../source.ts';

const oci: Transport<'oci'> = async (reference, context, signal): Promise<Source> => {
  const image = await readLayoutImage(pathFor(reference.path, context), reference.ref, context.arch.oci);
  signal.throwIfAborted();
  return layeredSource(reference.text, image, context);
};

export default oci;
