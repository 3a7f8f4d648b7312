// Warm starts: which template a cell goes on from, and what its guest gets besides. Whatever is in the way of that is told
// once, and the cell boots cold.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { qemuBuild } from '../../boot/qemu-build.ts';
import type { Qemu } from '../../boot/qemu.ts';
import { takeSnapshot, type Snapshot } from '../../boot/warm/snapshot.ts';
import { waitingLine } from '../../guest/template/enter.ts';
import type { ImageBuilder } from '../../image/build.ts';
import type { BootPlan } from '../../model/boot.ts';
import type { Cell } from '../../model/cell.ts';
import { HarnessError } from '../../model/errors.ts';
import type { TemplateBoot } from '../../model/report.ts';
import { isAtLeast } from '../../model/versions.ts';
import { errorCode } from '../../sys/fs.ts';
import { artifactsSerial } from '../cell/artifacts.ts';
import { hostMemo, type Machine } from '../cell/machine.ts';
import type { SharedMemory } from '../cell/memory-gate.ts';
import type { PhaseClock } from '../cell/phase-clock.ts';
import type { PreparedCell } from '../cell/prepare.ts';
import type { StartSooner } from '../cell/sooner.ts';
import { once } from '../once.ts';
import type { Supplies } from '../workspace.ts';
import { buildPayload } from './payload.ts';
import { dropTemplate, findTemplate, hasTemplate, openTemplate, payloadRoom, type BootTemplate, type Template, type TemplatePlaces } from './template.ts';
import { asWaiting, payloadSerial, waitingGuest, waitingKey, type WaitingGuest } from './waiting-guest.ts';

/** What a cell's guest goes on from. */
export interface Clone {
  readonly template: Template;
  /** The cell as prepared, with the template's initrd, its memory and the payload. */
  readonly prepared: PreparedCell;
  /** No guest can go on from the template; another one in its place, or none, stays as it is. */
  drop(): Promise<void>;
}

/** Runs `work`, which boots a guest of so many bytes, when its turn has come. */
export type Slot = <T>(memory: number, work: () => Promise<T>, shared?: SharedMemory) => Promise<T>;

export interface WarmOptions {
  /** How many guests of this run can go on from the same template. */
  readonly wanted: number;
  readonly slot: Slot;
  /** Told what the time is spent on. */
  readonly clock: PhaseClock;
  /** Told of each guest that had a place to become a template. */
  readonly onTemplate?: (boot: TemplateBoot) => void;
}

export interface Warm {
  /** Undefined where the cell boots cold: something is in the way, or so few guests want the template that it does not pay off to make it. */
  clone(cell: Cell, prepared: PreparedCell, options: WarmOptions, signal: AbortSignal): Promise<Clone | undefined>;
}

/** Changes with what is kept of a guest, and with how it is woken. */
const VERSION = 5;
/** The first QEMU of which we know that it keeps and restores guests as we need it. */
const oldestQemu = '6.2';
const week = 7 * 24 * 3600_000;

