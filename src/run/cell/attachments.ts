// What a case has besides its image: forwarded ports, drives, the kernel modules for them, and the small files by which
// builtin:init learns of them (the guest protocol in ARCHITECTURE.md).
import { resolve } from 'node:path';
import { resultsPortName, type DriveFile } from '../../boot/devices.ts';
import type { Cache } from '../../cache/store.ts';
import type { ExtraFile } from '../../image/extra.ts';
import { parseKconfig } from '../../kernel/kconfig.ts';
import { selectModules } from '../../kernel/modules.ts';
import type { Cell } from '../../model/cell.ts';
import { HarnessError } from '../../model/errors.ts';
import type { Progress } from '../../model/events.ts';
import type { Kernel } from '../../model/kernel.ts';
import { probePorts } from '../../model/probe.ts';
import { artifactsSerial } from './artifacts.ts';

export interface Attachments {
  /** Ports of the guest that probes ask. */
  readonly ports: readonly number[];
  /** Read-only drives. The one for artifacts belongs to an attempt. */
  readonly drives: readonly DriveFile[];
  /** Modules the guest has to load; what the kernel has built in is not among them. */
  readonly modules: readonly string[];
  readonly files: readonly ExtraFile[];
  /** What `copy` names lies on a drive, mounted here, instead of in the image. */
  readonly copiesAt?: string;
}

interface Context {
  readonly cache: Cache;
  readonly progress: Progress;
}

/** A file that lies in the image's place for it, from a path of this machine. */
export interface Copy {
  readonly path: string;
  readonly hostPath: string;
}

/** What only a guest of QEMU on this machine has. */
export interface QemuExtras {
  /** Files that may come on a drive. */
  readonly copies: readonly Copy[];
  /** A port for results. */
  readonly resultsPort: boolean;
}

const networkModules = ['virtio_pci', 'virtio_net'];
const portModules = ['virtio_pci', 'virtio_console'];
const driveModules = ['virtio_pci', 'virtio_blk'];
/** Beyond this, what is copied does not belong into a file that the guest holds in memory twice while it boots. */
const copiesLimit = 32 * 1024 * 1024;
const copiesMount = '/run/copies';

/** Makes ready what a cell attaches. Drives are built, or found in the cache. */
export async function attach(cell: Cell, kernel: Kernel, kconfig: string | undefined, { copies, resultsPort }: QemuExtras, context: Context, signal: AbortSignal): Promise<Attachments> {
  const { probe, network, artifacts, expect } = cell.case;
  const exit = expect.find((each) => each.exit !== undefined)?.exit;
  const ports = probePorts(probe);
  const asked = await caseDrives(cell, context, signal);
  const copied = await copiesDrive(kernel, kconfig, copies, context, signal);
  const drives = [...asked, ...copied];
  const types = [...new Set(drives.map(({ type }) => type))];
  if (types.length > 0) await requireSupport(cell, kernel, kconfig, types);
  const names = [
    ...(network || ports.length > 0 ? networkModules : []),
    ...(drives.length > 0 || artifacts !== undefined ? [...driveModules, ...types] : []),
    ...(copied.length > 0 ? ['overlay'] : []),
    ...(resultsPort ? portModules : []),
  ];
  // A kernel without these drivers as modules has them built in, or the guest says what it found missing.
  const modules = names.length === 0 ? [] : (await selectModules(kernel, [...new Set(names)])).files.map(({ name }) => name);
  const files = [
    ...(ports.length === 0 ? [] : [textFile('network', '')]),
    ...(probe === undefined ? [] : [textFile('wait', '')]),
    ...(exit === undefined ? [] : [textFile('exit', `${exit}\n`)]),
    ...(resultsPort ? [textFile('results', `${resultsPortName}\n`)] : []),
    ...(drives.length === 0 ? [] : [textFile('drives', [...drives].sort(byMount).map(({ serial, type, mount }) => `${serial} ${type} ${mount}\n`).join(''))]),
    ...(artifacts === undefined ? [] : [textFile('artifacts', [artifactsSerial, ...artifacts.paths].map((line) => `${line}\n`).join(''))]),
  ];
  return { ports, drives: drives.map(({ path, serial }) => ({ path, serial })), modules, files, ...(copied.length === 0 ? {} : { copiesAt: copiesMount }) };
}

