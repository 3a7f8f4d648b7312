// One boot under observation: console to the file and to the judge at once, and the guest ended when it has said all.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accel } from '../../model/arch.ts';
import type { BootResult } from '../../model/boot.ts';
import type { Case } from '../../model/case.ts';
import type { WatchState } from '../../model/console.ts';
import type { KnownFailure } from '../../model/known.ts';
import type { Attempt } from '../../model/report.ts';
import type { Symbols } from '../../model/symbols.ts';
import { openConsoleFile } from '../../boot/console-file.ts';
import { createConsoleTimes } from '../../boot/console-times.ts';
import type { Vm, VmOptions } from '../../boot/life.ts';
import { createGuestWatch } from '../../console/guest-watch.ts';
import { writeFileAtomic } from '../../sys/fs.ts';
import { seenCrashes } from '../../verdict/crash.ts';
import { excerptAround } from '../../verdict/excerpt.ts';
import { isKnownCrash, judgeKnown } from '../../verdict/known.ts';
import { addSources, type SourceFinder } from '../crash-sources.ts';
import type { HangInquiry } from './hang.ts';
import { bootPhases } from './boot-phases.ts';
import { withStatus } from './script.ts';
import { beginDialog, type DialogPlan } from './dialog.ts';
import { beginProbing, type ProbePlan } from './probing.ts';
import type { PhaseClock } from './phase-clock.ts';
import { createStopwatch } from './stopwatch.ts';

/** A boot that is planned: QEMU's, or a command's of the user. */
export interface Bootable {
  start(options: VmOptions): Vm;
  /** The line that boots it by hand. */
  readonly command: string;
  readonly accel?: Accel;
}

export interface ObserveOptions {
  readonly expect: Case['expect'];
  /** What runs is a script of this machine: nobody ends it before it ends itself, and its exit status is evidence. */
  readonly script?: boolean | undefined;
  /** Failures that do not count. */
  readonly known: readonly KnownFailure[];
  readonly probing?: ProbePlan | undefined;
  readonly dialog?: DialogPlan | undefined;
  /** Factor by which limits are stretched. */
  readonly scale: number;
  /** The run folder, and the files of this attempt relative to it. */
  readonly folder: string;
  readonly files: { readonly console: string; readonly times: string; readonly resultsLog: string; readonly qemuCmd: string };
  readonly consoleLimit: number;
  /** The guest has a port of results. */
  readonly resultsPort?: boolean | undefined;
  /** How long a guest may go on once its verdict is certain: to power off, or to print the rest of a crash. */
  readonly graceMs: number;
  /** Asks a guest that hangs; undefined: it is ended without a question. */
  readonly inquiry?: HangInquiry | undefined;
  /** By which addresses in crash reports are named. */
  readonly symbols?: Symbols | undefined;
  readonly sourceOf?: SourceFinder | undefined;
  /** Told where they could not be. */
  readonly onUnplaced?: (() => void) | undefined;
  /** Told which phases the boot came to, and when. */
  readonly clock?: PhaseClock | undefined;
  /** Console bytes as they come, for who wants to show them. */
  readonly onConsole?: ((chunk: Uint8Array) => void) | undefined;
}

export type ObservedBoot = Pick<Attempt, 'verdict' | 'known' | 'results' | 'crashes' | 'excerpt' | 'startedAt' | 'accel' | 'usage' | 'dialog' | 'probes' | 'artifacts' | 'hang' | 'resultsLog'> & {
  readonly boot: BootResult;
  readonly console: string;
  readonly times: string;
  readonly qemuCmd: string;
};

