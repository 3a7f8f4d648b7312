// The whole root file system of an image as one tree with its content: what formats other than initrds are written from.
import type { Inode } from '../archive/entry.ts';
import type { Tree } from '../archive/rootfs.ts';
import { composeTree } from './compose.ts';
import { mapInodes } from './parts.ts';
import { describeImage, sourceOf, type ImageBuilderContext, type ImagePlan } from './plan.ts';

/** The tree of a planned image. Its segments unpack to the same. */
export function imageTree(plan: ImagePlan, context: ImageBuilderContext, signal: AbortSignal): Promise<Tree> {
  return composeTree({
    doc: plan.yaml,
    withKernel: plan.withKernel === true,
    placeOf: plan.placeOf,
    files: plan.files,
    describe: (ref) => describeImage(plan, ref, context.parseYaml),
    treeOf: async (ref) => withOwnInodes(await sourceOf(plan, ref).tree(signal)),
  });
}

/** A source that is used twice gives two files of each, not two names of one. */
function withOwnInodes(tree: Tree): Tree {
  const copies = new Map<Inode, Inode>();
  return mapInodes(tree, (inode) => {
    const copy = copies.get(inode) ?? { ...inode };
    copies.set(inode, copy);
    return copy;
  });
}
