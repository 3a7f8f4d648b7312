// What no longer gets on: RCU stalls, lockups, hung tasks.
// Documentation/RCU/stallwarn.rst, Documentation/admin-guide/lockup-watchdogs.rst
import type { CrashFamily, CrashRule } from './rule.ts';

const rcu: Omit<CrashRule, 'header'> = {
  title: 'INFO: rcu detected stall in {function}', type: 'HANG', where: ['interrupted', 'trace'], choose: 'stall', skip: /apic_timer_interrupt|rcu/,
};

export const stallFamilies: readonly CrashFamily[] = [
  {
    trigger: 'INFO: ',
    not: /INFO: lockdep is turned off|INFO: Stall ended before state dump start/,
    rules: [
      { header: /INFO: rcu_?\w* (?:self-)?detected(?: expedited)? stall/, ...rcu },
      // A task may have line ends in its name.
      { header: /INFO: task /, detail: /(blocked (?:in I\/O wait )?for more than) \d+ seconds/, title: 'INFO: task hung in {function}', type: 'HANG', where: ['trace'], choose: 'hang' },
      { header: /INFO: task /, detail: /(can't die for more than) \d+ seconds/, title: "INFO: task can't die in {function}", type: 'HANG', where: ['trace'], choose: 'hang' },
    ],
  },
  {
    trigger: 'BUG: soft lockup',
    rules: [{ header: /BUG: soft lockup/, title: 'BUG: soft lockup in {function}', type: 'HANG', where: ['registers', 'trace'], choose: 'stall' }],
  },
  {
    trigger: 'LOCKUP',
    rules: [{ header: /Watchdog detected hard LOCKUP/i, title: 'BUG: hard lockup in {function}', type: 'HANG', where: ['registers', 'trace'], choose: 'stall' }],
  },
  {
    trigger: 'BUG: workqueue lockup',
    rules: [{ header: /BUG: workqueue lockup/, title: 'BUG: workqueue lockup', type: 'HANG' }],
  },
];
