// Lockdep's reports. To 4.11 they began `[ INFO: … ]`, later `WARNING: …` or, of locks used wrongly, `BUG: …`.
// Documentation/locking/lockdep-design.rst
import { callTrace, lineWith } from './frames.ts';
import { trace } from './rule.ts';
import type { CrashFamily, CrashRule } from './rule.ts';

/** Where a lock was taken: `ffff… (&lock){+.+.}, at: [<ffff…>] f+0x1/0x2`. */
const at = lineWith('at: (?:{pc} +)?{f}');

/** The lock in question is the first that is told of after some line. */
const deadlock = (word: string, text: string, line: RegExp): CrashRule => ({ header: new RegExp(`${word}: ${text}`), needs: [line, at], named: true, title: 'possible deadlock in {function}' });
const trying = /is trying to acquire/;

const order = (word: string): readonly CrashRule[] => [
  deadlock(word, 'possible circular locking dependency detected', trying),
  deadlock(word, 'possible recursive locking detected', trying),
  deadlock(word, 'possible irq lock inversion dependency detected', /just changed the state of lock/),
  deadlock(word, '.*-safe -> .*-unsafe lock order detected', trying),
  { header: new RegExp(`${word}: inconsistent lock state`), needs: [/ takes/, at], named: true, title: 'inconsistent lock state in {function}' },
];

/** The sentence that follows names the place; without it the report was cut. */
const suspicious = (word: string): CrashRule =>
  ({ header: new RegExp(`${word}: suspicious RCU usage`), needs: [/[\w\-/.]+\.[a-z]+:\d+/], title: `${word}: suspicious RCU usage in {function}`, paths: trace, skip: /rcu|kmem|slab/ });

const heldInUserSpace = (word: string): CrashRule =>
  ({ header: new RegExp(`${word}: lock held when returning to user space`), needs: [/leaving the kernel with locks still held/, at], named: true, title: `${word}: lock held when returning to user space in {function}`, stackless: true });

const misused = (word: string): readonly CrashRule[] => [
  { header: new RegExp(`${word}: .*still has locks held!`), needs: [lineWith('(?:{pc} +|at: ){f}')], named: true, title: `${word}: still has locks held in {function}` },
  heldInUserSpace(word),
  { header: new RegExp(`${word}: bad unlock balance detected!`), title: `${word}: bad unlock balance in {function}`, paths: [[lineWith('{pc} +{f}'), callTrace, 'frames']] },
  { header: new RegExp(`${word}: held lock freed!`), needs: [lineWith('(?:at:(?: {pc})?|{pc}) +{f}')], named: true, title: `${word}: held lock freed in {function}` },
];

export const lockdepFamilies: readonly CrashFamily[] = [
  {
    trigger: 'WARNING: ',
    rules: [
      // The work queue's own lock stands for the work: the next lock tells which.
      { header: /WARNING: possible circular locking dependency detected/, needs: [trying], title: 'possible deadlock in {function}', paths: [[at, at, 'frames']], skip: /process_one_work|(?:flush|drain|destroy)_workqueue/ },
      { header: /WARNING: .*-safe -> .*-unsafe lock order detected/, title: 'possible deadlock in {function}', paths: [[/which became .* at:/, 'frames']] },
      { header: /WARNING: inconsistent lock state/, needs: [/ takes/, at], title: 'inconsistent lock state in {function}', paths: trace },
      ...order('WARNING'), ...misused('WARNING'), suspicious('WARNING'),
      { header: /WARNING: Nested lock was not taken/i, title: 'WARNING: nested lock was not taken in {function}', paths: trace },
    ],
  },
  {
    trigger: 'INFO: ',
    rules: [
      ...order('INFO'), suspicious('INFO'),
      { header: /INFO: trying to register non-static key/, title: 'INFO: trying to register non-static key in {function}', paths: trace, skip: /stack|lock|IRQ/ },
    ],
  },
  {
    trigger: 'BUG: ',
    not: /DEBUG: /,
    rules: [
      ...misused('BUG'),
      { header: /BUG: (spinlock|rwlock) (lockup suspected|already unlocked|recursion|cpu recursion|bad magic|wrong owner|wrong CPU|trylock failure on UP)/, title: 'BUG: $1 $2 in {function}', paths: trace, skip: /spin_|_lock|_unlock/ },
      // arm and arm64 say it so, x86 warns in lockdep.c.
      { header: /BUG: Invalid wait context/, title: 'WARNING: locking bug in {function}', paths: trace, skip: /lock_sock|release_sock/ },
    ],
  },
];
