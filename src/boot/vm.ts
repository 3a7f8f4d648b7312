// One running guest: its console bytes as they come, its limits, and exactly one end, whoever brings it about.
import type { BootExit, BootPlan, BootResult, StopReason } from '../model/boot.ts';
import { dueLimit } from './clock.ts';
import { classifyExit, classifyPause } from './failure.ts';
import { openMonitor } from './monitor.ts';
import { spawnQemu, type Guard } from './spawn.ts';
import { createStop } from './stop.ts';

export interface VmOptions {
  readonly signal: AbortSignal;
  /** Console bytes with the milliseconds since QEMU's start. The guest waits while this runs. */
  onConsole(chunk: Uint8Array, atMs: number): void;
  /** Somebody sits at the console: no limits. */
  readonly interactive?: boolean;
  /** How QEMU's life is tied to ours; by default the best this machine has. */
  readonly guard?: Guard;
}

/** A guest that runs. Disposing it stops it and waits for its end. */
export interface Vm extends AsyncDisposable {
  /** How it ended, after the last console byte. Rejects only with what `onConsole` threw. */
  readonly exit: Promise<BootResult>;
  /** Ends QEMU; the first reason counts. */
  stop(why: StopReason): void;
  /** Tells the boot clock that user space has been seen. */
  userspaceSeen(): void;
  /** Types on the guest's console. */
  write(bytes: Uint8Array): void;
}

const stderrKept = 4096;

/** Starts QEMU. Whatever goes wrong from here on is in the result. */
export function startVm(plan: BootPlan, options: VmOptions): Vm {
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  if (options.signal.aborted) return neverStarted();

  const qemu = spawnQemu(plan.binary, plan.argv, options.guard);
  let consoleBytes = 0;
  let firstByteMs: number | undefined;
  let lastByteMs = 0;
  let userspaceMs: number | undefined;
  let shutdown: string | undefined;
  let stderr = '';
  let ending: BootExit | undefined;
  let thrown: Error | undefined;
  let timer: NodeJS.Timeout | undefined;

  const monitor = openMonitor(qemu.qmp, {
    onShutdown: (reason) => (shutdown = reason),
    onPaused(status) {
      const failure = classifyPause(status, stderr);
      if (failure !== undefined) end(failure);
    },
  });
  const ladder = createStop([() => monitor.quit(), () => qemu.kill('SIGTERM'), () => qemu.kill('SIGKILL')]);

  const end = (exit: BootExit): void => {
    ending ??= exit;
    ladder.start();
  };
  const stop = (why: StopReason, limitMs?: number): void => end({ kind: 'stopped', why, ...(limitMs === undefined ? {} : { limitMs }) });
  const interrupt = (): void => stop('interrupted');

  qemu.console.on('data', (chunk: Buffer) => {
    lastByteMs = elapsed();
    firstByteMs ??= lastByteMs;
    consoleBytes += chunk.length;
    if (thrown !== undefined) return;
    try {
      options.onConsole(chunk, lastByteMs);
    } catch (error) {
      thrown = error instanceof Error ? error : new Error(String(error));
      interrupt();
    }
  });
  qemu.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-stderrKept)));

  const watchLimits = (rechecked = false): void => {
    const due = dueLimit(plan.limits, { lastByteMs, userspaceMs }, elapsed());
    if (due.kind === 'wait') timer = setTimeout(watchLimits, Math.min(due.ms, 2 ** 30)).unref();
    else if (rechecked) stop(due.why, due.limitMs);
    // If it was us who slept, the bytes that came meanwhile are read first.
    else setImmediate(() => ending ?? watchLimits(true));
  };
  if (options.interactive !== true) watchLimits();
  options.signal.addEventListener('abort', interrupt, { once: true });

  // A second settlement of a promise does nothing: the first of error and close counts.
  const exit = new Promise<BootResult>((resolve, reject) => {
    const finish = (natural: BootExit): void => {
      clearTimeout(timer);
      ladder.done();
      options.signal.removeEventListener('abort', interrupt);
      if (thrown !== undefined) reject(thrown);
      resolve({
        exit: ending ?? natural,
        durationMs: elapsed(),
        ...(firstByteMs === undefined ? {} : { firstByteMs }),
        ...(userspaceMs === undefined ? {} : { userspaceMs }),
        ...(shutdown === undefined ? {} : { shutdown }),
        consoleBytes,
        stderr,
      });
    };
    qemu.child.once('error', (error) => finish({ kind: 'failed', message: `cannot start ${plan.binary}: ${error.message}` }));
    // 'close' comes after the last byte of every channel.
    qemu.child.once('close', (code, signal) => finish(classifyExit(plan.binary, code, signal, stderr)));
  });

  exit.catch(() => undefined);

  return {
    exit,
    stop,
    userspaceSeen: () => void (userspaceMs ??= elapsed()),
    write: (bytes) => void qemu.input.write(bytes),
    async [Symbol.asyncDispose]() {
      interrupt();
      await exit.catch(() => undefined);
    },
  };
}

function neverStarted(): Vm {
  const result: BootResult = { exit: { kind: 'stopped', why: 'interrupted' }, durationMs: 0, consoleBytes: 0, stderr: '' };
  const nothing = (): void => undefined;
  return { exit: Promise.resolve(result), stop: nothing, userspaceSeen: nothing, write: nothing, [Symbol.asyncDispose]: () => Promise.resolve() };
}
