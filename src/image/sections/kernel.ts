// `kernel:` of the YAML (linuxkit.md §2.4): from the tree of a kernel image to the files that are booted, and to what its
// archive lays into the root file system. Cured: a kernel that is a link is followed (LinuxKit writes an empty file), the
// archive may be compressed, and `bzImage`, the name of 2017, is found without being told.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentSize, plainDirectory, type Inode } from '../../archive/entry.ts';
import { createTree, lookup, put, type Tree } from '../../archive/rootfs.ts';
import type { Cache } from '../../cache/store.ts';
import { HarnessError, UsageError } from '../../model/errors.ts';
import type { Progress } from '../../model/events.ts';
import { closest } from '../../model/suggest.ts';
import { unpackInner } from '../../source/inner-archive.ts';
import { openSlices } from '../../source/slices.ts';
import type { Source } from '../../source/source.ts';
import type { LinuxkitDocument } from '../linuxkit/schema.ts';

export type KernelSection = NonNullable<LinuxkitDocument['kernel']>;

/** Files of this machine that are booted. */
export interface KernelFiles {
  /** Path of the kernel, byte for byte as in the image. */
  readonly kernel: string;
  /** Path of the microcode archive, where the document names one and the image has it. */
  readonly ucode?: string;
  /** Identity of both. */
  readonly digest: string;
}

export interface KernelContext {
  readonly cache: Cache;
  readonly progress: Progress;
  /** Where the document names the image, for messages: `image.yml:2:10`. */
  readonly place?: string | undefined;
}

type File = Extract<Inode, { readonly type: 'file' }>;

/**
 * Takes kernel and microcode out of an image. An image without the microcode is fine, as for LinuxKit: those of other
 * architectures have none.
 * @throws HarnessError `IMAGE_KERNEL_MISSING`
 */
export async function kernelFiles(source: Source, section: KernelSection, { cache, progress, place: where }: KernelContext, signal: AbortSignal): Promise<KernelFiles> {
  const key = identity(['kernel', source.digest, section.binary, section.ucode]);
  const place = await cache.entry('kernel-image', key, async (temporary) => {
    const tree = await source.tree(signal);
    const kernel = findKernel(tree, section.binary, placed(source, where));
    const ucode = filled(section.ucode) === undefined ? undefined : fileAt(tree, section.ucode ?? '');
    await mkdir(temporary, { recursive: true });
    const digests = [await writeContent(kernel, join(temporary, 'kernel'), signal)];
    if (ucode !== undefined) digests.push(await writeContent(ucode, join(temporary, 'ucode.cpio'), signal));
    await writeFile(join(temporary, 'digests.json'), JSON.stringify(digests));
  }, signal);
  const [kernel = '', ucode] = JSON.parse(await readFile(join(place, 'digests.json'), 'utf8')) as readonly string[];
  if (ucode === undefined && filled(section.ucode) !== undefined) progress.notice(`${source.ref}: kernel.ucode: the image has no file ${section.ucode ?? ''}: no microcode is loaded`);
  return { kernel: join(place, 'kernel'), ...(ucode === undefined ? {} : { ucode: join(place, 'ucode.cpio') }), digest: `sha256:${identity([kernel, ucode])}` };
}

/**
 * What the kernel's archive lays into the root file system, as a source of its own: modules above all. The folder `boot`
 * is always there, as in LinuxKit's images.
 */
export function kernelTree(source: Source, section: KernelSection, { cache, place }: Omit<KernelContext, 'progress'>): Source {
  return {
    ref: source.ref,
    digest: `sha256:${identity(['kernel-tree', source.digest, section.tar])}`,
    async tree(signal) {
      const tree = createTree();
      put(tree, 'boot', plainDirectory);
      const name = section.tar ?? 'kernel.tar';
      if (name === '' || name === 'none') return tree;
      const image = await source.tree(signal);
      const file = fileAt(image, name);
      if (file === undefined) throw missing(image, name, `${placed(source, place)}the image does not hold the kernel's archive`, 'kernel.tar: none says that there is no archive; kernel.tar names another one');
      if (contentSize(file.content) > 0) await unpackInner(tree, { source: source.digest, name, content: file.content }, cache, signal);
      return tree;
    },
  };
}

function findKernel(tree: Tree, binary: string | undefined, prefix: string): File {
  const wanted = filled(binary);
  const names = wanted === undefined ? ['kernel', 'bzImage'] : [wanted];
  const found = names.map((name) => fileAt(tree, name)).find((file) => file !== undefined);
  if (found !== undefined) return found;
  throw missing(tree, names[0] ?? '', `${prefix}the image does not hold a kernel`, 'kernel.binary says which file is the kernel');
}

function missing(tree: Tree, name: string, what: string, hint: string): HarnessError {
  const files = [...(tree.root.children ?? [])].filter(([, node]) => node.children === undefined).map(([file]) => file).sort();
  const meant = closest(name, files);
  const has = files.length === 0 ? 'it has no files at its root' : meant === undefined ? `it has ${files.slice(0, 8).join(', ')}` : `did you mean ${meant}?`;
  return new UsageError('IMAGE_KERNEL_MISSING', `${what}: it has no file ${name} at its root`, { hint: `${has}; ${hint}` });
}

function fileAt(tree: Tree, path: string): File | undefined {
  const inode = lookup(tree, path, { follow: true })?.inode;
  return inode?.type === 'file' ? inode : undefined;
}

async function writeContent({ content }: File, path: string, signal: AbortSignal): Promise<string> {
  await using slices = openSlices(signal);
  await using file = await open(path, 'wx');
  const hash = createHash('sha256');
  const chunks = content.kind === 'inline' ? [content.bytes] : slices.read(content);
  for await (const chunk of chunks) {
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  return hash.digest('hex');
}

const placed = ({ ref }: Source, place: string | undefined): string => `${place === undefined ? '' : `${place}: `}kernel.image ${ref}: `;
const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
const identity = (parts: unknown): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
