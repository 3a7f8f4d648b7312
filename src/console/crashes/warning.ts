// WARN() splats. Other lines that say WARNING are advice and no failure: only those with a source position count,
// and the forms that lockdep (lockdep.ts) and the unwinder have.
import { interruptedPlace } from './frames.ts';
import { trace } from './rule.ts';
import type { CrashFamily, CrashRule, Step } from './rule.ts';

// Up to 6.18 `WARNING: CPU: 0 PID: 1 at f.c:1 func+0x1/0x2`, once without the CPU; from 6.19 `WARNING: f.c:1 at func+0x1/0x2, CPU#0: comm/1`,
// a `[condition]` perhaps in front.
const at = (file: string, func: string): RegExp => new RegExp(`WARNING: (?:(?:CPU: \\d+ PID: \\d+ )?at \\S*${file}:\\d+ ${func}|(?:\\[.*\\] )?\\S*${file}:\\d+ at ${func})`);

/** powerpc tells the function of a trap where the others have registers. */
const splat: readonly (readonly Step[])[] = [[interruptedPlace, 'frames'], ...trace];
const warning = (header: RegExp, title: string, skip?: RegExp): CrashRule => ({ header, title, paths: splat, ...(skip === undefined ? undefined : { skip }) });
const any = '[^:\\s]+';

export const warningFamilies: readonly CrashFamily[] = [
  {
    trigger: 'WARNING: ',
    rules: [
      warning(at('lib/debugobjects\\.c', '\\S*'), 'WARNING: ODEBUG bug in {function}', /debug_|rcu|hrtimer_|timer_|work_|percpu_|vunmap|vfree|__free_|kobject_/),
      warning(at('mm/usercopy\\.c', '\\S*'), 'WARNING: bad usercopy in {function}', /usercopy|__check/),
      warning(at('lib/kobject\\.c', '(?:\\S*kobject_|0x)'), 'WARNING: kobject bug in {function}', /kobject_/),
      warning(at('fs/proc/generic\\.c', '(?:\\S*proc_register|0x)'), 'WARNING: proc registration bug in {function}', /proc_/),
      warning(at('lib/refcount\\.c', '(?:\\S*refcount_|0x)'), 'WARNING: refcount bug in {function}', /refcount|kobject_/),
      warning(at('kernel/locking/lockdep\\.c', '\\S*lock_'), 'WARNING: locking bug in {function}', /lock_sock|release_sock/),
      warning(at('mm/[^:]*\\.c', '\\S*k?.?malloc'), 'WARNING: kmalloc bug in {function}', /kmalloc|krealloc|slab|kmem/),
      warning(at('mm/vmalloc\\.c', '__vmalloc_node'), 'WARNING: zero-size vmalloc in {function}'),
      warning(at(any, 'usb_submit_urb'), 'WARNING in {function}/usb_submit_urb', /usb_(?:submit_urb|start_wait_urb|bulk_msg|interrupt_msg|control_msg)/),
      warning(at(any, '\\S'), 'WARNING in {function}'),
      warning(/WARNING: CPU: \d+ PID: \d+ at /, 'WARNING in {function}'),
      { header: /WARNING: kernel stack regs at [0-9a-f]+ in \S* has bad '([^']+)' value/, title: "WARNING: kernel stack regs has bad '$1' value", stackless: true },
      { header: /WARNING: kernel stack frame pointer at [0-9a-f]+ in \S* has bad value/, title: 'WARNING: kernel stack frame pointer has bad value', stackless: true },
      // The unwinder stumbled in the stack of another report, mostly.
      { header: /WARNING: (can't (?:dereference|access) registers at .*)/, title: 'WARNING: $1', stackless: true, follows: true },
      { header: /WARNING: kernel stack (?:regs .* has bad 'bp'|frame pointer .* has bad) value/, title: 'WARNING: kernel stack regs has bad value', stackless: true },
    ],
  },
];
