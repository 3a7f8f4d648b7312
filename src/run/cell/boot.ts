// The boot of a prepared cell, by QEMU or by the command that the project names as its runner, or the run of its script, with what belongs to one
// attempt around it: the drive for artifacts and the probes.
import { join } from 'node:path';
import type { Accel } from '../../model/arch.ts';
import type { Cell } from '../../model/cell.ts';
import type { Progress } from '../../model/events.ts';
import type { Harness, RunnerSpec } from '../../model/harness.ts';
import { qemuCommand } from '../../boot/command.ts';
import { planGuest, type BootRequest } from '../../boot/plan.ts';
import type { Vm, VmOptions } from '../../boot/life.ts';
import { startVm } from '../../boot/vm.ts';
import { timeScale, unscaledLimits } from '../../config/resolve.ts';
import { knownFailures } from '../../matrix/known.ts';
import type { AttemptFiles } from '../../report/layout.ts';
import { artifactsSerial, collectArtifacts, driveBytes, makeDrive } from './artifacts.ts';
import { openInquiry } from './hang.ts';
import type { Machine } from './machine.ts';
import type { SharedMemory } from './memory-gate.ts';
import { observeBoot, type Bootable, type ObservedBoot, type ObserveOptions } from './observe.ts';
import type { PhaseClock } from './phase-clock.ts';
import type { Prepared, PreparedCell, PreparedScript } from './prepare.ts';
import { unplacedNote } from '../symbols.ts';
import { wakingOf, whyNotWoken } from '../warm/wake.ts';
import type { Clone } from '../warm/open.ts';
import { attemptName, planCommand, runnerCommand, runnerFor } from './runner.ts';
import { planScript, scriptCommand } from './script.ts';

/** Where and how an attempt boots. */
export interface BootPlace {
  readonly machine: Machine;
  readonly harness: Harness;
  readonly progress: Progress;
  /** The run folder, and the files of this attempt relative to it. */
  readonly folder: string;
  readonly files: AttemptFiles;
  /** Number of the attempt. */
  readonly number: number;
  readonly clock?: PhaseClock | undefined;
  /** Folder of the project. */
  readonly root: string;
  readonly graceMs: number;
  /** Whether a guest that hangs is asked why; undefined: as case and project say. */
  readonly diagnose?: boolean | undefined;
  /** Console bytes as they come. */
  readonly onConsole?: (chunk: Uint8Array) => void;
}

/** A boot that only waits for its turn. */
export interface ReadyBoot {
  /** Bytes of this machine's memory that the guest takes. */
  readonly memory: number;
  /** The part of it that guests of one template have together. */
  readonly shared?: SharedMemory;
  /** The line that boots it by hand. */
  readonly command: string;
  /** Undefined where a runner boots. */
  readonly accel?: Accel;
  run(): Promise<ObservedBoot>;
}

/** Plans the boot of an attempt. */
export async function readyBoot(cell: Cell, prepared: Prepared, place: BootPlace, signal: AbortSignal, clone?: Clone): Promise<ReadyBoot> {
  if (prepared.script !== undefined) return readyScript(cell, prepared, place, signal);
  const runner = runnerFor(place.harness, cell.arch);
  const bootable = runner === undefined ? await byQemu(cell, prepared, place, signal) : await byCommand(runner, cell, prepared, place);
  const { memory, command, accel } = bootable;
  const observe = (one: Bootable): Promise<ObservedBoot> => withArtifacts(cell, place, async () => tellUnusedPort(cell, place, await observeBoot(one, observing(cell, prepared, one, place), signal)));
  const warm = clone && (await byClone(cell, clone, bootable, place, signal));
  const run = async (): Promise<ObservedBoot> => {
    if (warm === undefined) return observe(bootable);
    const begunAt = place.clock?.now() ?? 0;
    const observed = await observe(warm);
    // What happened before the guest went on is no doing of its own.
    if (warm.isRestored() || signal.aborted) return observed;
    place.progress.notice(`${cell.id}: booted cold, for its template cannot be used: ${whyNotWoken(observed.boot.exit)}`);
    if (!hadNoTime(observed, clone)) await clone?.drop();
    place.clock?.recast(begunAt, 'template');
    place.clock?.enter('start');
    return observe(bootable);
  };
  const shared = clone && { key: clone.template.key, bytes: Math.min(memory, clone.template.memoryBytes) };
  return { memory, ...(shared === undefined ? {} : { shared }), command, ...(accel === undefined ? {} : { accel }), run };
}

/** A script of this machine takes its memory as any program does. */
async function readyScript(cell: Cell, { script, host }: PreparedScript, place: BootPlace, signal: AbortSignal): Promise<ReadyBoot> {
  const { startCommand } = await import('../../boot/command-runner.ts');
  const plan = planScript(cell, script, { ...place, host, labels: [...cell.case.labels.filter((label) => !label.startsWith('!')), ...host.labels] });
  const bootable: Bootable = { start: (options) => startCommand(plan, options, () => undefined), command: scriptCommand(plan) };
  const { folder, files, onConsole, harness, graceMs, clock } = place;
  const observed: ObserveOptions = { script: true, folder, files, expect: cell.case.expect, known: knownFailures(cell, harness.known), scale: 1, consoleLimit: harness.consoleLimit, graceMs, clock, onConsole };
  return { memory: 0, command: bootable.command, run: () => observeBoot(bootable, observed, signal) };
}

const scratchOf = ({ case: { artifacts } }: Cell, place: BootPlace): BootRequest['scratch'] => artifacts && { path: drivePath(place), serial: artifactsSerial, writable: true, bytes: driveBytes(artifacts.limit) };

type Planned = Bootable & { readonly memory: number };

