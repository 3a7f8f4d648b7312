// Where a kernel and what belongs to it lie in an image. Known are LinuxKit's kernel images (`kernel`, `kernel.tar`, in
// 2017 `bzImage`), cilium's ci-kernels (`boot/vmlinuz`), little-vm-helper's (`data/kernels/NAME/boot/vmlinuz-RELEASE`), and
// what distributions install (`boot/vmlinuz-RELEASE`, `usr/lib/modules/RELEASE/vmlinuz`). Pure: it looks at names only.
import type { Content, Inode } from '../archive/entry.ts';
import { lookup, type Node, type Tree } from '../archive/rootfs.ts';
import { HarnessError } from '../model/errors.ts';
import { listNames } from '../model/suggest.ts';

type File = Extract<Inode, { readonly type: 'file' }>;

/** Files of a kernel in the tree of an image. */
export interface KernelInImage {
  /** Path of the kernel in the image, for people. */
  readonly path: string;
  readonly kernel: File;
  readonly config?: File;
  /** LinuxKit's archive of what belongs into the root file system: modules above all. */
  readonly tar?: { readonly name: string; readonly content: Content };
  /** Folder `…/RELEASE` of its modules. */
  readonly modules?: { readonly release: string; readonly node: Node };
}

/** What the user says where the layout does not tell. */
export interface LayoutHints {
  /** Path of the kernel in the image: LinuxKit's `binary`. */
  readonly kernel?: string | undefined;
  /** Name of LinuxKit's archive; `none` or nothing at all for an image without one. */
  readonly tar?: string | undefined;
}

const kernelName = /^(vmlinuz|Image|bzImage|zImage)([-.].+)?$/;

/**
 * Finds the kernel of an image.
 * @throws HarnessError `KERNEL_NOT_IN_IMAGE`, `KERNEL_AMBIGUOUS`
 */
export function findKernel(tree: Tree, hints: LayoutHints): KernelInImage {
  const path = hints.kernel === undefined ? soleKernel(tree) : hints.kernel.replace(/^\/+/, '');
  const kernel = fileAt(tree, path);
  if (kernel === undefined) {
    throw new HarnessError('KERNEL_NOT_IN_IMAGE', `the image has no kernel file ${path}`, { hint: `it has ${listNames(candidates(tree)) || 'no kernel where kernels usually are'}` });
  }
  const tarFile = fileAt(tree, tarName(hints.tar));
  const tar = tarFile && { name: tarName(hints.tar), content: tarFile.content };
  const home = /^(data\/kernels\/[^/]+\/)/.exec(path)?.[1] ?? '';
  const modules = findModules(tree, home, releaseOf(path));
  const config = [`${home}boot/config-${modules?.release ?? releaseOf(path) ?? ''}`, `${home}boot/config`, ...(modules === undefined ? [] : [`${home}usr/lib/modules/${modules.release}/config`, `${home}lib/modules/${modules.release}/config`])]
    .map((place) => fileAt(tree, place)).find((file) => file !== undefined);
  return { path, kernel, ...(config === undefined ? {} : { config }), ...(tar === undefined ? {} : { tar }), ...(modules === undefined ? {} : { modules }) };
}

function tarName(tar: string | undefined): string {
  return tar === undefined ? 'kernel.tar' : tar === '' ? 'none' : tar;
}

function soleKernel(tree: Tree): string {
  const found = candidates(tree);
  const [first] = found;
  if (first === undefined) {
    throw new HarnessError('KERNEL_NOT_IN_IMAGE', 'the image holds no kernel', { hint: 'looked for kernel, bzImage, boot/vmlinuz*, data/kernels/*/boot/vmlinuz* and lib/modules/*/vmlinuz; say where it is with "kernel" (in image.yml: kernel.binary)' });
  }
  if (found.length > 1) throw new HarnessError('KERNEL_AMBIGUOUS', `the image holds several kernels: ${listNames(found)}`, { hint: 'say which with "kernel" (in image.yml: kernel.binary)' });
  return first;
}

/** Of the first place that has any, in the order of how sure the name is. */
function candidates(tree: Tree): readonly string[] {
  const lvh = names(tree, 'data/kernels').map((name) => `data/kernels/${name}/`);
  const places: (() => readonly string[])[] = [
    () => ['kernel', 'bzImage'].filter((name) => fileAt(tree, name) !== undefined).slice(0, 1),
    () => ['', ...lvh].flatMap((home) => names(tree, `${home}boot`).filter((name) => kernelName.test(name)).map((name) => `${home}boot/${name}`)).filter((path) => fileAt(tree, path) !== undefined),
    () => ['usr/lib/modules', 'lib/modules'].flatMap((folder) => names(tree, folder).map((release) => `${folder}/${release}/vmlinuz`)).filter((path) => fileAt(tree, path) !== undefined),
  ];
  for (const place of places) {
    const found = place();
    // `vmlinuz` beside `vmlinuz-6.6.1` is a link to it: the longer name, which comes later, says more.
    const distinct = found.filter((path, index) => found.findLastIndex((other) => fileAt(tree, other) === fileAt(tree, path)) === index);
    if (distinct.length > 0) return distinct;
  }
  return [];
}

/** The modules below `home`, a path that ends in a slash: those of a release, or where that is not known the first. */
export function findModules(tree: Tree, home = '', release?: string): KernelInImage['modules'] {
  const found = ['lib/modules', 'usr/lib/modules'].flatMap((folder) => names(tree, `${home}${folder}`).map((name) => ({ release: name, node: nodeAt(tree, `${home}${folder}/${name}`) })));
  const usable = found.filter((each): each is { release: string; node: Node } => each.node?.children !== undefined);
  return usable.find((each) => each.release === release) ?? (usable.length === 1 || release === undefined ? usable[0] : undefined);
}

/** `boot/vmlinuz-6.6.1` and `lib/modules/6.6.1/vmlinuz` tell it. */
function releaseOf(path: string): string | undefined {
  return /\/(?:vmlinuz|Image|bzImage|zImage)-(.+)$/.exec(path)?.[1] ?? /modules\/([^/]+)\/vmlinuz$/.exec(path)?.[1];
}

const nodeAt = (tree: Tree, path: string): Node | undefined => lookup(tree, path, { follow: true });

function fileAt(tree: Tree, path: string): File | undefined {
  const inode = nodeAt(tree, path)?.inode;
  return inode?.type === 'file' ? inode : undefined;
}

const names = (tree: Tree, path: string): readonly string[] => [...(nodeAt(tree, path)?.children?.keys() ?? [])].sort();
