// The life of a machine, whoever runs it: console bytes as they come, limits, and exactly one end, whoever brings it about.
import type { BootExit, BootResult, Limits, StopReason } from '../model/boot.ts';
import type { MachineAnswers } from '../model/hang.ts';
import type { Inquiry } from './hang/diagnose.ts';
import { watchLimits } from './limit-watch.ts';
import { createStop } from './stop.ts';

export interface VmOptions {
  readonly signal: AbortSignal;
  /** Console bytes with the milliseconds since the start. The guest waits while this runs. */
  onConsole(chunk: Uint8Array, atMs: number): void;
  /** What the guest writes to its port of results. Without it the guest has none. */
  onResults?(chunk: Uint8Array): void;
  /** Somebody sits at the console: no limits. */
  readonly interactive?: boolean;
  /**
   * A limit has run out, or what was waited for never came. The guest is ended when this settles; what it prints until then is no part of its own output. The signal
   * aborts when it ends before.
   */
  onLimit?(signal: AbortSignal): Promise<void>;
}

/** A guest that runs. Disposing it stops it and waits for its end. */
export interface Vm extends AsyncDisposable {
  /** How it ended, after the last byte. Rejects only with what `onConsole` or `onResults` threw. */
  readonly exit: Promise<BootResult>;
  /** Ends the guest; the first reason counts. */
  stop(why: StopReason): void;
  /** Ends the guest because what was waited for never came: as at a limit, it is asked first. */
  giveUp(why: StopReason): void;
  /** Tells the boot clock that user space has been seen. */
  userspaceSeen(): void;
  /** With true, the guest waits for us: its silence is not counted until this is called with false. Calls nest. */
  excuseSilence(excused: boolean): void;
  /** Types on the guest's console. */
  write(bytes: Uint8Array): void;
  /** Writes to the guest's port of results, where it has one. */
  answerResults(bytes: Uint8Array): void;
  /** Which port of 127.0.0.1 leads to each port of the guest that the plan names. Rejects when the machine ends first. */
  ports(): Promise<ReadonlyMap<number, number>>;
  /** Asks a guest that hangs why; undefined where there is no way to. Never rejects, and ends soon after the signal aborts. */
  readonly diagnose?: (inquiry: Inquiry, signal: AbortSignal) => Promise<MachineAnswers>;
}

export interface Life extends Omit<Vm, 'write' | 'answerResults' | 'ports' | 'diagnose'> {
  console(chunk: Uint8Array): void;
  results(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  /** What was written to the error output, its end. */
  said(): string;
  /** Ends the guest with this as its result. */
  end(exit: BootExit): void;
  /**
   * The machine has ended. `natural` is how, where nobody ended it; the result waits for what is still to be done after it.
   * A second call does nothing.
   */
  finish(natural: BootExit, facts?: Partial<Pick<BootResult, 'shutdown' | 'command' | 'stderr' | 'usage' | 'restored' | 'runningMs'>>, afterwards?: Promise<void>): void;
}

const stderrKept = 4096;

/** Begins a life. `ladder` ends the machine, the gentlest step first. */
export function beginLife(limits: Limits, options: VmOptions, ladder: readonly (() => void)[], graceMs?: number): Life {
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  const rungs = createStop(ladder, graceMs);
  let consoleBytes = 0;
  let firstByteMs: number | undefined;
  let stderr = '';
  let ending: BootExit | undefined;
  let endedMs: number | undefined;
  let thrown: Error | undefined;
  let askedFromMs: number | undefined;
  const asking = new AbortController();

  const end = (exit: BootExit): void => {
    ending ??= exit;
    asking.abort();
    rungs.start();
  };
  const stop = (why: StopReason, limitMs?: number): void => end(stopped(why, limitMs));
  const interrupt = (): void => stop('interrupted');
  const giveUp = (why: StopReason, limitMs?: number): void => {
    // It answers already, and in a bounded time.
    if (askedFromMs !== undefined) return;
    if (options.onLimit === undefined || ending !== undefined) {
      stop(why, limitMs);
      return;
    }
    ending = stopped(why, limitMs);
    askedFromMs = elapsed();
    void options.onLimit(asking.signal).catch(() => undefined).then(() => stop(why, limitMs));
  };
  const clock = watchLimits(options.interactive === true ? undefined : limits, elapsed, giveUp);
  options.signal.addEventListener('abort', interrupt, { once: true });

  const hand = (take: () => void): void => {
    if (thrown !== undefined) return;
    try {
      take();
    } catch (error) {
      thrown = error instanceof Error ? error : new Error(String(error));
      interrupt();
    }
  };

  let settle: (result: BootResult) => void;
  let fail: (error: Error) => void;
  const exit = new Promise<BootResult>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  exit.catch(() => undefined);

  return {
    exit,
    stop,
    giveUp,
    end,
    userspaceSeen: () => clock.userspaceSeen(),
    excuseSilence: (excused) => clock.excuseSilence(excused),
    console(chunk) {
      clock.byteSeen();
      const atMs = elapsed();
      firstByteMs ??= atMs;
      if (askedFromMs === undefined) consoleBytes += chunk.length;
      hand(() => options.onConsole(chunk, atMs));
    },
    // What it writes while it is asked why it hangs is no result of its own.
    results(chunk) {
      if (askedFromMs === undefined) hand(() => options.onResults?.(chunk));
    },
    stderr: (chunk) => void (stderr = (stderr + Buffer.from(chunk).toString('utf8')).slice(-stderrKept)),
    said: () => stderr,
    finish(natural, facts = {}, afterwards = Promise.resolve()) {
      if (endedMs !== undefined) return;
      asking.abort();
      endedMs = elapsed();
      clock.end();
      rungs.done();
      options.signal.removeEventListener('abort', interrupt);
      const result: BootResult = {
        exit: ending ?? natural,
        durationMs: askedFromMs ?? endedMs,
        ...(firstByteMs === undefined ? {} : { firstByteMs }),
        ...(clock.userspaceMs === undefined ? {} : { userspaceMs: clock.userspaceMs }),
        consoleBytes,
        stderr,
        ...facts,
      };
      void afterwards.catch(() => undefined).then(() => (thrown === undefined ? settle(result) : fail(thrown)));
    },
    async [Symbol.asyncDispose]() {
      interrupt();
      await exit.catch(() => undefined);
    },
  };
}

export const stopped = (why: StopReason, limitMs?: number): BootExit => ({ kind: 'stopped', why, ...(limitMs === undefined ? {} : { limitMs }) });

/** What a machine is that was not started. */
export function neverStarted(exit: BootExit): Vm {
  const result: BootResult = { exit, durationMs: 0, consoleBytes: 0, stderr: '' };
  const nothing = (): void => undefined;
  return {
    exit: Promise.resolve(result),
    stop: nothing,
    giveUp: nothing,
    userspaceSeen: nothing,
    excuseSilence: nothing,
    write: nothing,
    answerResults: nothing,
    ports: () => Promise.reject(new Error('not started')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