async function byQemu(cell: Cell, prepared: PreparedCell, place: BootPlace, signal: AbortSignal): Promise<Planned> {
  const plan = await place.machine.plan(cell, prepared, signal, scratchOf(cell, place));
  return { start: (options) => startVm(plan, options), command: qemuCommand(plan), accel: plan.accel, memory: plan.memory };
}

/** The same boot, from a template. The command to repeat it stays the one of a cold boot: it needs nothing but kernel and initrd. */
async function byClone(cell: Cell, { template, prepared }: Clone, cold: Planned, place: BootPlace, signal: AbortSignal): Promise<Bootable & { isRestored(): boolean }> {
  const plan = await place.machine.plan(cell, prepared, signal, scratchOf(cell, place));
  const { restore, entry } = wakingOf(template);
  const start = (options: VmOptions): Vm => startVm(plan, {
    ...options,
    restore,
    onConsole(chunk, atMs) {
      entry.push(chunk);
      options.onConsole(chunk, atMs);
    },
  });
  return { ...cold, start, isRestored: () => entry.seen() };
}

/** A limit that a boot does not keep either says nothing of a template. */
const hadNoTime = ({ boot: { exit } }: ObservedBoot, clone: Clone | undefined): boolean => exit.kind === 'stopped' && (exit.limitMs ?? Infinity) < (clone?.template.bootMs ?? 0);

async function byCommand(runner: RunnerSpec, cell: Cell, prepared: PreparedCell, place: BootPlace): Promise<Planned> {
  const { harness, progress, root, folder, files, number } = place;
  const { startCommand } = await import('../../boot/command-runner.ts');
  const { memory, cmdline } = planGuest({ cell, arch: cell.arch, image: prepared.image });
  const plan = planCommand(runner, {
    ...prepared.runnerFiles,
    cmdline,
    arch: cell.arch.name,
    cell: cell.id,
    name: attemptName(cell.id, folder, number),
    memory: `${Math.ceil(memory / 1024 ** 2)}`,
    cpus: `${cell.case.cpus}`,
    folder: join(folder, files.folder),
  }, { root, limits: unscaledLimits(cell.case.timeouts, harness.timeouts) });
  const tell = (message: string): void => progress.notice(`${cell.id}: ${message}`);
  // Its machines are elsewhere: they take nothing of this one's memory.
  return { start: (options) => startCommand(plan, options, tell), command: runnerCommand(plan), memory: 0 };
}

/** How much longer than others a guest may go on that writes artifacts after its last result. */
const artifactsMs = 30_000;

function observing(cell: Cell, { waits, symbols: file }: PreparedCell, { accel }: Bootable, place: BootPlace): ObserveOptions {
  const { expect, probe, artifacts, dir } = cell.case;
  const scale = accel === undefined ? 1 : timeScale(place.harness, cell.arch, accel);
  const probing = probe && { probes: probe, folder: dir, scale, waits };
  const steps = expect.find((one) => one.dialog !== undefined)?.dialog;
  const dialog = steps && { steps, scale };
  const { folder, files, clock, onConsole } = place;
  // Of a command of the user's none come home.
  const graceMs = place.graceMs + (artifacts === undefined || accel === undefined || !waits ? 0 : artifactsMs * scale);
  const inquiry = place.diagnose ?? cell.case.diagnose ?? place.harness.diagnose ? openInquiry({ registers: cell.arch.registers, symbols: file?.symbols, folder, files }) : undefined;
  return { folder, files, expect, known: knownFailures(cell, place.harness.known), probing, dialog, scale, consoleLimit: place.harness.consoleLimit, resultsPort: cell.case.results === 'port' && accel !== undefined, graceMs, inquiry, clock, onConsole, ...naming(cell, file, place) };
}

function naming(cell: Cell, file: PreparedCell['symbols'], { progress }: BootPlace): Pick<ObserveOptions, 'symbols' | 'sourceOf' | 'onUnplaced'> {
  if (file === undefined) return {};
  const { symbols, sourceOf } = file;
  return { symbols, sourceOf, onUnplaced: () => { progress.notice(`${cell.id}: ${unplacedNote(symbols.file)}`); } };
}

function tellUnusedPort(cell: Cell, { progress, harness }: BootPlace, observed: ObservedBoot): ObservedBoot {
  if (cell.case.results !== 'port' || observed.resultsLog !== undefined || observed.boot.userspaceMs === undefined) return observed;
  const why = runnerFor(harness, cell.arch) === undefined ? 'the guest has not used its port' : 'only QEMU has a port for them, not the runner';
  progress.notice(`${cell.id}: results came over the console alone: ${why}`);
  return observed;
}

const drivePath = ({ folder, files }: BootPlace): string => join(folder, `${files.artifacts}.img`);

/** The guest's drive is made before the boot and gone after it, whatever happened. */
async function withArtifacts(cell: Cell, place: BootPlace, boot: () => Promise<ObservedBoot>): Promise<ObservedBoot> {
  const { artifacts } = cell.case;
  if (artifacts === undefined) return boot();
  if (runnerFor(place.harness, cell.arch) !== undefined) {
    place.progress.notice(`${cell.id}: no artifacts: only QEMU brings them home, not the runner`);
    return boot();
  }
  await using drive = await makeDrive(drivePath(place), artifacts.limit);
  const observed = await boot();
  const collected = await collectArtifacts(drive.path, { root: place.folder, folder: place.files.artifacts }, artifacts.limit);
  for (const notice of collected.notices) place.progress.notice(`${cell.id}: ${notice}`);
  return { ...observed, ...(collected.artifacts === undefined ? {} : { artifacts: collected.artifacts }) };
}
