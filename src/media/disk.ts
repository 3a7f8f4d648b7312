// Raw disk images: a partition table by sfdisk, one FAT partition, a boot loader on it. As a plain file all the way.
// Other formats of virtual disks are made from these by qemu-img.
import { open, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fatSize, fatTools, writeFat, type FatFile } from './fat.ts';
import type { FormatContext, SystemParts } from './context.ts';
import { findLoader, syslinuxMbr } from './loader.ts';
import { efiFiles, syslinuxConfig, systemFiles } from './payload.ts';
import { inScratch } from './scratch.ts';
import { runTool, tools } from './tool.ts';

const MiB = 1024 ** 2;
const sector = 512;
/** Where partitions begin, and what is left behind the last one for the second copy of a GPT. */
const margin = MiB;

export const biosDiskTools = [tools.sfdisk, tools.syslinux, ...fatTools] as const;
export const biosDiskLoaders = [syslinuxMbr] as const;
export const efiDiskTools = [tools.sfdisk, ...fatTools] as const;

/** The disk's size, where it has to be more than what is on it. */
export interface DiskOptions {
  readonly multipleOf?: number;
}

/** A boot sector that starts the active partition, which syslinux boots. */
export async function writeBiosDisk(system: SystemParts, path: string, context: FormatContext, signal: AbortSignal, options: DiskOptions = {}): Promise<void> {
  await inScratch(context, async (folder) => {
    const files = await systemFiles(system, 'raw-bios', folder, context, signal);
    const config = join(folder, 'syslinux.cfg');
    await writeFile(config, syslinuxConfig(system.cmdline, files.some(({ to }) => to === 'initrd.img')));
    const all = [...files, { from: config, to: 'syslinux.cfg' }];
    const bytes = await prepare(path, all, options);
    await partition(path, `label: dos\nlabel-id: 0x4b495454\nstart=${margin / sector}, size=${bytes / sector}, type=c, bootable\n`, signal);
    await writeFat(path, margin, bytes, all, signal);
    await runTool(tools.syslinux, ['--install', '--offset', `${margin}`, path], { signal });
    await writeBootCode(path, await findLoader(syslinuxMbr, context, signal));
  });
}

/** An EFI system partition with systemd-boot where firmware looks for it by itself. */
export async function writeEfiDisk(system: SystemParts, path: string, context: FormatContext, signal: AbortSignal, options: DiskOptions = {}): Promise<void> {
  await inScratch(context, async (folder) => {
    const files = await efiFiles(system, 'raw-efi', folder, context, signal);
    const bytes = await prepare(path, files, options);
    const id = (last: number): string => `4b495454-0000-4000-8000-00000000000${last}`;
    await partition(path, `label: gpt\nlabel-id: ${id(1)}\nstart=${margin / sector}, size=${bytes / sector}, type=uefi, uuid=${id(2)}, name=KIT-TEST\n`, signal);
    await writeFat(path, margin, bytes, files, signal);
  });
}

/** An empty file of the disk's size; gives the size of the partition. */
async function prepare(path: string, files: readonly FatFile[], { multipleOf = MiB }: DiskOptions): Promise<number> {
  const bytes = await fatSize(files);
  await rm(path, { force: true });
  await writeFile(path, '');
  await truncate(path, Math.ceil((bytes + 2 * margin) / multipleOf) * multipleOf);
  return bytes;
}

async function partition(path: string, script: string, signal: AbortSignal): Promise<void> {
  await runTool(tools.sfdisk, ['--quiet', '--no-reread', '--no-tell-kernel', path], { input: script, signal });
}

/** The first 440 bytes; the partition table behind them stays. */
async function writeBootCode(path: string, loader: string): Promise<void> {
  await using from = await open(loader);
  const { buffer, bytesRead } = await from.read(Buffer.alloc(440), 0, 440, 0);
  await using to = await open(path, 'r+');
  await to.write(buffer, 0, bytesRead, 0);
}
