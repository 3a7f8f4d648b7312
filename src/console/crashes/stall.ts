// What no longer gets on: RCU stalls, lockups, hung tasks.
// Documentation/RCU/stallwarn.rst, Documentation/admin-guide/lockup-watchdogs.rst
import { instructionPointer } from './frames.ts';
import { trace, trap } from './rule.ts';
import type { CrashFamily } from './rule.ts';

export const stallFamilies: readonly CrashFamily[] = [
  {
    trigger: 'INFO: ',
    rules: [
      // The stack begins with the timer that noticed; what it had interrupted stalls.
      {
        header: /INFO: rcu_?\w* (?:self-)?detected(?: expedited)? stalls?/, title: 'INFO: rcu detected stall in {function}', choose: 'stall', skip: /apic_timer_interrupt|rcu/,
        paths: [[/apic_timer_interrupt/, instructionPointer, 'frames'], [/apic_timer_interrupt|Exception stack|el1h_64_irq|el1_irq|--- interrupt: |__irq_svc|ret_from_exception|ext_int_handler/, 'frames']],
      },
      { header: /INFO: task .* blocked (?:in I\/O wait )?for more than \d+ seconds/, title: 'INFO: task hung in {function}', paths: trace, choose: 'hang' },
      { header: /INFO: task .* can't die for more than .* seconds/, title: "INFO: task can't die in {function}", paths: trace, skip: /schedule/ },
      // A task may have line ends in its name.
      { header: /INFO: task /, needs: [/blocked (?:in I\/O wait )?for more than \d+ seconds/], title: 'INFO: task hung in {function}', paths: trace, choose: 'hang', vague: true },
    ],
  },
  {
    trigger: 'BUG: soft lockup',
    rules: [{ header: /BUG: soft lockup/, title: 'BUG: soft lockup in {function}', paths: trap, choose: 'stall' }],
  },
  {
    trigger: 'LOCKUP',
    rules: [{ header: /Watchdog detected hard LOCKUP/i, title: 'BUG: hard lockup in {function}', paths: trap, choose: 'stall' }],
  },
  {
    trigger: 'BUG: workqueue lockup',
    rules: [{ header: /BUG: workqueue lockup/, title: 'BUG: workqueue lockup', stackless: true }],
  },
];