const textFile = (name: string, content: string): ExtraFile => ({ path: `etc/kit-test/${name}`, mode: 0o644, content });

interface MountedDrive extends DriveFile {
  readonly type: 'squashfs' | 'erofs';
  readonly mount: string;
}

/** A folder comes before those in it, which would be hidden otherwise. */
const byMount = (a: MountedDrive, b: MountedDrive): number => (a.mount < b.mount ? -1 : 1);

async function caseDrives(cell: Cell, context: Context, signal: AbortSignal): Promise<readonly MountedDrive[]> {
  if (cell.case.drives.length === 0) return [];
  const { buildDrive } = await import('../../media/drive.ts');
  const drives: MountedDrive[] = [];
  for (const [index, { source, mount, format }] of cell.case.drives.entries()) {
    const folder = resolve(cell.case.dir, source.replaceAll('{arch}', cell.arch.name));
    const { path } = await buildDrive(folder, format, context, signal);
    drives.push({ path, serial: `drive${index}`, type: format, mount });
  }
  return drives;
}

/** Large copies on a drive, where the kernel can lay something writable over it; everywhere else they stay in the image. */
async function copiesDrive(kernel: Kernel, kconfig: string | undefined, copies: readonly Copy[], context: Context, signal: AbortSignal): Promise<readonly MountedDrive[]> {
  if (copies.length === 0) return [];
  const { buildCopies, canMakeSquashfs, countBytes } = await import('../../media/drive.ts');
  if ((await countBytes(copies.map(({ hostPath }) => hostPath), copiesLimit)) <= copiesLimit) return [];
  if (!canMakeSquashfs() || (await unsupported(kernel, kconfig, ['virtio_blk', 'squashfs', 'overlay'], true)).length > 0) return [];
  const { path } = await buildCopies(copies.map(({ path: at, hostPath }) => ({ at: at.replace(/^work\//, ''), hostPath })), context, signal);
  return [{ path, serial: 'copies', type: 'squashfs', mount: copiesMount }];
}

/** @throws HarnessError where it is certain that the kernel cannot mount them. */
async function requireSupport(cell: Cell, kernel: Kernel, kconfig: string | undefined, types: readonly string[]): Promise<void> {
  const missing = await unsupported(kernel, kconfig, ['virtio_blk', ...types], false);
  if (missing.length === 0) return;
  const options = missing.map((name) => kconfigNames[name] ?? name);
  throw new HarnessError('DRIVE_UNSUPPORTED', `kernel ${kernel.name} (${kernel.release}) for ${kernel.arch} cannot mount the drives of ${cell.case.name}: it has no ${options.join(', ')}`, {
    hint: `add "needs: { config: [${options.join(', ')}] }" to skip such kernels, or choose another format`,
  });
}

const kconfigNames: Readonly<Record<string, string>> = { virtio_blk: 'CONFIG_VIRTIO_BLK', squashfs: 'CONFIG_SQUASHFS', erofs: 'CONFIG_EROFS_FS', overlay: 'CONFIG_OVERLAY_FS' };

/** Which of these drivers a kernel lacks. `doubt`: what nothing is known of counts as lacking. */
export async function unsupported(kernel: Kernel, kconfig: string | undefined, names: readonly string[], doubt: boolean): Promise<readonly string[]> {
  const { missing } = await selectModules(kernel, names);
  if (missing.length === 0) return [];
  if (kconfig === undefined) return doubt ? missing : [];
  const config = parseKconfig(kconfig);
  return missing.filter((name) => config.get(kconfigNames[name] ?? '') !== 'y');
}