export function openWarm({ supplies, images, machine, startSooner }: { readonly supplies: Supplies; readonly images: ImageBuilder; readonly machine: Machine; readonly startSooner: StartSooner }): Warm {
  const { cache, progress } = supplies;
  const memo = hostMemo(cache.root);
  /** By what they are made of, and by the program's path. */
  const guests = new Map<string, Promise<WaitingGuest>>();
  const builds = new Map<string, Promise<string>>();
  /** Kernels and architectures with which it does not work here. */
  const cold = new Set<string>();
  /** Templates that no guest could go on from, by kernel and architecture. */
  const dropped = new Map<string, number>();

  const planWaiting = (cell: Cell, prepared: PreparedCell, initrd: string, places: TemplatePlaces, signal: AbortSignal): Promise<BootPlan> => {
    const scratch = cell.case.artifacts && { path: places.scratch, serial: artifactsSerial, writable: true, bytes: 0 };
    // The limits of one case say nothing of a boot for all.
    return machine.plan({ ...cell, id: 'template', case: { ...cell.case, timeouts: {} } }, asWaiting(prepared, initrd, places), signal, scratch);
  };

  // Two guests pay for a template; the second may come in another run.
  const paysOff = async (key: string, wanted: number): Promise<boolean> => {
    if (wanted > 1 || (await memo.recall(`template ${key}`, isTrue)) === true) return true;
    await memo.remember(`template ${key}`, true, week);
    return false;
  };

  const findClone = async (cell: Cell, prepared: PreparedCell, { wanted, slot, clock, onTemplate }: WarmOptions, qemu: Qemu, signal: AbortSignal): Promise<Clone | undefined> => {
    if (!isAtLeast(qemu.version, oldestQemu)) throw new HarnessError('NO_WARM_START', `QEMU ${qemu.version} is older than ${oldestQemu}`);
    clock.enter('template');
    const { initrd, digest, format } = await once(guests, waitingKey(cell, prepared), () => waitingGuest(cell, prepared, { supplies, images }, signal));
    // Planned with words in place of what differs from machine to machine, or is named by its content.
    const symbolic = await planWaiting(cell, { ...prepared, kernel: { ...prepared.kernel, image: prepared.kernel.digest } }, digest, { memory: 'memory', blank: 'blank', scratch: 'scratch', payload: 'payload' }, signal);
    if (symbolic.accel === 'hvf') throw new HarnessError('NO_WARM_START', 'hvf cannot keep a guest');
    const host = symbolic.accel === 'tcg' ? [] : [release(), cpus()[0]?.model];
    const key = createHash('sha256').update(JSON.stringify([VERSION, await once(builds, qemu.path, () => qemuBuild(qemu, memo, signal)), symbolic.accel, host, symbolic.binary, symbolic.argv, symbolic.resultsPort])).digest('hex');
    const boot: BootTemplate = async (places, shared) => {
      const plan = await planWaiting(cell, await startSooner(cell, prepared, shared), initrd, places, shared);
      return slot(plan.memory, () => tellOf(cell, () => takeSnapshot(plan, waitingLine, shared), shared, onTemplate));
    };
    const template = (await hasTemplate(key, cache)) || (await paysOff(key, wanted)) ? await openTemplate(key, cache, boot, signal) : undefined;
    if (template === undefined) return undefined;
    clock.enter('image');
    const payload = await buildPayload(prepared.image.segments, format, cache, signal);
    if ((await stat(payload)).size > payloadRoom) throw new HarnessError('NO_WARM_START', `its root file system is larger than ${payloadRoom / 1024 ** 3}G`);
    return {
      template,
      prepared: { ...prepared, initrd, payload: { path: payload, serial: payloadSerial }, memoryFile: { path: template.memory, shared: false } },
      async drop() {
        if ((await findTemplate(key, cache))?.bootMs !== template.bootMs) return;
        const kind = kindOf(cell);
        dropped.set(kind, (dropped.get(kind) ?? 0) + 1);
        // A damaged one can be made anew; if that is of no use either, the others are spared the attempt.
        if ((dropped.get(kind) ?? 0) > 1) cold.add(kind);
        await dropTemplate(key, cache).catch(() => cold.add(kind));
      },
    };
  };

  return {
    async clone(cell, prepared, options, signal) {
      const kind = kindOf(cell);
      if (cold.has(kind)) return undefined;
      // Without one there is no cold boot either.
      const qemu = await machine.qemu(cell.arch, signal);
      try {
        return await findClone(cell, prepared, options, qemu, signal);
      } catch (error) {
        // A full disk, a cache that cannot be written, a guest that does not get to where it waits.
        if (signal.aborted || !(error instanceof HarnessError || errorCode(error) !== undefined)) throw error;
        if (!cold.has(kind)) progress.notice(`${kind} starts cold: ${error instanceof Error ? error.message : String(error)}`);
        cold.add(kind);
        return undefined;
      }
    },
  };
}

/** Boots the guest, and tells how long it had its place; of one that was ended because nobody waits for it any more there is nothing to tell. */
async function tellOf({ kernel, arch }: Cell, boot: () => Promise<Snapshot>, signal: AbortSignal, tell: WarmOptions['onTemplate']): Promise<Snapshot> {
  const startedAt = new Date().toISOString();
  const from = performance.now();
  let made: Snapshot | undefined;
  try {
    return (made = await boot());
  } finally {
    if (!signal.aborted) tell?.({ kernel: kernel.name, arch: arch.name, startedAt, durationMs: performance.now() - from, ...(made === undefined ? { failed: true } : {}), ...(made?.usage === undefined ? {} : { usage: made.usage }) });
  }
}

const kindOf = ({ kernel, arch }: Cell): string => `${kernel.name} on ${arch.name}`;

const isTrue = (value: unknown): value is true => value === true;
