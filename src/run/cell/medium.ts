// What a cell boots from where that is not QEMU itself: a file written by a format, with the kernel command line in it, and
// the firmware for it. Kept in the cache by all that decides its bytes.
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell } from '../../model/cell.ts';
import { InternalError } from '../../model/errors.ts';
import type { Image } from '../../model/image.ts';
import type { Kernel } from '../../model/kernel.ts';
import { firmwareOf } from '../../model/medium.ts';
import type { MediumFile } from '../../boot/devices.ts';
import { findFirmware } from '../../boot/firmware.ts';
import { planGuest } from '../../boot/plan.ts';
import type { Format, FormatContext } from '../../media/format.ts';
import { openSlices } from '../../source/slices.ts';
import { packageFiles } from '../package-file.ts';
import type { Supplies } from '../workspace.ts';

export interface MediumRequest {
  readonly cell: Cell;
  readonly kernel: Kernel;
  readonly image: Image;
}

const VERSION = 1;

/** The medium of a cell; undefined for kernel+initrd. What is missing on this machine is told before anything is written. */
export async function prepareMedium(request: MediumRequest, supplies: Supplies, signal: AbortSignal): Promise<MediumFile | undefined> {
  const { cell } = request;
  if (firmwareOf(cell.medium) === undefined) return undefined;
  const firmware = await findFirmware(cell.arch, cell.medium);
  const [path, ...others] = await formatFiles(cell.medium, request, supplies, signal);
  if (path === undefined || others.length > 0) throw new InternalError(`the format ${cell.medium} makes not one file`);
  return { name: cell.medium, path, firmware };
}

/** The files of any format that kernel and initrd are enough for, in the cache. */
export async function formatFiles(name: string, { cell, kernel, image }: MediumRequest, supplies: Supplies, signal: AbortSignal): Promise<readonly string[]> {
  const { checkFormat, loadFormat } = await import('../../media/format.ts');
  const { addedByLoader } = await import('../../media/payload.ts');
  const format = await loadFormat(name);
  checkFormat(format, cell.arch);
  const context: FormatContext = { cache: supplies.cache, slices: openSlices, fetchPackageFile: packageFiles(supplies, supplies.suite) };
  const { cmdline } = planGuest({ cell, arch: cell.arch, image }, addedByLoader);
  const system = {
    name: cell.id,
    arch: cell.arch,
    cmdline,
    kernel: kernel.image,
    segments: image.segments,
    tree: () => Promise.reject(new InternalError(`a cell has no tree, which the format ${name} reads`)),
  };
  const inputs = [VERSION, name, cell.arch.name, kernel.digest, image.segments.map(({ digest }) => digest), cmdline, await makers(format, cell.arch, context, signal)];
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  const folder = await supplies.cache.entry('medium', key, async (temporary) => {
    await mkdir(temporary, { recursive: true });
    await format.write(system, join(temporary, 'medium'), context, signal);
  }, signal);
  return (await readdir(folder)).sort().map((file) => join(folder, file));
}

/** The programs and boot loaders of this machine that a format is made with: another version is another medium. */
async function makers(format: Format, arch: Cell['arch'], context: FormatContext, signal: AbortSignal): Promise<readonly unknown[]> {
  const { findTool } = await import('../../media/tool.ts');
  const { loaderDigest } = await import('../../media/loader.ts');
  const programs = await Promise.all(format.tools.map(async (tool) => {
    const { size, mtimeMs } = await stat(findTool(tool) ?? '/');
    return [tool.program, size, mtimeMs];
  }));
  return [programs, await Promise.all((format.loaders?.(arch) ?? []).map((loader) => loaderDigest(loader, context, signal)))];
}
