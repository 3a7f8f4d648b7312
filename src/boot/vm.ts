// One guest under QEMU: its process, its console, and what QMP tells of it.
import type { BootPlan } from '../model/boot.ts';
import { classifyExit, classifyPause } from './failure.ts';
import { diagnose } from './hang/diagnose.ts';
import { createEar } from './hang/wait.ts';
import { beginLife, neverStarted, type Vm, type VmOptions } from './life.ts';
import { openMonitor } from './monitor.ts';
import { spawnQemu, type Guard } from './spawn.ts';
import { watchUsage } from './usage.ts';

export interface QemuOptions extends VmOptions {
  /** How QEMU's life is tied to ours; by default the best this machine has. */
  readonly guard?: Guard;
}

/** Starts QEMU. Whatever goes wrong from here on is in the result. */
export function startVm(plan: BootPlan, options: QemuOptions): Vm {
  if (options.signal.aborted) return neverStarted();
  // Without a reader a guest that writes to the port would wait for ever.
  const qemu = spawnQemu(plan.binary, plan.argv, { resultsPort: options.onResults && plan.resultsPort, guard: options.guard });
  const usage = watchUsage(qemu.pid);
  let shutdown: string | undefined;

  const life = beginLife(plan.limits, options, [() => quit(), () => qemu.kill('SIGTERM'), () => qemu.kill('SIGKILL')]);
  const monitor = openMonitor(qemu.qmp, {
    onShutdown(reason) {
      usage.look();
      shutdown = reason;
    },
    onPaused(status) {
      const failure = classifyPause(status, life.said());
      if (failure !== undefined) life.end(failure);
    },
  });
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
    life.finish(classifyExit(plan.binary, code, signal, life.said()), { ...(shutdown === undefined ? {} : { shutdown }), ...(used === undefined ? {} : { usage: used }) });
  });

  const type = (text: string): void => void qemu.input.write(text);
  return {
    ...life,
    write: (bytes) => void qemu.input.write(bytes),
    answerResults: (bytes) => void qemu.results?.write(bytes),
    ports: () => monitor.forwards(),
    diagnose: (inquiry, signal) => diagnose({ qmp: (command, args) => monitor.ask(command, args), gdb: qemu.gdb, type, ear }, inquiry, signal),
  };
}
