// What every boot medium carries: kernel, initrd and the boot loader's own file with the kernel command line. LinuxKit's
// ISO and disk images carry an unpacked root file system, which only a kernel with all drivers built in can mount; a
// kernel with its initrd boots whatever its drivers are.
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../model/errors.ts';
import type { FatFile } from './fat.ts';
import type { FormatContext, SystemParts } from './context.ts';
import { requireKernel } from './format.ts';
import { writeInitrd } from './initrd.ts';
import { findLoader, systemdBoot } from './loader.ts';

/** What a boot loader adds to the command line, at most: `BOOT_IMAGE=/kernel` and `initrd=/initrd.img`. */
export const addedByLoader = 64;

/** Kernel and initrd as files for the root of a medium; what has to be made is made in `folder`. */
export async function systemFiles(system: SystemParts, format: string, folder: string, context: FormatContext, signal: AbortSignal): Promise<readonly FatFile[]> {
  checkLine(system.cmdline);
  const kernel = requireKernel(system, format);
  const initrd = join(folder, 'initrd.img');
  const hasInitrd = await writeInitrd(system, initrd, context, signal);
  return [{ from: kernel, to: 'kernel' }, ...(hasInitrd ? [{ from: initrd, to: 'initrd.img' }] : [])];
}

/** The files of an EFI system partition: systemd-boot with one entry (Boot Loader Specification, type 1), started at once. */
export async function efiFiles(system: SystemParts, format: string, folder: string, context: FormatContext, signal: AbortSignal): Promise<readonly FatFile[]> {
  const files = await systemFiles(system, format, folder, context, signal);
  await requireEfiStub(requireKernel(system, format), system);
  const settings = join(folder, 'loader.conf');
  const entry = join(folder, 'entry.conf');
  await writeFile(settings, 'timeout 0\neditor no\n');
  const initrd = files.some(({ to }) => to === 'initrd.img') ? 'initrd /initrd.img\n' : '';
  await writeFile(entry, `title kit-test\nlinux /kernel\n${initrd}options ${system.cmdline}\n`);
  return [
    { from: await findLoader(systemdBoot(system.arch), context, signal), to: `EFI/BOOT/BOOT${system.arch.efi.toUpperCase()}.EFI` },
    { from: settings, to: 'loader/loader.conf' },
    { from: entry, to: 'loader/entries/kit-test.conf' },
    ...files,
  ];
}

/** The configuration of isolinux and syslinux: no prompt, no menu, no output of their own. */
export function syslinuxConfig(cmdline: string, hasInitrd: boolean): string {
  const initrd = hasInitrd ? '  INITRD /initrd.img\n' : '';
  return `DEFAULT linux\nPROMPT 0\nTIMEOUT 0\nLABEL linux\n  KERNEL /kernel\n${initrd}  APPEND ${cmdline}\n`;
}

/** Firmware starts programs in the PE format; a kernel is one if it was built with CONFIG_EFI_STUB. */
async function requireEfiStub(kernel: string, system: SystemParts): Promise<void> {
  await using file = await open(kernel);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  if (buffer.toString('latin1') === 'MZ') return;
  throw new HarnessError('KERNEL_NOT_EFI', `the kernel of ${system.name} cannot be started by UEFI: it was built without CONFIG_EFI_STUB`, { hint: 'boot it from kernel+initrd or a BIOS medium' });
}

function checkLine(cmdline: string): void {
  if (!/[\0\r\n]/.test(cmdline)) return;
  throw new HarnessError('CMDLINE_UNFIT', 'the kernel command line has a line break, which no boot loader can pass on', { hint: 'write "cmdline" as one line' });
}
