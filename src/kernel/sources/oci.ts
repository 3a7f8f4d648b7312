// Kernels from images: LinuxKit's kernel images, cilium's ci-kernels, little-vm-helper's, or any with a kernel in boot/.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { contentSize, type Inode } from '../../archive/entry.ts';
import { createTree, list, type Node, type Tree } from '../../archive/rootfs.ts';
import { HarnessError, located } from '../../model/errors.ts';
import { resolveSource } from '../../source/source.ts';
import { unpackInner, type InnerArchive } from '../../source/inner-archive.ts';
import { openSlices, type SliceReader } from '../../source/slices.ts';
import { runDepmod } from '../depmod.ts';
import { readEmbeddedConfig } from '../ikconfig.ts';
import { findKernel, findModules, type KernelInImage } from '../image-layout.ts';
import { archNames, forArch, noSuchArch, type KernelSource, type SourceContext, type SpecOf } from '../source.ts';
import { findRelease } from '../tree.ts';
import { unpackKernel } from '../unpack.ts';
import { unxz } from '../xz.ts';

const FORMAT = 1;
const KIND = 'kernel-from-image';
/** Kernels are at most some dozen megabytes. */
const MAX_KERNEL = 512 * 1024 ** 2;

const source: KernelSource<SpecOf<'oci'>> = {
  type: 'oci',
  archs: (spec) => archNames(spec.image),
  async fetch(spec, from, arch, context, signal) {
    const ref = forArch<string>(from.image, arch);
    if (ref === undefined) throw noSuchArch(spec, arch, archNames(from.image));
    const image = await resolveSource(ref, { ...context, arch, baseDir: dirname(spec.file) }, signal);
    const digest = createHash('sha256').update(JSON.stringify([FORMAT, image.digest, from.kernel, from.tar])).digest('hex');
    const place = await context.cache.entry(KIND, digest, async (draft) => {
      const found = findIn(ref, await image.tree(signal), from);
      await extract(found, draft, image.digest, context, signal);
    }, signal);
    const files = new Set(await readdir(place));
    const release = files.has('modules') ? await findRelease(join(place, 'modules')) : undefined;
    return {
      image: join(place, 'kernel'),
      digest: `sha256:${digest}`,
      origin: `${(await readFile(join(place, 'path'), 'utf8'))} of ${ref} (${image.digest.slice(0, 19)})`,
      ...(files.has('config') ? { config: join(place, 'config') } : {}),
      ...(release === undefined ? {} : { modules: release, release: basename(release) }),
    };
  },
  describe: (from, arch) => Promise.resolve(forArch<string>(from.image, arch)),
};
export default source;

function findIn(ref: string, tree: Tree, hints: SpecOf<'oci'>): KernelInImage {
  try {
    return findKernel(tree, hints);
  } catch (error) {
    throw located(error, ref);
  }
}

/** Writes what a boot needs into `draft`: the bare kernel, its configuration, its modules with depmod's files. */
async function extract(found: KernelInImage, draft: string, source: string, context: SourceContext, signal: AbortSignal): Promise<void> {
  await using slices = openSlices(signal);
  await mkdir(draft);
  const kernel = await unpackKernel(await bytesOf(found.kernel, slices), unxz);
  await writeFile(join(draft, 'kernel'), kernel);
  await writeFile(join(draft, 'path'), found.path);
  const config = found.config === undefined ? await readEmbeddedConfig(kernel, unxz) : await bytesOf(found.config, slices);
  if (config !== undefined) await writeFile(join(draft, 'config'), config);
  const modules = found.modules ?? (found.tar === undefined ? undefined : await modulesInArchive({ source, ...found.tar }, context, signal));
  if (modules === undefined) return;
  const folder = join(draft, 'modules', modules.release);
  await writeModules(modules.node, folder, slices);
  await completeModules(folder, modules.release, signal);
}

async function bytesOf(file: Inode & { readonly type: 'file' }, slices: SliceReader): Promise<Buffer> {
  if (file.content.kind === 'inline') return Buffer.from(file.content.bytes);
  if (contentSize(file.content) > MAX_KERNEL) throw new HarnessError('KERNEL_UNREADABLE', `the kernel in the image has ${contentSize(file.content)} bytes: no kernel is that big`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of slices.read(file.content)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function modulesInArchive(archive: InnerArchive, context: SourceContext, signal: AbortSignal): Promise<KernelInImage['modules']> {
  const tree = createTree();
  await unpackInner(tree, archive, context.cache, signal);
  return findModules(tree);
}

/** Files and folders; `build` and `source` are links to kernel trees, and modules need no other kinds. */
async function writeModules(node: Node, folder: string, slices: SliceReader): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, inode } of list({ root: node })) {
    if (path === '') continue;
    const place = join(folder, path);
    if (inode.type === 'directory') await mkdir(place, { recursive: true });
    else if (inode.type === 'file') await writeFile(place, inode.content.kind === 'inline' ? inode.content.bytes : slices.read(inode.content));
  }
}

/** Always run anew: tables in images are often of another kmod, or of modules that were stripped since. */
async function completeModules(folder: string, release: string, signal: AbortSignal): Promise<void> {
  const hasModules = (await readdir(folder, { recursive: true })).some((name) => /\.ko(\.(gz|xz|zst))?$/.test(name));
  if (hasModules) await runDepmod(folder, release, signal);
}
