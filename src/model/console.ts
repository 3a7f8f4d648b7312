// What is recognised on a console. Lines count from 1.
import type { Protocol } from './protocol.ts';

export interface Line {
  readonly number: number;
  /** The line without its end, ANSI escapes, NULs and the printk prefix; invalid UTF-8 as U+FFFD. */
  readonly text: string;
  /** The same with the printk prefix. */
  readonly raw: string;
  /** Seconds since boot from the printk prefix, where there is one. */
  readonly uptime?: number | undefined;
  /** From printk caller id: `T123` or `C1`. */
  readonly caller?: string | undefined;
  /** The line carried a printk prefix: the kernel printed it. */
  readonly kernel: boolean;
  /** The line was longer than the limit and is cut. */
  readonly truncated: boolean;
  /** The kernel printed in the middle of this line: its rest comes with a later line. */
  readonly cut?: true | undefined;
}

export type TestStatus = 'pass' | 'fail' | 'skip' | 'xfail' | 'missing';

/** How many results of each status. */
export type Tally = Readonly<Partial<Record<TestStatus, number>>>;

/** One result of a test protocol; nested results under their parent. */
export interface TestResult {
  readonly name: string;
  readonly status: TestStatus;
  /** Directive's reason or failing diagnostics. */
  readonly detail?: string;
  /** 0 for a probe, which asks from outside. */
  readonly line: number;
  readonly children: readonly TestResult[];
  /** Results below it that were counted and are not among its children, for there were too many; without those that have results below them. */
  readonly unlisted?: Tally;
  /** It stands for so many that were told or announced as a number only. */
  readonly count?: number;
  /** Told in a comment of the parent (kselftest): the parent's own result decides, not this one. */
  readonly informative?: true;
  /** The kernel had printed into the line; it was put together again. */
  readonly repaired?: true;
  /** It failed because the kernel crashed in it, which went on: KUnit says so. */
  readonly crashed?: true;
  /** As the test itself measured. */
  readonly durationMs?: number;
}

export type Finding =
  | { readonly kind: 'marker'; readonly role: 'pass' | 'fail'; readonly pattern: string; readonly line: number; readonly text: string; /** Which of the case's expectations asked for it, from 0. */ readonly expect?: number }
  | ResultsFinding
  | Crash
  | DialogFinding
  /** The exit status that some expectation asks for: as builtin:init tells it, or of the case's own script with the last line it printed. */
  | { readonly kind: 'exit'; readonly status: number; readonly line: number; readonly script?: { readonly lastLine: string } }
  /** Seen for the phase of a timeout and for boot durations. */
  | { readonly kind: 'milestone'; readonly name: 'kernel' | 'userspace' | 'ready' | 'poweroff'; readonly line: number };

/** A step of a dialog has come. */
export interface DialogFinding {
  readonly kind: 'dialog';
  /** From 1. */
  readonly step: number;
  readonly wait: string;
  /** The line on which it was complete. */
  readonly line: number;
  /** Which of the case's expectations asked for it, from 0. */
  readonly expect: number;
}

/** The results of one document of a protocol, complete or not: told once, at its end. */
export interface ResultsFinding {
  readonly kind: 'results';
  readonly protocol: Protocol;
  /** Where it begins. */
  readonly line: number;
  readonly results: readonly TestResult[];
  /** How many results it announced at its outermost level. */
  readonly planned?: number;
  readonly complete: boolean;
  /** What is wrong with it; none of them is a pass. */
  readonly problems: readonly string[];
  /** The kernel printed it (KUnit). */
  readonly kernel?: boolean;
  /** Subtests that were announced and told no result of their own. */
  readonly emptySubtests?: number;
  /** Results of any depth that were counted and not kept, for there were too many; without those that have results below them. */
  readonly omitted?: Tally;
}

/** How many results of each kind a console holds. */
export interface ResultCounts {
  /** In the words of kunit.py. `crash`: a test crashed, or something that was announced never came. */
  readonly status: 'pass' | 'fail' | 'crash' | 'skip' | 'no-tests' | 'parse-error';
  /** The sum of the five that follow. */
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly xfailed: number;
  /** Announced, and never came; or crashed, as KUnit says of a test. */
  readonly crashed: number;
  /** Defects: results that never came, numbers and plans that are wrong, documents and subtests without results, no document at all. */
  readonly errors: number;
}

export interface Crash {
  readonly kind: 'crash';
  /** In syzkaller's convention: `kernel panic: Attempted to kill init!`, `BUG: unable to handle kernel NULL pointer dereference in FUNCTION`. */
  readonly title: string;
  readonly type: string;
  /** The line that names it, and the last one. */
  readonly line: number;
  readonly endLine: number;
  /** The line that cuts it off from what was before (`------------[ cut here ]------------`), where it is not the first itself. */
  readonly startLine?: number;
  /** The kernel panicked in this report or because of it: nothing after it can be trusted. */
  readonly panicked: boolean;
  /** The function the title names, without offset and compiler suffix. */
  readonly function?: string;
  /** In words what the title leaves out because it is not the same on every boot: `init was killed by SIGSEGV`. */
  readonly detail?: string;
  /** File and line of it, `fs/read_write.c:612`, where a vmlinux with debug information tells. */
  readonly source?: string;
  /** Cut off or interleaved with another: the title may be less precise, or wrong. */
  readonly corrupted?: boolean;
  /** So many more reports of this title came and are not listed, for there were too many. */
  readonly repeated?: number;
}

/** What is known of a console so far. */
export interface WatchState {
  /** All findings so far, in the order they were certain, but for those of dialogs, which come last. A report or document that still goes on is not among them. */
  readonly findings: readonly Finding[];
  /** The guest said everything that is needed: a crash from which there is no return, or all that was expected.
   * Further output may take it back (a second document begins): whoever waits, looks again before he ends the guest. */
  readonly decided: boolean;
  /** Nothing that is still to come can make it a pass: a crash from which there is no return, a pattern of `fail`. */
  readonly lost: boolean;
  /** User space has started. */
  readonly userspace: boolean;
  /** builtin:init waits for the probes. */
  readonly ready: boolean;
  /** For the reason of a timeout: the last line with text, and the last test that was begun or reported. */
  readonly lastLine: string;
  readonly lastTest?: string;
}

/** Reads a console as it is printed. */
export interface ConsoleWatch {
  push(chunk: Uint8Array): WatchState;
  /** The console ended: documents and reports that were open are closed. */
  end(): WatchState;
  /** At most 40 lines around a finding's first line, or the last ones; safe to print. */
  excerpt(around?: { readonly line: number; readonly endLine?: number }): readonly { readonly number: number; readonly text: string }[];
  /** Crash reports hold addresses that the symbols given could not name, for the kernel had been moved and did not say by how much. */
  unplaced(): boolean;
  /** Where in its function a crash happened, as an address of the symbols given. */
  placeOf(crash: Pick<Crash, 'line'>): bigint | undefined;
}

/** Reads a guest that may have a port of results beside its console. */
export interface GuestWatch extends ConsoleWatch {
  /** Takes what came over the port. Once anything has, results are read there and no longer on the console. */
  pushResults(chunk: Uint8Array): WatchState;
  /** builtin:init has told all over the port, and waits to hear that it has come. */
  toldAll(): boolean;
}
