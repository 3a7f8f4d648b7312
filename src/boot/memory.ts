// How much memory a guest gets. While the kernel unpacks it, the initrd lies in memory beside the root file system, a
// tmpfs that may take half of what is left (Documentation/filesystems/ramfs-rootfs-initramfs.rst); LinuxKit's own init then
// copies the root into a tmpfs of half the memory. Past these limits files are silently missing, or the kernel panics.
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import { formatSize } from '../model/units.ts';

export interface MemoryNeeds {
  readonly arch: Pick<Arch, 'name' | 'reservedMemory' | 'memoryMax'>;
  /** What the case says; undefined: as much as the image needs. */
  readonly memory: number | undefined;
  /** As QEMU loads it. */
  readonly initrdBytes: number;
  readonly unpackedBytes: number;
}

const MiB = 1024 ** 2;
const step = 64 * MiB;
/** Sized guests differ by this much: few sizes make few kinds of guests. */
const sizeStep = 256 * MiB;

/** What a guest has whose case does not say, unless its image needs more. */
export const usualMemory = 512 * MiB;

/**
 * Bytes of memory for a guest.
 * @throws HarnessError `IMAGE_TOO_BIG` that names the memory to set, `MEMORY_LIMIT`
 */
export function guestMemory(needs: MemoryNeeds): number {
  const { arch, memory, unpackedBytes, initrdBytes } = needs;
  const most = arch.memoryMax ?? Number.POSITIVE_INFINITY;
  if (memory !== undefined && memory > most) {
    throw new HarnessError('MEMORY_LIMIT', `a guest of ${arch.name} has ${formatSize(most)} of memory at most, not ${formatSize(memory)}`, { hint: `set "memory" to ${formatSize(most)} or less, or leave the architecture out with needs.arch` });
  }
  if (memory !== undefined && unpackedBytes <= rootLimit(needs, memory)) return memory;
  const image = `${formatSize(unpackedBytes)} unpacked from an initrd of ${formatSize(initrdBytes)}`;
  const enough = Math.ceil(neededMemory(needs) / step) * step;
  if (enough > most) {
    throw new HarnessError('IMAGE_TOO_BIG', `the image is too big for a guest of ${arch.name}: ${image} need ${formatSize(enough)} of memory, and there are ${formatSize(most)} at most`, {
      hint: 'take something out of the image, or give large folders to the guest as drives ("drives" in case.yaml)',
    });
  }
  if (memory === undefined) return Math.min(most, Math.max(usualMemory, Math.ceil(enough / sizeStep) * sizeStep));
  throw new HarnessError('IMAGE_TOO_BIG', `the image is too big for the guest: ${image} do not fit into ${formatSize(memory)} of memory`, {
    hint: `set "memory: ${enough / MiB}M" in case.yaml or leave it out, or take something out of the image`,
  });
}

/** Bytes the root file system may take in a guest with `memory` bytes. */
export function rootLimit(needs: { readonly arch: Pick<Arch, 'reservedMemory'>; readonly initrdBytes: number }, memory: number): number {
  // A page needs 64 bytes of bookkeeping; a small guest reserves less, as kernels scale CMA and buffers.
  const reserved = Math.min(needs.arch.reservedMemory, memory / 2) + memory / 64;
  return Math.max(0, (memory - reserved - needs.initrdBytes) / 2);
}

function neededMemory({ arch, unpackedBytes, initrdBytes }: MemoryNeeds): number {
  const whileUnpacking = 2 * unpackedBytes + initrdBytes;
  // The copy needs a tenth more than half the memory can hold: folders and names count too.
  const whileCopying = 2.2 * unpackedBytes;
  return (Math.max(whileUnpacking, whileCopying) + arch.reservedMemory) * (64 / 63);
}
