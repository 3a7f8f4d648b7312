// What boots a cell on this machine: QEMU and the accelerator, found out once for each architecture of a run.
import { arch as hostArch } from 'node:os';
import { join } from 'node:path';
import type { Accel, Arch } from '../../model/arch.ts';
import type { BootPlan, Limits } from '../../model/boot.ts';
import type { Cell } from '../../model/cell.ts';
import type { Progress } from '../../model/events.ts';
import type { Harness } from '../../model/harness.ts';
import { chooseAccel } from '../../boot/accel.ts';
import { withFirmware } from '../../boot/firmware.ts';
import { openHostMemo, type HostMemo } from '../../boot/memo.ts';
import { planBoot, type BootRequest } from '../../boot/plan.ts';
import { findQemu, type Qemu } from '../../boot/qemu.ts';
import { resolveLimits, timeScale } from '../../config/resolve.ts';
import { once } from '../once.ts';
import type { PreparedCell } from './prepare.ts';

export interface Machine {
  /** The plan of a prepared cell, with a drive to write to where the attempt has one. The first one of an architecture may wait until its accelerator has been tried. */
  plan(cell: Cell, prepared: PreparedCell, signal: AbortSignal, scratch?: BootRequest['scratch']): Promise<BootPlan>;
  /** The plan of a prepared cell for an accelerator that may not work: for trying it out. */
  planWith(cell: Cell, prepared: PreparedCell, accel: Accel, signal: AbortSignal): Promise<BootPlan>;
  /** The QEMU of an architecture. @throws HarnessError where there is none that works. */
  qemu(arch: Arch, signal: AbortSignal): Promise<Qemu>;
}

export interface MachineOptions {
  readonly harness: Harness;
  readonly accel: 'auto' | Accel;
  /** Folder of the cache. */
  readonly cacheRoot: string;
  readonly progress: Progress;
}

/** What every kernel says when it starts user space. */
export const userspaceText = 'Run /init as init process';

export function openMachine({ harness, accel, cacheRoot, progress }: MachineOptions): Machine {
  const memo = hostMemo(cacheRoot);
  const qemus = new Map<string, Promise<Qemu>>();
  const accels = new Map<string, Promise<Accel>>();
  const qemuOf = (arch: Arch, signal: AbortSignal): Promise<Qemu> => once(qemus, arch.name, () => findQemu(arch, memo, signal));

  const limitsOf = (cell: Cell, chosen: Accel): Limits =>
    withFirmware(resolveLimits(cell.case, harness, cell.arch, chosen), cell.arch, cell.medium, timeScale(harness, cell.arch, chosen));

  const planFor = (cell: Cell, prepared: PreparedCell, chosen: Accel, qemu: Qemu, scratch?: BootRequest['scratch']): BootPlan =>
    planBoot({ cell, arch: cell.arch, accel: chosen, ...prepared, limits: limitsOf(cell, chosen), qemu, ...(scratch === undefined ? {} : { scratch }) });

  const choose = async (cell: Cell, prepared: PreparedCell, qemu: Qemu, signal: AbortSignal): Promise<Accel> => {
    const choice = await chooseAccel(cell.arch, accel, {
      platform: process.platform,
      hostArch: hostArch(),
      memo,
      qemuVersion: qemu.version,
      probe: (tried) => Promise.resolve({ plan: planFor(cell, prepared, tried, qemu), expectText: userspaceText }),
      signal,
    });
    if (choice.notice !== undefined) progress.notice(choice.notice);
    return choice.accel;
  };

  return {
    qemu: qemuOf,
    planWith: async (cell, prepared, tried, signal) => planFor(cell, prepared, tried, await qemuOf(cell.arch, signal)),
    async plan(cell, prepared, signal, scratch) {
      const qemu = await qemuOf(cell.arch, signal);
      const chosen = await once(accels, cell.arch.name, () => choose(cell, prepared, qemu, signal));
      return planFor(cell, prepared, chosen, qemu, scratch);
    },
  };
}

/** What was found out about this machine, kept in the cache. */
export function hostMemo(cacheRoot: string): HostMemo {
  return openHostMemo(join(cacheRoot, 'host.json'));
}
