// Why some formats do not exist for some architectures.
import type { Arch } from '../model/arch.ts';

/** A BIOS is a thing of the PC. */
export const noBios = (arch: Arch): string | undefined => (arch.firmware.bios === undefined ? `no ${arch.name} machine has a BIOS` : undefined);
