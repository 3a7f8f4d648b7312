// `oci-archive:FILE[:REFERENCE]`: an image of an OCI layout in a tar archive, compressed or not, relative to the YAML
// file ({arch} is replaced).
import { readLayout } from '../../oci/layout.ts';
import { openArchive } from '../archive-file.ts';
import { layeredSource } from '../layered.ts';
import { pathFor, type Source, type Transport } from '../source.ts';

const ociArchive: Transport<'oci-archive'> = async (reference, context, signal): Promise<Source> => {
  const files = await openArchive(pathFor(reference.path, context), context.cache, signal);
  return layeredSource(reference.text, await readLayout(files, reference.ref, context.arch.oci), context);
};

export default ociArchive;
