// `docker://NAME[:TAG][@DIGEST]`, or nothing before the name: an image of a registry.
import { layeredSource } from '../layered.ts';
import type { Source, Transport } from '../source.ts';

const docker: Transport<'docker'> = async (reference, context, signal): Promise<Source> => layeredSource(reference.text, await context.registry.image(reference, context.arch.oci, signal), context);

export default docker;
