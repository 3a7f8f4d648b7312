// What is recognised on a console. Lines count from 1.

export interface Line {
  readonly number: number;
  /** The line without its end, ANSI escapes, NULs and the printk prefix; invalid UTF-8 as U+FFFD. */
  readonly text: string;
  /** The same with the printk prefix. */
  readonly raw: string;
  /** Seconds since boot from the printk prefix, where there is one. */
  readonly uptime?: number;
  /** From printk caller id: `T123` or `C1`. */
  readonly caller?: string;
  /** The line carried a printk prefix: the kernel printed it. */
  readonly kernel: boolean;
  /** The line was longer than the limit and is cut. */
  readonly truncated: boolean;
}

export type TestStatus = 'pass' | 'fail' | 'skip' | 'xfail' | 'missing';

/** One result of KTAP or TAP; nested results under their parent. */
export interface TestResult {
  readonly name: string;
  readonly status: TestStatus;
  /** Directive's reason or failing diagnostics. */
  readonly detail?: string;
  readonly line: number;
  readonly children: readonly TestResult[];
}

export type Finding =
  | { readonly kind: 'marker'; readonly role: 'pass' | 'fail'; readonly pattern: string; readonly line: number; readonly text: string }
  /** A complete or incomplete KTAP document; emitted again with more results is not allowed: once, at its end. */
  | { readonly kind: 'ktap'; readonly line: number; readonly results: readonly TestResult[]; readonly planned?: number; readonly complete: boolean; readonly problems: readonly string[] }
  | Crash
  /** Seen for the phase of a timeout and for boot durations. */
  | { readonly kind: 'milestone'; readonly name: 'kernel' | 'userspace' | 'poweroff'; readonly line: number };

export interface Crash {
  readonly kind: 'crash';
  /** In syzkaller's convention: `kernel panic: Attempted to kill init!`, `BUG: unable to handle kernel NULL pointer dereference in FUNCTION`. */
  readonly title: string;
  readonly type: string;
  /** First and last line of the report. */
  readonly line: number;
  readonly endLine: number;
  /** A panic followed: nothing after it can be trusted. */
  readonly panicked: boolean;
}

/** Reads lines and says what they mean. Never throws, whatever it is fed. */
export interface Detector {
  line(line: Line): readonly Finding[];
  /** The console ended. */
  end(): readonly Finding[];
}
