// Panics: the kernel gave up. One that follows another report is a part of it (report.ts).
import { trace, trap } from './rule.ts';
import type { CrashFamily } from './rule.ts';

const panic = (text: string): RegExp => new RegExp(`Kernel panic - not syncing: ${text}`);

export const panicFamilies: readonly CrashFamily[] = [
  {
    trigger: 'Kernel panic - not syncing',
    // The line at the end of a panic repeats its message.
    not: /---\[ end Kernel panic/,
    rules: [
      { header: panic('stack-protector: Kernel stack is corrupted in: ([a-zA-Z_]\\w+)'), title: 'kernel panic: stack is corrupted in $1', type: 'DoS' },
      { header: panic('stack-protector:'), title: 'kernel panic: stack is corrupted in {function}', type: 'DoS', where: trace, skip: /stack_chk/ },
      { header: panic('corrupted stack end'), title: 'kernel panic: corrupted stack end in {function}', type: 'DoS', where: trace, choose: 'stall', skip: /schedule|retint_kernel|preempt/ },
      { header: panic('kernel stack overflow'), title: 'kernel stack overflow in {function}', type: 'DoS', where: trap },
      { header: panic('Attempted to kill init!'), title: 'kernel panic: Attempted to kill init!', type: 'DoS' },
      { header: panic("Couldn't open N_TTY ldisc"), title: "kernel panic: Couldn't open N_TTY ldisc", type: 'DoS' },
      { header: panic('VFS: Unable to mount root fs'), title: 'kernel panic: VFS: Unable to mount root fs', type: 'DoS' },
      { header: panic('Requested init (\\S+) failed'), title: 'kernel panic: Requested init $1 failed', type: 'DoS' },
      { header: panic('(No (?:working )?init found)'), title: 'kernel panic: $1', type: 'DoS' },
      { header: panic('(?:Out of memory|System is deadlocked on memory|Out of memory and no killable processes)'), title: 'kernel panic: Out of memory and no killable processes', type: 'DoS' },
      { header: panic('(?:Asynchronous )?SError Interrupt'), title: 'kernel panic: Asynchronous SError Interrupt', type: 'DoS' },
      { header: panic('(Fatal exception|panic_on_warn set|hung_task: blocked tasks|softlockup: hung tasks|Fatal hardware error|RCU Stall|Hard LOCKUP)'), title: 'kernel panic: $1', type: 'DoS', corrupted: true },
      { header: panic('(.*)'), title: 'kernel panic: $1', type: 'DoS' },
    ],
  },
  {
    trigger: 'PANIC: ',
    not: /INIT: PANIC/,
    rules: [
      { header: /PANIC: double fault/, title: 'PANIC: double fault in {function}', type: 'DoS', where: trap },
      { header: /PANIC: early exception/, title: 'PANIC: early exception', type: 'DoS' },
    ],
  },
];
