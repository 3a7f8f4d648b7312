// Lockdep's reports. To 4.11 they began `[ INFO: … ]`, later `WARNING: …`.
// Documentation/locking/lockdep-design.rst
import type { CrashFamily, CrashRule } from './rule.ts';

const deadlock = (text: string, ...where: readonly RegExp[]): CrashRule =>
  ({ header: new RegExp(`(?:WARNING|INFO): ${text}`), title: 'possible deadlock in {function}', type: 'LOCKDEP', where, skip: /^(?:_raw|__raw|raw)?_?(?:spin|read|write)_(?:try)?lock/ });

const rules: readonly CrashRule[] = [
  deadlock('possible circular locking dependency detected', /is trying to acquire lock/),
  deadlock('possible recursive locking detected', /is trying to acquire lock/),
  deadlock('possible irq lock inversion dependency detected', /just changed the state of lock/),
  deadlock('(?:SOFT|HARD)IRQ(?:-READ)?-safe -> (?:SOFT|HARD)IRQ-unsafe lock order detecte', /which became \S*irq-safe at/i, /is trying to acquire/),
  { header: /(?:WARNING|INFO): inconsistent lock state/, title: 'inconsistent lock state in {function}', type: 'LOCKDEP', where: [/ takes:/], skip: /^kmem|^slab|^k[mzc]alloc/ },
];

export const lockdepFamilies: readonly CrashFamily[] = [
  { trigger: 'WARNING: ', rules },
  {
    trigger: 'INFO: ',
    rules: [
      ...rules,
      { header: /INFO: suspicious RCU usage/, title: 'INFO: suspicious RCU usage in {function}', type: 'UNKNOWN', where: ['trace'], skip: /rcu|kmem|slab|k[mzc]alloc|vmalloc/ },
      { header: /INFO: trying to register non-static key/, title: 'INFO: trying to register non-static key in {function}', type: 'UNKNOWN', where: ['trace'], skip: /stack|lock|IRQ/ },
    ],
  },
];
