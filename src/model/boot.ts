// One boot: what QEMU is asked to do, and how it ended.
import type { Accel } from './arch.ts';

export interface Limits {
  readonly bootMs: number;
  readonly silenceMs: number;
  readonly totalMs: number;
}

/** Everything that decides a boot, as plain data: equal plans start equal QEMUs. */
export interface BootPlan {
  readonly cell: string;
  readonly arch: string;
  readonly accel: Accel;
  readonly binary: string;
  /** QEMU's arguments without those that name a channel to the harness (console, QMP). */
  readonly argv: readonly string[];
  readonly kernel: string;
  readonly initrd: string;
  /** The kernel command line as one string. */
  readonly cmdline: string;
  /** Bytes of the guest's memory. */
  readonly memory: number;
  readonly limits: Limits;
  /** QEMU's arguments for the port of results, where the guest has one: a channel to the harness too, so by hand there is none. */
  readonly resultsPort?: readonly string[];
  /** Ports of the guest that 127.0.0.1 leads to, by ports that QEMU chooses. */
  readonly ports?: readonly number[];
  /** Empty files the guest writes to: they must be there before QEMU starts. */
  readonly scratch?: readonly { readonly path: string; readonly bytes: number }[];
}

/** Why the harness ended a guest. `decided`: the console had said everything. */
export type StopReason = 'decided' | 'boot-limit' | 'silence-limit' | 'total-limit' | 'interrupted';

export type BootExit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'stopped'; readonly why: StopReason; readonly limitMs?: number }
  /** QEMU or its accelerator failed: never the guest's fault. */
  | { readonly kind: 'failed'; readonly message: string; readonly hint?: string };

/** What a boot took of this machine. */
export interface Usage {
  /** Of all its processors together. */
  readonly cpuMs: number;
  /** The most memory that was its own at once. */
  readonly peakMemoryBytes: number;
}

/** What is known after a boot. */
export interface BootResult {
  readonly exit: BootExit;
  /** From QEMU's start to its end, or to when a limit ran out: without the time in which a guest that hung was asked why. */
  readonly durationMs: number;
  /** From QEMU's start until the guest ran, as QEMU says. */
  readonly runningMs?: number;
  /** From QEMU start to the first byte, and to user space; undefined where it never came. */
  readonly firstByteMs?: number;
  readonly userspaceMs?: number;
  /** QEMU's word for why the guest ended itself: `guest-shutdown`, `guest-reset`, `guest-panic`; undefined where it did not, and where QEMU ends too soon to say it. */
  readonly shutdown?: string;
  /** The guest did not boot but went on from a template: how long after QEMU's start, and how long the template's boot had taken. */
  readonly restored?: { readonly afterMs: number; readonly bootMs: number };
  /** All bytes the guest printed by itself, also those that were not kept; not what it was asked for when it hung. */
  readonly consoleBytes: number;
  /** The end of the error output of QEMU, or of the command that ran the machine; at most 4 KiB. */
  readonly stderr: string;
  /** The program that ran the machine, where it was not QEMU. */
  readonly command?: string;
  /** What QEMU took, where the system tells; of its last half second it may miss some. */
  readonly usage?: Usage;
}
