// The form of the crash tables: what a report's first line looks like, what it is called, and where its function stands.
// Titles follow the convention of syzkaller's dashboard, the closest thing the field has to a standard.
import { callTrace, instructionPointer } from './frames.ts';

/**
 * How the function a title names is looked for: one step after the other, each from where the last one stopped.
 * A regular expression goes on to the first line it matches and takes the functions of its groups, `frames` takes all
 * frames until the next stack begins. The first function that is not skipped is the one.
 */
export type Step = RegExp | 'frames';

/** `first`: the first frame that is not skipped. `stall`, `hang`: a frame that stands for the whole path (function.ts). */
export type Choice = 'first' | 'stall' | 'hang';

export interface CrashRule {
  /** Matches the text of a report's first line. */
  readonly header: RegExp;
  /** `$1` is a group of the header, `$a` the group of the last line of `needs`, `{function}` the guilty function. */
  readonly title: string;
  /** Lines that must follow, in this order. Where one is missing, the next rule that matches is tried. */
  readonly needs?: readonly RegExp[];
  /** The last line of `needs` names the function. */
  readonly named?: true;
  /** Ways to the function; the second is tried where the first finds none. */
  readonly paths?: readonly (readonly Step[])[];
  readonly choose?: Choice;
  /** Where a second stack stands, without which the report was cut. */
  readonly origin?: readonly Step[];
  /** Frames never to be named in this kind of report, besides those that never are. */
  readonly skip?: RegExp;
  /** The report is whole without a stack. */
  readonly stackless?: true;
  /** Only a part of a report that has begun; by itself it means that the beginning was lost. */
  readonly follows?: true;
  /** The title is made of what was left of a report. */
  readonly corrupted?: true;
  /** The header alone says nothing: without what it needs there is no report. */
  readonly vague?: true;
}

/** Rules whose headers all hold the same text, so that most lines are passed by at once. */
export interface CrashFamily {
  readonly trigger: string;
  /** Lines that hold the trigger and mean nothing. */
  readonly not?: RegExp;
  readonly rules: readonly CrashRule[];
}

/** Of a report printed by a function call: the stack it was called from. */
export const trace: readonly (readonly Step[])[] = [[callTrace, 'frames']];
/** Of a trap: the interrupted instruction, or who called it where that is nobody's fault. */
export const trap: readonly (readonly Step[])[] = [[instructionPointer, callTrace, 'frames']];
