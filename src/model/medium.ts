// What a medium needs of a machine: firmware that finds a boot loader on it. A kernel with its initrd needs none,
// for QEMU itself puts them into the guest's memory.
import type { Arch } from './arch.ts';
import type { BootMedium } from './case.ts';

export type FirmwareKind = 'bios' | 'uefi';

/** The firmware that boots a medium; undefined where none is needed. */
export function firmwareOf(medium: BootMedium): FirmwareKind | undefined {
  switch (medium) {
    case 'kernel+initrd': return undefined;
    case 'iso-bios': case 'raw-bios': case 'qcow2-bios': return 'bios';
    case 'iso-efi': case 'raw-efi': case 'qcow2-efi': return 'uefi';
  }
}

/** Why guests of an architecture cannot boot from a medium; undefined where they can. */
export function unbootable(medium: BootMedium, arch: Pick<Arch, 'name' | 'firmware'>): string | undefined {
  const kind = firmwareOf(medium);
  if (kind === undefined || arch.firmware[kind] !== undefined) return undefined;
  return `${arch.name} has no ${kind === 'bios' ? 'BIOS' : 'UEFI'} firmware here, which ${medium} needs`;
}
