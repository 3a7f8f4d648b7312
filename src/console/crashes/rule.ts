// The form of the crash tables: what a report's first line looks like, what it is called, and where its function stands.
// Titles follow the convention of syzkaller's dashboard, the closest thing the field has to a standard.

/** Names as syzkaller's dashboard knows them. `UNKNOWN` where it has none. */
export type CrashType =
  | 'ATOMIC_SLEEP' | 'BUG' | 'BOOT' | 'DoS' | 'HANG' | 'LEAK' | 'LOCKDEP' | 'MEMORY_SAFETY_BUG' | 'NULL-POINTER-DEREFERENCE' | 'REBOOT'
  | 'REFCOUNT_WARNING' | 'SYZ_FAILURE' | 'UBSAN' | 'UNKNOWN' | 'WARNING' | `KASAN-${string}` | `KCSAN-${string}` | `KFENCE-${string}` | `KMSAN-${string}`;

/**
 * Where the function a title names is looked for; the first place that has one wins.
 * `registers`: the instruction pointer of the register dump. `trace`: the first call trace.
 * `interrupted`: what the interrupt that noticed a stall had interrupted.
 * A regular expression: the first function in the lines after (and with) one that matches.
 */
export type Place = 'registers' | 'trace' | 'interrupted' | RegExp;

/** `first`: the first frame that is not skipped. `stall`, `hang`: a frame that stands for the whole path (function.ts). */
export type Choice = 'first' | 'stall' | 'hang';

export interface CrashRule {
  /** Matches the text of a report's first line. */
  readonly header: RegExp;
  /** `$1` is a group of the header, `$a` the first group of `detail`, `{function}` the guilty function. */
  readonly title: string;
  readonly type: CrashType | ((title: string) => CrashType);
  readonly where?: readonly Place[];
  readonly choose?: Choice;
  /** Frames never to be named in this kind of report, besides those that never are. */
  readonly skip?: RegExp;
  /** A later line of the report that the title needs. Where it is missing, the next rule that matches is tried. */
  readonly detail?: RegExp;
  /** Only a part of a report that has begun; by itself it means that the beginning was lost. */
  readonly follows?: true;
  /** The title is made of what was left of a report. */
  readonly corrupted?: true;
}

/** Rules whose headers all hold the same text, so that most lines are passed by at once. */
export interface CrashFamily {
  readonly trigger: string;
  /** Lines that hold the trigger and mean nothing. */
  readonly not?: RegExp;
  readonly rules: readonly CrashRule[];
}

/** Of a trap: the interrupted instruction, or who called it where that is nobody's fault. */
export const trap: readonly Place[] = ['registers', 'trace'];
/** Of a report printed by a function call: the stack it was called from. */
export const trace: readonly Place[] = ['trace'];
