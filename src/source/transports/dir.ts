// `dir:FOLDER`: a folder as it lies there, relative to the YAML file ({arch} is replaced), as the root of an image. Everything belongs to
// root: owners on this machine say nothing about the guest (`files:` of the YAML can give others).
import { stat } from 'node:fs/promises';
import { copyTree } from '../../archive/rootfs.ts';
import { HarnessError } from '../../model/errors.ts';
import { readFolder } from '../folder.ts';
import { unreadableSource } from '../slices.ts';
import { pathFor, plainConfig, type Source, type Transport } from '../source.ts';

const dir: Transport<'dir'> = async (reference, context, signal): Promise<Source> => {
  const path = pathFor(reference.path, context);
  const stats = await stat(path).catch((error: unknown) => {
    throw unreadableSource(path, error);
  });
  if (!stats.isDirectory()) throw new HarnessError('IMAGE_SOURCE_NOT_FOLDER', `${path} is not a folder`, { hint: 'dir: takes a folder that holds the files of the image' });
  const { tree, digest } = await readFolder(path, context, signal);
  return { ref: reference.text, digest, config: plainConfig, tree: () => Promise.resolve(copyTree(tree)) };
};

export default dir;
