// What kernel code found wrong by itself and said with BUG: BUG_ON, bad locks, bad state, leaks.
import { trace, trap } from './rule.ts';
import type { CrashFamily } from './rule.ts';

export const bugFamilies: readonly CrashFamily[] = [
  {
    trigger: 'BUG at ',
    rules: [
      { header: /kernel BUG at mm\/usercopy\.c/i, title: 'BUG: bad usercopy in {function}', type: 'MEMORY_SAFETY_BUG', where: trace, skip: /usercopy|^__check/ },
      { header: /kernel BUG at \S*lib\/list_debug\.c/i, title: 'BUG: corrupted list in {function}', type: 'MEMORY_SAFETY_BUG', where: trap, skip: /list_debug|list_(?:add|del)|_valid|^(?:do_)?wait_|^finish_swait|^prepare_to/ },
      { header: /kernel BUG at /i, title: 'kernel BUG in {function}', type: 'BUG', where: trap, skip: /^_*skb_|^k[vz]?free|^vfree/ },
    ],
  },
  {
    trigger: 'BUG: ',
    not: /DEBUG: /,
    rules: [
      { header: /BUG: spinlock (lockup suspected|already unlocked|recursion|bad magic|wrong owner|wrong CPU)/, title: 'BUG: spinlock $1 in {function}', type: 'LOCKDEP', where: trace, skip: /spin_|^spin/ },
      { header: /BUG: rwlock (lockup suspected|already unlocked|recursion|bad magic|wrong owner|wrong CPU)/, title: 'BUG: rwlock $1 in {function}', type: 'LOCKDEP', where: trace, skip: /rwlock|_lock/ },
      { header: /BUG: .*still has locks held!/, title: 'BUG: still has locks held in {function}', type: 'LOCKDEP', where: [/still has locks held/] },
      { header: /BUG: lock held when returning to user space/, title: 'BUG: lock held when returning to user space in {function}', type: 'UNKNOWN', where: [/still held/] },
      { header: /BUG: bad unlock balance detected!/, title: 'BUG: bad unlock balance in {function}', type: 'LOCKDEP', where: [/trying to release lock/] },
      { header: /BUG: held lock freed!/, title: 'BUG: held lock freed in {function}', type: 'LOCKDEP', where: [/held lock freed/] },
      { header: /BUG: Bad rss-counter state/, title: 'BUG: Bad rss-counter state', type: 'UNKNOWN' },
      { header: /BUG: non-zero (nr_ptes|nr_pmds|pgtables_bytes) on freeing mm/, title: 'BUG: non-zero $1 on freeing mm', type: 'UNKNOWN' },
      { header: /BUG: Dentry .*still in use/, title: 'BUG: Dentry still in use in unmount', type: 'UNKNOWN' },
      { header: /BUG: Bad page (state|map|cache)/, title: 'BUG: Bad page $1', type: 'UNKNOWN' },
      { header: /BUG: (?:TASK |IRQ )?stack guard page was hit/, title: 'BUG: stack guard page was hit in {function}', type: 'DoS', where: trap },
      { header: /BUG: scheduling while atomic/, title: 'BUG: scheduling while atomic in {function}', type: 'ATOMIC_SLEEP', where: trace, skip: /sched/ },
      { header: /BUG: sleeping function called from invalid context/, title: 'BUG: sleeping function called from invalid context in {function}', type: 'ATOMIC_SLEEP', where: trace },
      { header: /BUG: using ([a-z_]+)\(\) in preemptible/, title: 'BUG: using $1() in preemptible code in {function}', type: 'LOCKDEP', where: trace, skip: /preempt/ },
      { header: /BUG: workqueue leaked (?:lock|atomic)/, detail: /last function: (\w+)/, title: 'BUG: workqueue leaked lock or atomic in $a', type: 'UNKNOWN' },
      { header: /BUG: workqueue leaked (?:lock|atomic)/, title: 'BUG: workqueue leaked lock or atomic', type: 'UNKNOWN' },
      { header: /BUG: memory leak/, title: 'memory leak in {function}', type: 'LEAK', where: [/backtrace/], skip: /kmemleak|alloc|mmap|kmem|slab|create_object|idr_get|list_lru_init|asprintf|pcpu_create|strn?dup|memdup|^krealloc/ },
      { header: /BUG: Invalid wait context|\[ BUG: Invalid wait context \]/i, title: 'WARNING: locking bug in {function}', type: 'LOCKDEP', where: trace },
      { header: /BUG: Object already free|BUG: Freepointer corrupt/, title: 'BUG: Object already free', type: 'MEMORY_SAFETY_BUG' },
      { header: /BUG: ?$/, title: 'BUG: corrupted', type: 'UNKNOWN', corrupted: true },
      { header: /^(?:\S+: )?BUG: (\S.*)/, title: 'BUG: $1', type: 'UNKNOWN' },
    ],
  },
  {
    trigger: 'unregister_netdevice: waiting for ',
    rules: [{ header: /unregister_netdevice: waiting for/, title: 'unregister_netdevice: waiting for DEV to become free', type: 'LEAK', follows: true }],
  },
  {
    trigger: 'VFS: Busy inodes after unmount',
    rules: [{ header: /VFS: Busy inodes after unmount/, title: 'VFS: Busy inodes after unmount (use-after-free)', type: 'DoS' }],
  },
  {
    trigger: 'INFO: Slab ',
    rules: [{ header: /INFO: (Slab|Object) 0x/, title: 'BUG: slab corruption', type: 'UNKNOWN', follows: true }],
  },
  {
    trigger: 'INFO: Freed in ',
    rules: [{ header: /INFO: (Freed in .*)/, title: 'INFO: $1', type: 'UNKNOWN', follows: true, corrupted: true }],
  },
  {
    trigger: 'INFO: Allocated in ',
    rules: [{ header: /INFO: (Allocated in .*)/, title: 'INFO: $1', type: 'UNKNOWN', follows: true, corrupted: true }],
  },
];
