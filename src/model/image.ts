// A built image: what QEMU gets as its initrd.

export interface Segment {
  /** Absolute path of an uncompressed newc cpio archive in the cache. */
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
}

export interface Image {
  /** cpio segments in the order the kernel unpacks them: root file system, then modules. */
  readonly segments: readonly Segment[];
  /** The words of `kernel.cmdline`. */
  readonly cmdline: readonly string[];
  /** Identity of the image: equal digests boot the same bytes. */
  readonly digest: string;
  /** Bytes the guest's root file system takes once unpacked. */
  readonly unpackedBytes: number;
  /** Where the parts came from, for the report. */
  readonly sources: readonly { readonly ref: string; readonly digest: string }[];
}