/** Boots to the end and judges what the guest said. */
export async function observeBoot(bootable: Bootable, options: ObserveOptions, signal: AbortSignal): Promise<ObservedBoot> {
  const { folder, files, expect, inquiry } = options;
  const watch = createGuestWatch(expect, options.symbols);
  const file = await openConsoleFile(join(folder, files.console), options.consoleLimit);
  const port = options.resultsPort === true ? await openPort(join(folder, files.resultsLog), options.consoleLimit) : undefined;
  const times = createConsoleTimes();
  const stopwatch = createStopwatch();
  let grace: NodeJS.Timeout | undefined;
  let last: WatchState | undefined;
  // Output after the decision can take it back: the clock stops, and starts anew with the next decision.
  const decide = (state: WatchState | undefined): void => {
    const decided = dialog.late() || state?.decided === true && (state.lost || probing.done() && dialog.done());
    stopwatch.look(state?.userspace === true, decided);
    if (options.script === true) return;
    if (decided) grace ??= setTimeout(end, options.graceMs).unref();
    else {
      clearTimeout(grace);
      grace = undefined;
    }
  };
  // A guest that left a step of its dialog out may hang, unless its kernel has said what it died of.
  const end = (): void => (dialog.late() && last?.lost !== true ? vm.giveUp('decided') : vm.stop('decided'));
  const startedAt = new Date().toISOString();
  await using vm = bootable.start({
    signal,
    ...(inquiry === undefined ? {} : { onLimit: (ending: AbortSignal) => inquiry.ask(vm, last?.userspace === true, ending) }),
    onConsole(chunk, atMs) {
      options.onConsole?.(chunk);
      // What was asked for is no evidence: neither judged here nor stored, where it would be judged later.
      if (inquiry?.takes(chunk) === true) return;
      file.write(chunk);
      times.note(chunk.length, atMs);
      last = watch.push(chunk);
      if (last.userspace) vm.userspaceSeen();
      probing.seen(last);
      look();
    },
    ...(port === undefined ? {} : {
      onResults(chunk: Uint8Array) {
        port.write(chunk);
        last = watch.pushResults(chunk);
        if (watch.toldAll()) vm.answerResults(Buffer.from('\n'));
        look();
      },
    }),
  });
  const begunAt = performance.now();
  const probing = beginProbing(options.probing, vm, () => look());
  const dialog = beginDialog(options.dialog, vm, () => decide(last));
  // What is typed while the guest waits for the probes would end that wait.
  const look = (): void => {
    if (last !== undefined) dialog.seen(last, options.probing?.waits === true && last.ready && !probing.done());
    decide(last);
  };
  // Written while the guest boots: it costs the start nothing.
  await writeFileAtomic(join(folder, files.qemuCmd), `${bootable.command}\n`);
  const { usage, ...boot } = await vm.exit;
  const took = { ms: stopwatch.read(), scale: options.scale };
  const decidedAt = stopwatch.decidedAt();
  for (const [phase, ms] of bootPhases({ boot, script: options.script === true, decidedMs: decidedAt && decidedAt - begunAt })) options.clock?.enter(phase, begunAt + ms);
  options.clock?.enter('report');
  clearTimeout(grace);
  await times.write(join(folder, files.times), await file.close());
  const told = await port?.close() === true;
  const steps = dialog.end();
  const probes = await probing.outcomes(boot);
  const seen = options.script === true ? withStatus(watch.end(), boot) : watch.end();
  if (watch.unplaced()) options.onUnplaced?.();
  const hang = await inquiry?.report(boot.consoleBytes);
  const { verdict, known, results } = judgeKnown({ expect, findings: seen.findings, boot, seen, probes, dialog: steps, took, hang, ...(options.script === true ? { script: true } : {}) }, options.known);
  const crashes = await addSources(seenCrashes(expect, seen.findings, (crash) => isKnownCrash(options.known, crash)), watch, options.sourceOf, signal);
  const excerpt = verdict.kind === 'pass' ? [] : watch.excerpt(excerptAround(verdict));
  return {
    verdict, results, excerpt, boot, startedAt,
    ...(usage === undefined ? {} : { usage }),
    ...(known === undefined ? {} : { known }),
    ...(bootable.accel === undefined ? {} : { accel: bootable.accel }),
    ...(crashes.length === 0 ? {} : { crashes }),
    ...(steps.length === 0 ? {} : { dialog: steps }),
    ...(probes.length === 0 ? {} : { probes }),
    ...(hang === undefined ? {} : { hang }),
    ...(told ? { resultsLog: files.resultsLog } : {}),
    console: files.console,
    times: files.times,
    qemuCmd: files.qemuCmd,
  };
}

/** What comes over the port of results, kept as the console is. `close` says whether anything came: a file without that is taken away. */
async function openPort(path: string, limit: number): Promise<{ write(chunk: Uint8Array): void; close(): Promise<boolean> }> {
  const file = await openConsoleFile(path, limit);
  return {
    write: (chunk) => file.write(chunk),
    async close() {
      const { bytes } = await file.close();
      if (bytes === 0) await rm(path, { force: true });
      return bytes > 0;
    },
  };
}
