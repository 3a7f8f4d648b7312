// Why a guest hung, as far as it could be told: what was asked of it before it was ended, and what that means.

/** What a CPU was doing at one moment, seen from outside. */
export interface CpuSample {
  /** Program counter, in hexadecimal. */
  readonly pc: string;
  /** It takes no interrupts. */
  readonly masked: boolean;
  /** It waits for an interrupt, or is switched off. */
  readonly halted: boolean;
}

/** What the machine answered; what the kernel answered stands on the console. */
export interface MachineAnswers {
  /** For each CPU what it did at several moments; empty where that could not be read. */
  readonly cpus: readonly (readonly CpuSample[])[];
  /** CPUs that were made to take interrupts again, so that the kernel could answer. */
  readonly unmasked: readonly number[];
  /** The format of the picture of its display; undefined where it has none. */
  readonly screen?: 'png' | 'ppm';
}

/** A task of the guest, and the function of the kernel it is in. */
export interface HungTask {
  readonly name: string;
  readonly pid: number;
  /** As ps(1) shows it: R, S, D. */
  readonly state: string;
  readonly function?: string;
}

export interface HungCpu {
  readonly cpu: number;
  readonly state: 'idle' | 'user' | 'kernel' | 'halted' | 'unknown';
  /** It took no interrupts. */
  readonly masked: boolean;
  /** Program counter when it was last looked at, in hexadecimal. */
  readonly pc?: string;
  /** What ran on it. */
  readonly task?: { readonly name: string; readonly pid: number };
  readonly function?: string;
}

export type HangCause = 'spinning' | 'blocked-task' | 'waiting-for-input' | 'halted' | 'idle' | 'unknown';

/** What a hang was, for reports. */
export interface HangReport {
  readonly cause: HangCause;
  /** Where it hung, in words: `task sh:123 blocked in mnt_want_write`; undefined where nothing was found out. */
  readonly where?: string;
  readonly task?: HungTask;
  /** The function of the kernel that it hung in. */
  readonly function?: string;
  readonly cpus: readonly HungCpu[];
  /** Tasks that wait for something that cannot be interrupted. */
  readonly blocked: readonly HungTask[];
  /** What the kernel says of its memory, one line. */
  readonly memory?: string;
  /** Questions and answers as they were, relative to the run folder. */
  readonly log: string;
  /** A picture of the guest's display, relative to the run folder. */
  readonly screen?: string;
  /** How long it was asked; not in the duration of the boot. */
  readonly askedMs: number;
  /** Bytes of the console before the first question: all that is stored and judged of it. */
  readonly consoleBytes: number;
}
