// WARN() splats. Other lines that say WARNING are advice and no failure: only those with a source position count,
// and the forms that lockdep and the unwinder have.
import type { CrashFamily, Place } from './rule.ts';

// Up to 6.18 `WARNING: CPU: 0 PID: 1 at f.c:1 func`; from 6.19 `WARNING: f.c:1 at func, CPU#0: comm/1`, a `[condition]` perhaps in front.
const warning = (file: string, func: string): RegExp =>
  new RegExp(`WARNING: (?:CPU: \\d+ PID: \\d+ at \\S*${file}:\\d+ ${func}|(?:\\[.*\\] )?\\S*${file}:\\d+ at ${func})`);
const allocation = /^_*(?:k|v|kv|kz|dev|devm|kc|kmem|slab|page|get_free|kre)?_?\w*alloc|^_*(?:mem|vmem|str)n?dup|^__get_free|slab|kmem|page_frag/;
const splat: readonly Place[] = ['registers', 'trace'];

export const warningFamilies: readonly CrashFamily[] = [
  {
    trigger: 'WARNING: ',
    rules: [
      { header: warning('lib/debugobjects\\.c', '(?:debug_print|debug_check|__debug|0x0)'), title: 'WARNING: ODEBUG bug in {function}', type: 'WARNING', where: splat, skip: /debug_|rcu|hrtimer_|timer_|work_|percpu_|kmem_|slab_|kfree|vunmap|vfree|__free_|kobject_/ },
      { header: warning('mm/usercopy\\.c', 'usercopy_warn'), title: 'WARNING: bad usercopy in {function}', type: 'WARNING', where: splat, skip: /usercopy|^__check/ },
      { header: warning('lib/kobject\\.c', 'kobject_'), title: 'WARNING: kobject bug in {function}', type: 'WARNING', where: splat, skip: /kobject_/ },
      { header: warning('fs/proc/generic\\.c', '(?:proc_register|remove_proc_entry|__proc_create)'), title: 'WARNING: proc registration bug in {function}', type: 'WARNING', where: splat, skip: /proc_/ },
      { header: warning('lib/refcount\\.c', 'refcount_'), title: 'WARNING: refcount bug in {function}', type: 'REFCOUNT_WARNING', where: splat, skip: /refcount|kobject_|^(?:kref|sock|skb)_(?:get|put|hold)$/ },
      { header: warning('kernel/locking/lockdep\\.c', '\\w*lock_?'), title: 'WARNING: locking bug in {function}', type: 'LOCKDEP', where: splat, skip: /lock_sock|release_sock/ },
      { header: warning('mm/[^:]*\\.c', '\\w*k?.?malloc'), title: 'WARNING: kmalloc bug in {function}', type: 'WARNING', where: splat, skip: allocation },
      { header: warning('mm/page_alloc\\.c', '\\w+'), title: 'WARNING in {function}', type: 'WARNING', where: splat, skip: allocation },
      { header: warning('[^:]*', 'usb_submit_urb'), title: 'WARNING in {function}/usb_submit_urb', type: 'WARNING', where: splat, skip: /usb_(?:submit_urb|start_wait_urb|bulk_msg|interrupt_msg|control_msg)/ },
      { header: warning('[^ :]+', '(\\w+)'), title: 'WARNING in {function}', type: 'WARNING', where: splat },
      { header: /WARNING: CPU: \d+ PID: \d+ at /, title: 'WARNING in {function}', type: 'WARNING', where: splat },
      { header: /WARNING: kernel stack regs at \S+ in \S+ has bad '([^']+)' value/, title: "WARNING: kernel stack regs has bad '$1' value", type: 'UNKNOWN' },
      { header: /WARNING: kernel stack regs .*has bad/, title: 'WARNING: kernel stack regs has bad value', type: 'UNKNOWN' },
      { header: /WARNING: kernel stack frame pointer .*has bad value/, title: 'WARNING: kernel stack frame pointer has bad value', type: 'UNKNOWN' },
      { header: /WARNING: lock held when returning to user space/, title: 'WARNING: lock held when returning to user space in {function}', type: 'LOCKDEP', where: [/still held/] },
      { header: /WARNING: bad unlock balance detected/, title: 'WARNING: bad unlock balance in {function}', type: 'LOCKDEP', where: [/trying to release lock/] },
      { header: /WARNING: held lock freed/, title: 'WARNING: held lock freed in {function}', type: 'LOCKDEP', where: [/is freeing memory|\bat: /] },
      { header: /WARNING: nested lock was not taken/i, title: 'WARNING: nested lock was not taken in {function}', type: 'LOCKDEP', where: ['trace'] },
      { header: /WARNING: .*still has locks held/, title: 'WARNING: still has locks held in {function}', type: 'LOCKDEP', where: [/still has locks held/] },
      { header: /WARNING: suspicious RCU usage/, detail: /(stack backtrace:|Call [Tt]race:)/, title: 'WARNING: suspicious RCU usage in {function}', type: 'LOCKDEP', where: ['trace'], skip: /rcu|kmem|slab|k[mzc]alloc|vmalloc/ },
      { header: /WARNING: suspicious RCU usage/, title: 'WARNING: suspicious RCU usage', type: 'WARNING', corrupted: true },
    ],
  },
];
