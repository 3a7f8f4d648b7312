// Where the files of a boot loader come from: this machine's packages, where they are installed; else the same packages
// of the Debian archive, for any architecture.
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import type { Arch } from '../model/arch.ts';
import type { FormatContext } from './context.ts';

export interface Loader {
  /** Debian package, and the architecture it is taken for. */
  readonly package: string;
  readonly debianArch: string;
  /** Absolute path, in the package and on a machine that has it. */
  readonly path: string;
}

/** systemd-boot: one small program that reads a kernel, an initrd and a line from a FAT file system. */
export const systemdBoot = (arch: Arch): Loader => ({ package: 'systemd-boot-efi', debianArch: arch.debian, path: `/usr/lib/systemd/boot/efi/systemd-boot${arch.efi}.efi` });

const syslinuxFile = (pkg: string, path: string): Loader => ({ package: pkg, debianArch: 'amd64', path });
export const isolinuxImage = syslinuxFile('isolinux', '/usr/lib/ISOLINUX/isolinux.bin');
/** Makes an ISO a disk too, for USB sticks. */
export const isohybridMbr = syslinuxFile('isolinux', '/usr/lib/ISOLINUX/isohdpfx.bin');
export const isolinuxLibrary = syslinuxFile('syslinux-common', '/usr/lib/syslinux/modules/bios/ldlinux.c32');
export const syslinuxMbr = syslinuxFile('syslinux-common', '/usr/lib/syslinux/mbr/mbr.bin');

/** Path of a loader's file on this machine. */
export async function findLoader(loader: Loader, context: FormatContext, signal: AbortSignal): Promise<string> {
  const isInstalled = await access(loader.path).then(() => true, () => false);
  return isInstalled ? loader.path : context.fetchPackageFile(loader.package, loader.debianArch, loader.path, signal);
}

/** What a loader's bytes are: media made with another one are other media. */
export async function loaderDigest(loader: Loader, context: FormatContext, signal: AbortSignal): Promise<string> {
  return createHash('sha256').update(await readFile(await findLoader(loader, context, signal))).digest('hex');
}
