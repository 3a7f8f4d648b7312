// Panics: the kernel gave up. One that follows another report is a part of it (report.ts).
import { callTrace, instructionPointer, lineWith } from './frames.ts';
import { trace } from './rule.ts';
import type { CrashFamily, CrashRule } from './rule.ts';

export const panicText = 'Kernel panic - not syncing';
export const isPanic = (text: string): boolean => text.includes(panicText);

const panic = (text: string, title: string, more?: Partial<CrashRule>): CrashRule => ({ header: new RegExp(`Kernel panic - not syncing: ${text}`), title, ...more });

/** What a panic says that is the end of an earlier report; alone it means that the report was lost. */
export const concludingPanic = /Kernel panic - not syncing: (Fatal exception|panic_on_warn set|hung_task: blocked tasks|softlockup: hung tasks|Hard LOCKUP|RCU Stall|panic_on_taint|\S+: panic_on_warn set|kmsan\.panic set|KASAN: panic)/;

export const panicFamilies: readonly CrashFamily[] = [
  {
    trigger: panicText,
    // The line at the end of a panic repeats its message.
    not: /---\[ end Kernel panic/,
    rules: [
      panic(`stack-protector: Kernel stack is corrupted in: ${lineWith('{f}').source}`, 'kernel panic: stack is corrupted in $1', { stackless: true }),
      panic('stack-protector: Kernel stack is corrupted in: [0-9a-f]', 'kernel panic: stack is corrupted in {function}', { paths: trace, skip: /stack_chk/ }),
      panic('corrupted stack end detected inside scheduler', 'kernel panic: corrupted stack end in {function}', { paths: trace, choose: 'stall', skip: /schedule|retint_kernel/ }),
      panic('kernel stack overflow', 'kernel stack overflow in {function}', { paths: trace, choose: 'stall', skip: /bad_stack/ }),
      // The exit code is that of one boot.
      panic('Attempted to kill init!', 'kernel panic: Attempted to kill init!'),
      panic("Couldn't open N_TTY ldisc for \\S+ --- error -\\d", "kernel panic: Couldn't open N_TTY ldisc"),
      panic('VFS: Unable to mount root fs', 'kernel panic: VFS: Unable to mount root fs'),
      panic('Requested init (\\S+) failed', 'kernel panic: Requested init $1 failed'),
      panic('(No (?:working )?init found)', 'kernel panic: $1'),
      { header: concludingPanic, title: 'kernel panic: $1', corrupted: true },
      panic('(.*)', 'kernel panic: $1'),
    ],
  },
  {
    trigger: 'PANIC: ',
    not: /INIT: PANIC/,
    rules: [
      { header: /PANIC: double fault/, title: 'PANIC: double fault in {function}', paths: [[instructionPointer]] },
      { header: /PANIC: early exception/, title: 'PANIC: early exception in {function}', paths: [[instructionPointer, callTrace, 'frames']] },
    ],
  },
];
