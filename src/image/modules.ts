// What belongs to a kernel, as a segment of its own: lib/modules/RELEASE with the modules a case asks for and depmod's
// tables, and the kernel's configuration.
// It is laid over root file systems with `lib` as a folder and with `lib -> usr/lib`: the kernel follows either.
import { textFile } from '../archive/entry.ts';
import { createTree, put, type Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import { buildSegment, segmentKey, type BuiltSegment } from './segment.ts';

export interface ModulesRequest {
  /** What `uname -r` says. */
  readonly release: string;
  /** Identity of the kernel the modules belong to. */
  readonly kernelDigest: string;
  /** Uncompressed modules; `path` is relative to lib/modules/RELEASE. */
  readonly files: readonly { readonly path: string; read(): Promise<Uint8Array> }[];
  /** `modules.dep` and its like. */
  readonly texts: readonly { readonly name: string; readonly content: string | Uint8Array }[];
  /** The Kconfig file, for checks that read it: few kernels carry their own. */
  readonly kconfig?: string | undefined;
}

/** Where the guest finds the Kconfig file of its kernel. */
const kconfigPath = 'etc/kit-test/kernel-config';

/** The segment; undefined where nothing is asked for. */
export async function modulesSegment(request: ModulesRequest, cache: Cache, signal: AbortSignal): Promise<BuiltSegment | undefined> {
  const { release, kernelDigest, files, texts, kconfig } = request;
  if (files.length === 0 && texts.length === 0 && kconfig === undefined) return undefined;
  const key = segmentKey([kernelDigest, release, kconfig !== undefined, files.map(({ path }) => path), texts.map(({ name, content }) => [name, Buffer.from(content).toString('base64')])]);
  return buildSegment(cache, 'modules', key, () => modulesTree(request), { followLinks: true }, signal);
}

/** The same as a tree. */
export async function modulesTree({ release, files, texts, kconfig }: ModulesRequest): Promise<Tree> {
  const tree = createTree();
  const folder = `lib/modules/${release}`;
  for (const file of files) put(tree, `${folder}/${file.path}`, textFile(await file.read()));
  for (const { name, content } of texts) put(tree, `${folder}/${name}`, textFile(content));
  if (kconfig !== undefined) put(tree, kconfigPath, textFile(kconfig));
  return tree;
}
