// One guest under QEMU: its process, its console, and what QMP tells of it.
import { closeSync, openSync } from 'node:fs';
import type { BootExit, BootPlan, BootResult } from '../model/boot.ts';
import { classifyExit, classifyPause } from './failure.ts';
import { diagnose } from './hang/diagnose.ts';
import { createEar } from './hang/wait.ts';
import { beginLife, neverStarted, stopped, type Vm, type VmOptions } from './life.ts';
import { openMonitor } from './monitor.ts';
import { awaitRestore, beginRestore } from './warm/migration.ts';
import { spawnQemu, type Guard } from './spawn.ts';
import { watchUsage } from './usage.ts';

export interface QemuOptions extends VmOptions {
  /** How QEMU's life is tied to ours; by default the best this machine has. */
  readonly guard?: Guard;
  /** What the guest goes on from, in place of a boot. */
  readonly restore?: Restore;
}

/** A guest's state to go on from. */
export interface Restore {
  /** File with the state of its devices. */
  readonly state: string;
  /** How long its boot took. */
  readonly bootMs: number;
  /** What it had printed until then. */
  readonly console: Uint8Array;
  /** What is typed as soon as it runs. */
  readonly type: () => Uint8Array;
}

/** Starts QEMU. Whatever goes wrong from here on is in the result. */
export function startVm(plan: BootPlan, options: QemuOptions): Vm {
  if (options.signal.aborted) return neverStarted(stopped('interrupted'));
  const { restore } = options;
  const argv = restore === undefined ? plan.argv : [...plan.argv, ...awaitRestore];
  let state: number | undefined;
  try {
    state = restore && openSync(restore.state, 'r');
  } catch (error) {
    // It may have been thrown away since it was chosen.
    return neverStarted(cannotGoOn(error));
  }
  // Without a reader a guest that writes to the port would wait for ever.
  const qemu = spawnQemu(plan.binary, argv, { resultsPort: options.onResults && plan.resultsPort, guard: options.guard, state });
  if (state !== undefined) closeSync(state);
  const usage = watchUsage(qemu.pid);
  let shutdown: string | undefined;
  const type = (text: string | Uint8Array): void => void qemu.input.write(text);

  const life = beginLife(plan.limits, options, [() => quit(), () => qemu.kill('SIGTERM'), () => qemu.kill('SIGKILL')]);
  const startedAt = performance.now();
  let waking = restore;
  let restored: BootResult['restored'];
  let runningMs: number | undefined;
  const monitor = openMonitor(qemu.qmp, {
    onRunning() {
      runningMs ??= performance.now() - startedAt;
      const woken = waking;
      if (woken === undefined) return;
      waking = undefined;
      restored = { afterMs: performance.now() - startedAt, bootMs: woken.bootMs };
      life.console(woken.console);
      type(woken.type());
    },
    onShutdown(reason) {
      usage.look();
      shutdown = reason;
    },
    onPaused(status) {
      const failure = classifyPause(status, life.said());
      if (failure !== undefined) life.end(failure);
    },
  });
  if (restore !== undefined) beginRestore(monitor).catch((error: unknown) => life.end(cannotGoOn(error)));
  const quit = (): void => {
    usage.look();
    monitor.quit();
  };
  const ear = createEar();
  qemu.console.on('data', (chunk: Buffer) => {
    ear.hear(chunk);
    life.console(chunk);
  });
  qemu.results?.on('data', (chunk: Buffer) => life.results(chunk));
  qemu.stderr.on('data', (chunk: Buffer) => life.stderr(chunk));
  qemu.child.once('error', (error) => life.finish({ kind: 'failed', message: `cannot start ${plan.binary}: ${error.message}` }));
  // 'close' comes after the last byte of every channel.
  qemu.child.once('close', (code, signal) => {
    const used = usage.end();
    life.finish(classifyExit(plan.binary, code, signal, life.said()), { ...(shutdown === undefined ? {} : { shutdown }), ...(used === undefined ? {} : { usage: used }), ...(runningMs === undefined ? {} : { runningMs }), ...(restored === undefined ? {} : { restored }) });
  });

  return {
    ...life,
    write: (bytes) => void qemu.input.write(bytes),
    answerResults: (bytes) => void qemu.results?.write(bytes),
    ports: () => monitor.forwards(),
    diagnose: (inquiry, signal) => diagnose({ qmp: (command, args) => monitor.ask(command, args), gdb: qemu.gdb, type, ear }, inquiry, signal),
  };
}

const cannotGoOn = (error: unknown): BootExit => ({ kind: 'failed', message: `the guest cannot go on: ${error instanceof Error ? error.message : String(error)}` });
