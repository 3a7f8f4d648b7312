// `docker-archive:FILE[:NAME]`: an image of a file that `docker save` or `podman save` wrote, compressed or not, relative
// to the YAML file ({arch} is replaced).
import { readDockerArchive } from '../../oci/docker-archive.ts';
import { openArchive } from '../archive-file.ts';
import { layeredSource } from '../layered.ts';
import { pathFor, type Source, type Transport } from '../source.ts';

const dockerArchive: Transport<'docker-archive'> = async (reference, context, signal): Promise<Source> => {
  const files = await openArchive(pathFor(reference.path, context), context.cache, signal);
  return layeredSource(reference.text, await readDockerArchive(files, reference.ref, context.arch.oci), context);
};

export default dockerArchive;
