// The root file system that a LinuxKit document describes, as one tree: init images over one another, volumes, the
// bundles of its containers, files (linuxkit.md §2). Where the images' trees come from is the caller's.
import { plainDirectory, textFile } from '../archive/entry.ts';
import { attach, createTree, merge, put, type Tree } from '../archive/rootfs.ts';
import { goJson } from '../oci/json.ts';
import type { LinuxkitDocument } from './linuxkit/schema.ts';
import { addApplets } from './sections/applets.ts';
import { bundleConfigs, type Bundle, type ContainerImage, type PlaceOf } from './sections/containers.ts';
import { appletsKey, hasOurInit, kernelKey, packagesKey, volumeKey } from './sections/derived.ts';
import { placeFiles, type ReadyFile } from './sections/files.ts';
import { shellEntry } from './sections/shell-entry.ts';
import { placeVolumes } from './sections/volumes.ts';
import { addStandardFiles, dropLeftovers, type Role } from './standard-files.ts';

export interface Composition {
  readonly doc: LinuxkitDocument;
  /** The kernel's archive is part of the root file system. */
  readonly withKernel: boolean;
  readonly placeOf?: PlaceOf | undefined;
  readonly files: readonly ReadyFile[];
  /** A tree of its own at each call, for it is changed and taken apart. */
  readonly treeOf: (ref: string) => Promise<Tree>;
  readonly describe: (ref: string) => ContainerImage;
}

/** Puts the parts together, in the order in which LinuxKit writes them. */
export async function composeTree({ doc, withKernel, placeOf, files, treeOf, describe }: Composition): Promise<Tree> {
  const cleaned = async (ref: string, role: Role): Promise<Tree> => {
    const tree = await treeOf(ref);
    dropLeftovers(tree, role);
    return tree;
  };
  const complete = async (ref: string, role: Role): Promise<Tree> => {
    const tree = await cleaned(ref, role);
    addStandardFiles(tree, role);
    return tree;
  };
  // The first tree is taken as it is: laying it upon nothing would cost time and change nothing.
  let first = withKernel ? await treeOf(kernelKey) : undefined;
  for (const ref of doc.init ?? []) {
    const tree = await cleaned(ref, 'system');
    if (first === undefined) first = tree;
    else merge(first, tree);
  }
  const root = first ?? createTree();
  if ((doc.init ?? []).length > 1) merge(root, await treeOf(packagesKey));
  if ((doc.init ?? []).length > 0) addStandardFiles(root, 'system');
  if (hasOurInit(doc)) addApplets(root, await treeOf(appletsKey));
  await placeVolumes(root, doc, (ref) => complete(ref, 'system'), ({ name }) => treeOf(volumeKey(name)));
  for (const bundle of bundleConfigs(doc, describe, placeOf)) await placeBundle(root, bundle, () => complete(bundle.container.image, 'container'), bundleTexts(bundle, doc));
  placeFiles(root, files);
  return root;
}

/** What is written into the bundles of a document, without their images: path and text. It says whether two versions of this code make the same of it. */
export function writtenTexts({ doc, describe, placeOf }: Pick<Composition, 'doc' | 'describe' | 'placeOf'>): readonly (readonly [path: string, text: string])[] {
  return bundleConfigs(doc, describe, placeOf).flatMap((bundle) => bundleTexts(bundle, doc));
}

function bundleTexts(bundle: Bundle, doc: LinuxkitDocument): readonly (readonly [path: string, text: string])[] {
  return [
    [`${bundle.path}/config.json`, goJson(bundle.config)],
    [`${bundle.path}/runtime.json`, goJson(bundle.runtime)],
    ...(hasOurInit(doc) ? [[`${bundle.path}/entry`, shellEntry(bundle)] as const] : []),
  ];
}

async function placeBundle(root: Tree, bundle: Bundle, imageTree: () => Promise<Tree>, texts: ReturnType<typeof bundleTexts>): Promise<void> {
  if (bundle.carries) attach(root, bundle.root, await imageTree());
  for (const [path, text] of texts) put(root, path, textFile(text));
  for (const folder of bundle.folders) put(root, `${bundle.path}/${folder}`, plainDirectory);
}
