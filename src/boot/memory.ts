// Whether an image fits into a guest's memory. While the kernel unpacks it, the initrd lies in memory beside the root
// file system, a tmpfs that may take half of what is left (Documentation/filesystems/ramfs-rootfs-initramfs.rst).
// Past that limit files are silently missing, or the kernel panics for want of an init.
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import { formatSize } from '../model/units.ts';

export interface MemoryNeeds {
  readonly cell: string;
  readonly arch: Pick<Arch, 'reservedMemory'>;
  readonly memory: number;
  readonly initrdBytes: number;
  readonly unpackedBytes: number;
}

const step = 64 * 1024 ** 2;

/** @throws HarnessError `IMAGE_TOO_BIG` that names the memory to set. */
export function checkMemory(needs: MemoryNeeds): void {
  if (needs.unpackedBytes <= rootLimit(needs, needs.memory)) return;
  const enough = smallestMemory(needs);
  throw new HarnessError(
    'IMAGE_TOO_BIG',
    `the image is too big for the guest: ${formatSize(needs.unpackedBytes)} unpacked from an initrd of ${formatSize(needs.initrdBytes)} do not fit into ${formatSize(needs.memory)} of memory`,
    { hint: `set "memory: ${enough / 1024 ** 2}M" in case.yaml, or take something out of the image` },
  );
}

/** Bytes the root file system may take in a guest with `memory` bytes. */
export function rootLimit(needs: Pick<MemoryNeeds, 'arch' | 'initrdBytes'>, memory: number): number {
  // A page needs 64 bytes of bookkeeping; a small guest reserves less, as kernels scale CMA and buffers.
  const reserved = Math.min(needs.arch.reservedMemory, memory / 2) + memory / 64;
  return Math.max(0, (memory - reserved - needs.initrdBytes) / 2);
}

function smallestMemory(needs: MemoryNeeds): number {
  const bytes = (2 * needs.unpackedBytes + needs.initrdBytes + needs.arch.reservedMemory) * (64 / 63);
  return Math.ceil(bytes / step) * step;
}
