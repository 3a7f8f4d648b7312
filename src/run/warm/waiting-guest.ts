// The guest of a template: the cell's kernel and machine, with an initrd whose init waits for the root file system of a case.
import { composeInitrd } from '../../boot/initrd.ts';
import { callsProgram } from '../../guest/calls.ts';
import { waitAndEnter } from '../../guest/template/enter.ts';
import type { ImageBuilder } from '../../image/build.ts';
import { addSegment } from '../../image/segment.ts';
import { selectModules } from '../../kernel/modules.ts';
import type { Cell } from '../../model/cell.ts';
import { HarnessError } from '../../model/errors.ts';
import { unsupported } from '../cell/attachments.ts';
import type { PreparedCell } from '../cell/prepare.ts';
import { modulesRequest } from '../kernel-modules.ts';
import type { Supplies } from '../workspace.ts';
import { payloadFormats, type PayloadFormat } from './payload.ts';
import type { TemplatePlaces } from './template.ts';

export interface WaitingGuest {
  readonly initrd: string;
  /** Equal digests are equal initrds. */
  readonly digest: string;
  /** What its copies can mount. */
  readonly format: PayloadFormat;
}

/** How the guest knows the drive; that it is the last one counts more, see builtin:template. */
export const payloadSerial = 'payload';

/** Beside the payload's: as many as there are letters. */
const mostDrives = 25;

const driversOf = (format: PayloadFormat): readonly string[] => ['virtio_blk', format, 'overlay'];

/** All that a waiting guest depends on, but what is the same for all cells of a run. */
export const waitingKey = (cell: Cell, { kernel, drives, waits }: PreparedCell): string => JSON.stringify([cell.arch.name, kernel.digest, drivesOf(cell, drives), waits]);

const drivesOf = ({ case: { artifacts } }: Cell, asked: PreparedCell['drives']): number => asked.length + (artifacts === undefined ? 0 : 1);

/** @throws HarnessError `NO_WARM_START` where the kernel certainly or perhaps cannot mount what it is given. */
export async function waitingGuest(cell: Cell, { kernel, kconfig, drives: asked, waits }: PreparedCell, { supplies, images }: { readonly supplies: Supplies; readonly images: ImageBuilder }, signal: AbortSignal): Promise<WaitingGuest> {
  const format = await formatFor({ kernel, kconfig });
  const drives = drivesOf(cell, asked);
  if (drives > mostDrives) throw new HarnessError('NO_WARM_START', `${drives} drives leave no letter for another one`);
  const modules = await selectModules(kernel, ['virtio_pci', ...driversOf(format)]);
  const image = await images.rootfs({
    yaml: { init: ['builtin:template', 'apt:busybox-static'] },
    baseDir: supplies.cache.root,
    arch: cell.arch,
    extra: [
      { path: 'usr/lib/kit-test/enter', mode: 0o755, content: callsProgram(waitAndEnter({ drives, format }), cell.arch) },
      { path: 'etc/kit-test/modules', mode: 0o644, content: modules.files.map(({ name }) => `${name}\n`).join('') },
      ...(waits ? [{ path: 'etc/kit-test/loopback', mode: 0o644, content: '' }] : []),
    ],
  }, signal);
  const ofKernel = await images.modules(modulesRequest(kernel, modules), signal);
  const { segments, digest } = ofKernel === undefined ? image : addSegment(image, ofKernel);
  return { initrd: await composeInitrd(supplies.cache, segments, signal), digest, format };
}

/** The first that the kernel can mount. */
async function formatFor({ kernel, kconfig }: Pick<PreparedCell, 'kernel' | 'kconfig'>): Promise<PayloadFormat> {
  let missing: readonly string[] = [];
  for (const format of payloadFormats()) {
    missing = await unsupported(kernel, kconfig, driversOf(format), true);
    if (missing.length === 0) return format;
  }
  throw new HarnessError('NO_WARM_START', `nothing says that it has the drivers for that: ${missing.join(', ')}`);
}

/** A cell with the machine of its own, that boots the waiting guest with stand-ins for its drives. */
export function asWaiting(prepared: PreparedCell, initrd: string, { memory, blank, payload }: TemplatePlaces): PreparedCell {
  return {
    ...prepared,
    initrd,
    drives: prepared.drives.map((drive) => ({ ...drive, path: blank })),
    payload: { path: payload, serial: payloadSerial },
    memoryFile: { path: memory, shared: true },
  };
}
