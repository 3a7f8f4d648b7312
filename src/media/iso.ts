// ISO 9660 images by xorriso (ECMA-119, El Torito). Both kinds boot from a USB stick as well.
// Dates and identifiers come from the standing clock: equal input gives equal bytes.
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fatTools, writeFatImage, type FatFile } from './fat.ts';
import type { FormatContext, SystemParts } from './context.ts';
import { findLoader, isohybridMbr, isolinuxImage, isolinuxLibrary } from './loader.ts';
import { efiFiles, syslinuxConfig, systemFiles } from './payload.ts';
import { runTool, sourceDate, tools } from './tool.ts';
import { inScratch } from './scratch.ts';

const volume = 'KIT-TEST';
// YYYYMMDDhhmmsscc, in UTC.
const date = `${new Date(sourceDate * 1000).toISOString().replace(/\D/g, '').slice(0, 14)}00`;
const common = ['-as', 'mkisofs', '-quiet', '-R', '-V', volume, `--modification-date=${date}`, '--set_all_file_dates', date, '-uid', '0', '-gid', '0', '-f'];

export const biosIsoTools = [tools.xorriso] as const;
export const biosIsoLoaders = [isolinuxImage, isolinuxLibrary, isohybridMbr] as const;
export const efiIsoTools = [tools.xorriso, ...fatTools] as const;

/** isolinux, which the BIOS loads whole. */
export async function writeBiosIso(system: SystemParts, path: string, context: FormatContext, signal: AbortSignal): Promise<void> {
  await inScratch(context, async (folder) => {
    const files = await systemFiles(system, 'iso-bios', folder, context, signal);
    const config = join(folder, 'isolinux.cfg');
    await writeFile(config, syslinuxConfig(system.cmdline, files.some(({ to }) => to === 'initrd.img')));
    const tree = await stage(folder, [
      ...files,
      { from: config, to: 'isolinux/isolinux.cfg' },
      { from: await findLoader(isolinuxImage, context, signal), to: 'isolinux/isolinux.bin' },
      { from: await findLoader(isolinuxLibrary, context, signal), to: 'isolinux/ldlinux.c32' },
    ]);
    const boot = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', '-isohybrid-mbr', await findLoader(isohybridMbr, context, signal)];
    await make(path, [...boot, tree], signal);
  });
}

/** An EFI system partition, which is the boot image of the CD and a partition of the stick at once. */
export async function writeEfiIso(system: SystemParts, path: string, context: FormatContext, signal: AbortSignal): Promise<void> {
  await inScratch(context, async (folder) => {
    const image = join(folder, 'efi.img');
    await writeFatImage(image, await efiFiles(system, 'iso-efi', folder, context, signal), signal);
    const tree = await stage(folder, []);
    await make(path, ['-append_partition', '2', '0xef', image, '-appended_part_as_gpt', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot', '-partition_offset', '16', tree], signal);
  });
}

async function make(path: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  // It would grow an image that is already there.
  await rm(path, { force: true });
  await runTool(tools.xorriso, [...common, '-o', path, ...args], { signal });
}

/** A folder that looks like the medium; xorriso follows the links (-f). */
async function stage(folder: string, files: readonly FatFile[]): Promise<string> {
  const root = join(folder, 'iso');
  await mkdir(root);
  for (const { from, to } of files) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await symlink(from, join(root, to));
  }
  return root;
}
