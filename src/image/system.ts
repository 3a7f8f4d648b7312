// A whole bootable system made of LinuxKit YAML: kernel, root file system, command line; what formats are written from.
import { merge, type Tree } from '../archive/rootfs.ts';
import { textFile } from '../archive/entry.ts';
import type { Arch } from '../model/arch.ts';
import type { Segment } from '../model/image.ts';
import { imageTree } from './compose-tree.ts';
import { modulesSegment, modulesTree, type ModulesRequest } from './modules.ts';
import { planImage, sourceOf, type DocumentRequest, type ImageBuilderContext } from './plan.ts';
import { sbomPath, sbomText } from './sbom.ts';
import { kernelFiles } from './sections/kernel.ts';
import { imageDigest } from './segment.ts';
import { imageSegments } from './segments.ts';

/** A built system, before a format. */
export interface System {
  readonly name: string;
  readonly arch: Arch;
  /** As the YAML has it, with what the kernel's own file adds. */
  readonly cmdline: string;
  /** Path of the kernel, as in its image. */
  readonly kernel?: string;
  /** Path of the microcode archive. */
  readonly ucode?: string;
  /** Uncompressed cpio archives. */
  readonly segments: readonly Segment[];
  /** The whole root file system, with its content; the caller may change it. */
  tree(signal: AbortSignal): Promise<Tree>;
  /** Bytes the root file system takes once unpacked. */
  readonly unpackedBytes: number;
  /** Equal digests boot the same bytes. */
  readonly digest: string;
}

/** A kernel that takes the place of the YAML's own. */
export interface OtherKernel {
  readonly image: string;
  readonly digest: string;
  readonly cmdline: readonly string[];
  /** Modules to put into the root file system. */
  readonly modules: ModulesRequest;
}

export interface SystemRequest extends DocumentRequest {
  readonly name: string;
  readonly kernel?: OtherKernel | undefined;
  /** Put what the images say of their contents into the root file system. */
  readonly sbom?: boolean;
}

/** Builds a system: what the cache has is not made again. */
export async function buildSystem(request: SystemRequest, context: ImageBuilderContext, signal: AbortSignal): Promise<System> {
  const { yaml, name, arch, kernel: other } = request;
  const planned = await planImage({ ...request, withKernel: other === undefined }, context, signal);
  const plan = request.sbom === true ? { ...planned, files: [...planned.files, await sbomFile(planned.sources.values(), name, signal)] } : planned;
  const section = yaml.kernel;
  const own = other === undefined && section?.image !== undefined && section.image !== '' ? await kernelFiles(sourceOf(plan, section.image), section, { ...context, place: request.placeOf?.(['kernel', 'image']) }, signal) : undefined;
  const kernel = other?.image ?? own?.kernel;
  const built = await imageSegments(plan, context, signal);
  const modules = other === undefined ? undefined : await modulesSegment(other.modules, context.cache, signal);
  const segments = modules === undefined ? built.segments : [...built.segments, modules];
  const cmdline = [section?.cmdline ?? '', ...(other?.cmdline ?? [])].filter((words) => words !== '').join(' ');
  return {
    name, arch, cmdline,
    ...(kernel === undefined ? {} : { kernel }),
    ...(own?.ucode === undefined ? {} : { ucode: own.ucode }),
    segments: segments.map(({ path, digest, bytes }) => ({ path, digest, bytes })),
    unpackedBytes: segments.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
    digest: imageDigest(segments, [cmdline, other?.digest ?? own?.digest ?? '']),
    async tree(inner) {
      const tree = await imageTree(plan, context, inner);
      if (other !== undefined && modules !== undefined) merge(tree, await modulesTree(other.modules));
      return tree;
    },
  };
}

async function sbomFile(sources: Iterable<Parameters<typeof sbomText>[0][number]>, name: string, signal: AbortSignal) {
  const text = await sbomText([...sources], name, signal);
  return { path: sbomPath, inode: textFile(text), digest: text };
}
