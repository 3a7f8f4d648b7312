// Virtual disks made from raw images by qemu-img. What qemu-img invents (identifiers, times) is set to what is always
// the same, so that equal input gives equal bytes here too.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirmwareKind } from '../model/medium.ts';
import type { Arch } from '../model/arch.ts';
import { biosDiskLoaders, biosDiskTools, efiDiskTools, writeBiosDisk, writeEfiDisk, type DiskOptions } from './disk.ts';
import type { FormatContext, SystemParts } from './context.ts';
import { systemdBoot, type Loader } from './loader.ts';
import { inScratch } from './scratch.ts';
import { runTool, tools, type Tool } from './tool.ts';

/** What a cloud or hypervisor boots on an architecture, unless it is told. */
export const usualFirmware = (arch: Arch): FirmwareKind => (arch.firmware.bios === undefined ? 'uefi' : 'bios');

export const diskTools = (kind: FirmwareKind): readonly Tool[] => (kind === 'bios' ? biosDiskTools : efiDiskTools);
export const diskLoaders = (kind: FirmwareKind, arch: Arch): readonly Loader[] => (kind === 'bios' ? biosDiskLoaders : [systemdBoot(arch)]);
export const writeDisk = (kind: FirmwareKind): typeof writeBiosDisk => (kind === 'bios' ? writeBiosDisk : writeEfiDisk);

/** A raw image in a folder of its own, for who makes something else from it. */
export async function withRawDisk<T>(kind: FirmwareKind, system: SystemParts, context: FormatContext, signal: AbortSignal, use: (raw: string) => Promise<T>, options: DiskOptions = {}): Promise<T> {
  return inScratch(context, async (folder) => {
    const raw = join(folder, 'disk.raw');
    await writeDisk(kind)(system, raw, context, signal, options);
    return use(raw);
  });
}

/** Converts a raw image. */
export async function convertDisk(raw: string, to: string, format: readonly string[], signal: AbortSignal): Promise<void> {
  await runTool(tools.qemuImg, ['convert', '-q', '-f', 'raw', ...format, raw, to], { signal });
}

/** Footer of a VHD (Virtual Hard Disk Image Format Specification 1.0): time at 24, identifier at 68, checksum at 64. */
export async function fixVhd(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  const footer = Buffer.alloc(512);
  await file.read(footer, 0, footer.length, size - footer.length);
  footer.writeUInt32BE(0, 24);
  footer.write('4b495454000040008000000000000001', 68, 'hex');
  footer.writeUInt32BE(0, 64);
  footer.writeUInt32BE(~footer.reduce((sum, byte) => sum + byte, 0) >>> 0, 64);
  await file.write(footer, 0, footer.length, size - footer.length);
}

/** `CID=` in the descriptor of a VMDK (Virtual Disk Format 1.1), a text whose place the header tells: offset at 28, size at 36, in sectors. */
export async function fixVmdk(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const { buffer: header } = await file.read(Buffer.alloc(512), 0, 512, 0);
  const offset = Number(header.readBigUInt64LE(28)) * 512;
  const room = Number(header.readBigUInt64LE(36)) * 512;
  const { buffer: found } = await file.read(Buffer.alloc(room), 0, room, offset);
  // qemu-img writes as many digits as the number has, so what comes behind it moves; a longer text of before may end behind this one.
  const text = (found.toString('latin1').split('\0')[0] ?? '').replace(/^CID=[0-9a-f]+$/m, 'CID=4b495454');
  const fixed = Buffer.alloc(room);
  fixed.write(text, 'latin1');
  await file.write(fixed, 0, room, offset);
}
