// What formats are given: a built system, and what they need of this machine besides programs.
import type { ReadSlice } from '../archive/entry.ts';
import type { Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import type { Arch } from '../model/arch.ts';
import type { Segment } from '../model/image.ts';

/** What formats read of a built system. */
export interface SystemParts {
  readonly name: string;
  readonly arch: Arch;
  /** The kernel command line, one line. */
  readonly cmdline: string;
  /** Path of the kernel; undefined for a system without one. */
  readonly kernel?: string | undefined;
  /** Path of the processor's microcode as an uncompressed cpio archive. */
  readonly ucode?: string | undefined;
  /** Uncompressed cpio archives, in the order the kernel unpacks them. */
  readonly segments: readonly Segment[];
  /** The merged tree, without `boot/`. The caller may change it. */
  tree(signal: AbortSignal): Promise<Tree>;
}

export interface FormatContext {
  readonly cache: Pick<Cache, 'entry' | 'entryPath' | 'exclusive' | 'temporary'>;
  /** A reader of the tree's content. */
  slices(signal: AbortSignal): { readonly read: ReadSlice } & AsyncDisposable;
  /** Path of a file of a Debian package, fetched from the archive: boot loaders of other architectures than this machine's. */
  fetchPackageFile(pkg: string, debianArch: string, path: string, signal: AbortSignal): Promise<string>;
}
