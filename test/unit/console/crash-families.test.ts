// Every family of kernel failures by its name, in the words of each architecture; the texts follow the kernel's printk formats.
import { describe, expect, it } from 'vitest';
import { crashesOf } from './read.ts';

interface Row { readonly text: string; readonly title: string; readonly type: string; readonly corrupted?: true }
type Rows = Readonly<Record<string, Row>>;
const row = (title: string, type: string, text: string): Row => ({ title, type, text });
const cut = (title: string, type: string, text: string): Row => ({ title, type, text, corrupted: true });

const stack = (...names: readonly string[]): string => `Call Trace:\n <TASK>\n${names.map((name) => ` ${name}+0x12/0x340\n`).join('')} </TASK>`;
const regs = (name: string): string => `CPU: 0 PID: 7 Comm: sh Not tainted 6.1.0 #1\nRIP: 0010:${name}+0x1/0x20 [foo]\nCode: 90\nRSP: 0018:ffffc9000000be28 EFLAGS: 00010246`;
const x86 = (head: string, ...names: readonly string[]): string => `${head}\n${regs(names[0] ?? '')}\n${stack(...names.slice(1), 'do_syscall_64')}\n---[ end trace 0000000000000000 ]---`;
const arm64 = (head: string, ...names: readonly string[]): string => `${head}\nCPU: 0 PID: 7 Comm: sh Not tainted 6.1.0 #1\npstate: 60000005 (nZCv daif)\npc : ${names[0] ?? ''}+0x24/0x50 [foo]\nlr : kthread+0x70/0xe0\nsp : ffff80000a1b3c00\nCall trace:\n${names.map((name) => ` ${name}+0x24/0x50\n`).join('')}---[ end trace 0000000000000000 ]---`;
const arm = (head: string, ...names: readonly string[]): string => `8<--- cut here ---\n${head}\nCPU: 0 PID: 7 Comm: sh Not tainted 5.10.0 #1\nPC is at ${names[0] ?? ''}+0x18/0x40\nLR is at kthread+0xc4/0x400\npc : [<c0101234>]    lr : [<c0305678>]    psr: 60000013\nBacktrace: \n${names.slice(1).map((name, index) => `[<c0101234>] (${names[index] ?? ''}) from [<c0305678>] (${name}+0xc4/0x400)\n`).join('')}---[ end trace 0000000000000000 ]---`;
const warn = (where: string, ...names: readonly string[]): string => x86(`------------[ cut here ]------------\nWARNING: CPU: 1 PID: 9 at ${where}`, ...names);
const lock = (head: string, ...lines: readonly string[]): string => `======================================================\n${head}\n6.1.0 #1 Not tainted\n------------------------------------------------------\n${lines.join('\n')}\nstack backtrace:\n${stack('dump_stack_lvl', 'print_usage_bug', 'foo_work', 'process_one_work')}`;
const trying = 'sh/7 is trying to acquire lock:\nffff888106a71958 (&a){+.+.}-{4:4}, at: foo_lock_a+0x49/0x1a0\nbut task is already holding lock:\nffff888106a71428 (&b){++++}-{0:0}, at: foo_lock_b+0x16/0xac0';

const families: Readonly<Record<string, Rows>> = {
  'bad pointers': {
    'arm64 paging request': row('BUG: unable to handle kernel paging request in foo_probe', 'MEMORY_SAFETY_BUG', arm64('Unable to handle kernel paging request at virtual address dead000000000108\nMem abort info:\n  ESR = 0x96000044\nInternal error: Oops: 96000044 [#1] PREEMPT SMP', 'foo_probe', 'bar')),
    'arm64 user memory': row('BUG: unable to handle kernel access to user memory in foo_probe', 'UNKNOWN', arm64('Unable to handle kernel access to user memory outside uaccess routines at virtual address 0000000000000010\nInternal error: Oops: 96000004 [#1] SMP', 'foo_probe', 'bar')),
    'arm NULL pointer': row('BUG: unable to handle kernel NULL pointer dereference in foo_probe', 'NULL-POINTER-DEREFERENCE', arm('Unable to handle kernel NULL pointer dereference at virtual address 00000000\npgd = (ptrval)\nInternal error: Oops: 5 [#1] SMP ARM', 'foo_probe', 'bar')),
    'powerpc data access': row('BUG: unable to handle kernel paging request in foo_probe', 'MEMORY_SAFETY_BUG', 'BUG: Unable to handle kernel data access on read at 0xc00a000000000000\nFaulting instruction address: 0xc000000000123456\nOops: Kernel access of bad area, sig: 11 [#1]\nNIP:  c000000000123456 LR: c000000000123400 CTR: 0\nNIP [c000000000123456] foo_probe+0x10/0x90\nLR [c000000000123400] bar+0x20/0x90\nCall Trace:\n[c000000012345678] [c000000000123400] bar+0x20/0x90 (unreliable)\n[c000000012345678] [c000000000123400] baz+0x20/0x90\n---[ end trace 0 ]---'),
    's390 pointer': row('BUG: unable to handle kernel paging request in foo_probe', 'MEMORY_SAFETY_BUG', 'Unable to handle kernel pointer dereference in virtual kernel address space\nFailing address: 0000000000000000 TEID: 0000000000000483\nOops: 0004 ilc:2 [#1] SMP\nKrnl PSW : 0704c00180000000 00000000001a2b3c (foo_probe+0x1c/0x40)\nKrnl GPRS: 0000000000000000\nCall Trace:\n [<00000000001a2b3c>] foo_probe+0x1c/0x40\n [<00000000001a2b40>] bar+0x1c/0x40\nLast Breaking-Event-Address:'),
    'mips paging request': row('BUG: unable to handle kernel paging request in foo_probe', 'MEMORY_SAFETY_BUG', 'CPU 0 Unable to handle kernel paging request at virtual address 00000008, epc == 80123456, ra == 80123400\nOops[#1]:\nepc   : 80123456 foo_probe+0x10/0x90\nra    : 80123400 bar+0x20/0x90\nCall Trace:\n[<80123456>] foo_probe+0x10/0x90\n[<80123400>] bar+0x20/0x90\n---[ end trace 0 ]---'),
    'a header whose second part was lost': cut('BUG: unable to handle kernel', 'UNKNOWN', `BUG: unable to handle kernel \n${regs('foo')}`),
    'no stack at all': cut('BUG: unable to handle kernel paging request in corrupted', 'MEMORY_SAFETY_BUG', 'BUG: unable to handle page fault for address: ffffffffdeadbeef\n#PF: supervisor write access in kernel mode'),
  },
  'traps': {
    'divide error': row('divide error in foo_div', 'DoS', x86('divide error: 0000 [#1] PREEMPT SMP', 'foo_div', 'bar')),
    'divide error since 5.8': row('divide error in foo_div', 'DoS', x86('Oops: divide error: 0000 [#1] PREEMPT SMP', 'foo_div', 'bar')),
    'invalid opcode': row('invalid opcode in foo_op', 'DoS', x86('invalid opcode: 0000 [#1] SMP', 'foo_op', 'bar')),
    'stack segment': row('stack segment fault in foo_ss', 'DoS', x86('stack segment: 0000 [#1] SMP', 'foo_ss', 'bar')),
    'alignment check': row('alignment check in foo_ac', 'DoS', x86('alignment check: 0000 [#1] SMP', 'foo_ac', 'bar')),
    'double fault': row('PANIC: double fault in foo_df', 'DoS', x86('traps: PANIC: double fault, error_code: 0x0', 'foo_df', 'bar')),
    's390 illegal operation': row('illegal operation in foo_op', 'DoS', 'illegal operation: 0001 ilc:1 [#1] SMP\nKrnl PSW : 0704c00180000000 00000000001a2b3c (foo_op+0x1c/0x40)\nCall Trace:\n [<00000000001a2b3c>] foo_op+0x1c/0x40\n [<00000000001a2b3c>] bar+0x1c/0x40\nLast Breaking-Event-Address:'),
    'powerpc machine check': row('Machine check in foo_mc', 'DoS', 'Oops: Machine check, sig: 7 [#1]\nNIP [c000000000123456] foo_mc+0x10/0x90\nCall Trace:\n[c000000012345678] [c000000000123400] bar+0x20/0x90\n[c000000012345678] [c000000000123400] baz+0x20/0x90\n---[ end trace 0 ]---'),
    'arm unhandled fault': row('Unhandled fault in foo_uf', 'DoS', arm('Unhandled fault: page domain fault (0x01b) at 0x00000000\npgd = (ptrval)\nInternal error: : 1b [#1] SMP ARM', 'foo_uf', 'bar')),
    'arm alignment trap': row('Alignment trap in foo_at', 'DoS', arm('Alignment trap: not handling instruction e1b32f9f at [<c0101234>]', 'foo_at', 'bar')),
    'arm64 pointer authentication': row('Internal error in foo_ie', 'DoS', arm64('Internal error: Oops - FPAC: 0000000072000000 [#1] SMP', 'foo_ie', 'bar')),
    'arm64 branch target': row('Internal error in foo_ie', 'DoS', arm64('Internal error: Oops - BTI: 0000000034000000 [#1] SMP', 'foo_ie', 'bar')),
    'arm undefined instruction': row('Internal error in foo_ie', 'DoS', arm('Internal error: Oops - undefined instruction: 0 [#1] SMP ARM', 'foo_ie', 'bar')),
    'arm64 SError': row('kernel panic: Asynchronous SError Interrupt', 'DoS', arm64('SError Interrupt on CPU0, code 0x00000000be000011 -- SError', 'foo', 'bar')),
    'arm64 unhandled exception': row('kernel panic: Unhandled exception', 'DoS', arm64('Unhandled 64-bit el1h sync exception on CPU0, ESR 0x0000000096000044 -- DABT (current EL)', 'foo', 'bar')),
    'arm64 stack overflow': row('kernel stack overflow in foo_recurse', 'DoS', arm64('Insufficient stack space to handle exception!\nESR: 0x0000000096000047 -- DABT (current EL)', 'foo_recurse', 'invoke_syscall')),
    'x86 stack guard page': row('BUG: stack guard page was hit in foo_again', 'UNKNOWN', x86('BUG: TASK stack guard page was hit at 00000000abcdabcd (stack is 000000001234..000000005678)\nstack guard page: 0000 [#1] SMP', 'foo_recurse', 'foo_again')),
    'control flow': row('CFI failure in foo_call', 'DoS', x86('CFI failure at foo_call+0x10/0x20 (target: bar+0x0/0x10; expected type: 0x12345678)\ninvalid opcode: 0000 [#1] SMP', 'foo_call', 'bar')),
  },
  'sanitizers': {
    'KASAN write': row('KASAN: slab-out-of-bounds Write in foo_write', 'KASAN-WRITE', `==================================================================\nBUG: KASAN: slab-out-of-bounds in memcpy+0x1/0x2\nWrite of size 8 at addr ffff888012345678 by task sh/7\n\n${stack('dump_stack_lvl', 'print_report', 'kasan_report', 'memcpy', 'foo_write', 'vfs_write')}\n\nAllocated by task 7:\n kasan_save_stack+0x1/0x2\n foo_alloc+0x1/0x2\n==================================================================`),
    'KASAN double free': row('KASAN: invalid-free in foo_put', 'KASAN-INVALID-FREE', `BUG: KASAN: double-free in kfree+0x1/0x2\n${stack('dump_stack_lvl', 'kasan_report_invalid_free', 'kfree', 'foo_put')}`),
    'KASAN with hardware tags': row('KASAN: invalid-access Read in foo_tagged', 'KASAN-READ', `BUG: KASAN: invalid-access in foo_tagged+0x1/0x2\nRead at addr f7ff000012345678 by task sh/7\n${arm64('', 'foo_tagged', 'bar').split('\n').slice(6).join('\n')}`),
    'KASAN cut': cut('KASAN: use-after-free', 'KASAN-USE-AFTER-FREE-READ', 'BUG: KASAN: use-after-free'),
    'KMSAN': row('KMSAN: uninit-value in foo_parse', 'KMSAN-UNINIT-VALUE', 'BUG: KMSAN: uninit-value in foo_parse+0x4f/0x12b\n foo_parse+0x4f/0x12b\n foo_ioctl+0x1/0x2\n\nUninit was created at:\n __kmalloc+0x1/0x2\n foo_alloc+0x1/0x2\n'),
    'KMSAN leak': row('KMSAN: kernel-infoleak in foo_copy', 'KMSAN-INFO-LEAK', 'BUG: KMSAN: kernel-infoleak in _copy_to_user+0x1/0x2\n instrument_copy_to_user+0x1/0x2\n _copy_to_user+0x1/0x2\n foo_copy+0x1/0x2\n\nLocal variable x created at:\n foo_copy+0x1/0x2\n'),
    'KMSAN without its origin': cut('KMSAN: uninit-value in foo_parse', 'KMSAN-UNINIT-VALUE', 'BUG: KMSAN: uninit-value in foo_parse+0x4f/0x12b\n foo_parse+0x4f/0x12b\n foo_ioctl+0x1/0x2\n'),
    'KCSAN': row('KCSAN: data-race in foo_a / foo_b', 'KCSAN-DATARACE', 'BUG: KCSAN: data-race in foo_a / foo_b\n\nwrite to 0xffff888012345678 of 4 bytes by task 7 on cpu 1:\n foo_a+0x1/0x2'),
    'KCSAN assertion': row('KCSAN: assert: race in foo_a', 'KCSAN-ASSERT', 'BUG: KCSAN: assert: race in foo_a+0x1/0x2'),
    'KFENCE': row('KFENCE: out-of-bounds write in foo_oob', 'KFENCE-WRITE', 'BUG: KFENCE: out-of-bounds write in foo_oob+0x1/0x2\n\nOut-of-bounds write at 0xffff8c3f2e291fff (1B left of kfence-#72):\n foo_oob+0x1/0x2\n bar+0x1/0x2\n'.concat(stack('foo_oob', 'bar'))),
    'KFENCE free': row('KFENCE: invalid free in foo_put', 'KFENCE-INVALID-FREE', 'BUG: KFENCE: invalid free in foo_put+0x1/0x2\n\nInvalid free of 0xffff8c3f2e291fff:\n foo_put+0x1/0x2'),
    'KFENCE corruption': row('KFENCE: memory corruption in foo_put', 'KFENCE-MEMORY-CORRUPTION', 'BUG: KFENCE: memory corruption in foo_put+0x1/0x2\n\nCorrupted memory at 0xffff8c3f2e292fff:\n foo_put+0x1/0x2'),
    'UBSAN index': row('UBSAN: array-index-out-of-bounds in foo_index', 'MEMORY_SAFETY_UBSAN', `UBSAN: array-index-out-of-bounds in fs/foo.c:7:9\nindex 4 is out of range for type 'int [4]'\n${stack('dump_stack_lvl', 'ubsan_epilogue', '__ubsan_handle_out_of_bounds', 'foo_index')}`),
    'UBSAN shift': row('UBSAN: shift-out-of-bounds in foo_shift', 'UBSAN', `UBSAN: shift-out-of-bounds in fs/foo.c:7:9\n${stack('dump_stack_lvl', 'ubsan_epilogue', 'foo_shift')}`),
  },
  'locks': {
    'a cycle': row('possible deadlock in foo_lock_a', 'LOCKDEP', lock('WARNING: possible circular locking dependency detected', trying)),
    'a cycle before 4.12': row('possible deadlock in foo_lock_a', 'LOCKDEP', lock('[ INFO: possible circular locking dependency detected ]', trying.replaceAll('at: ', 'at: [<ffffffff81234567>] '))),
    'a cycle with a work queue': row('possible deadlock in foo_lock_b', 'LOCKDEP', lock('WARNING: possible circular locking dependency detected', trying.replace('foo_lock_a', 'process_one_work'))),
    'recursion': row('possible deadlock in foo_lock_a', 'LOCKDEP', lock('WARNING: possible recursive locking detected', trying)),
    'inversion': row('possible deadlock in foo_irq', 'LOCKDEP', lock('WARNING: possible irq lock inversion dependency detected', 'sh/7 just changed the state of lock:\nffff888106a71958 (&a){+.+.}, at: foo_irq+0x49/0x1a0')),
    'unsafe order': row('possible deadlock in foo_safe', 'LOCKDEP', lock('WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected', trying, 'to a HARDIRQ-irq-unsafe lock:\n... which became HARDIRQ-irq-safe at:\n  lock_acquire+0x1/0x2\n  foo_safe+0x1/0x2\n')),
    'inconsistent state': row('inconsistent lock state in foo_work', 'LOCKDEP', lock('WARNING: inconsistent lock state', 'inconsistent {IN-SOFTIRQ-W} -> {SOFTIRQ-ON-W} usage.\nsh/7 [HC0[0]:SC0[0]:HE1:SE1] takes:\nffff888106a71958 (&a){+.+.}, at: foo_irq+0x49/0x1a0')),
    'RCU': row('WARNING: suspicious RCU usage in foo_work', 'LOCKDEP', lock('WARNING: suspicious RCU usage', 'fs/foo.c:77 suspicious rcu_dereference_check() usage!')),
    'RCU cut': cut('WARNING: suspicious RCU usage', 'WARNING', 'WARNING: suspicious RCU usage'),
    'unlock': row('WARNING: bad unlock balance in foo_unlock', 'LOCKDEP', lock('WARNING: bad unlock balance detected!', 'sh/7 is trying to release lock (&a) at:\n[<ffffffff81234567>] foo_unlock+0x1/0x2')),
    'held in user space': row('WARNING: lock held when returning to user space in foo_lock', 'LOCKDEP', 'WARNING: lock held when returning to user space!\n6.1.0 #1 Not tainted\nsh/7 is leaving the kernel with locks still held!\n1 lock held by sh/7:\n #0: ffff888106a71958 (&a){+.+.}, at: foo_lock+0x49/0x1a0'),
    'freed': row('WARNING: held lock freed in foo_lock', 'LOCKDEP', lock('WARNING: held lock freed!', 'sh/7 is freeing memory ffff888106a71900-ffff888106a719ff, with a lock still held there!\nffff888106a71958 (&a){+.+.}, at: foo_lock+0x49/0x1a0')),
    'spinlock': row('BUG: spinlock bad magic in foo_take', 'LOCKDEP', `BUG: spinlock bad magic on CPU#0, sh/7\n lock: 0xffff888106a71958, .magic: 00000000\n${stack('dump_stack_lvl', 'spin_dump', 'do_raw_spin_lock', 'foo_take')}`),
    'unregistered key': row('INFO: trying to register non-static key in foo_take', 'UNKNOWN', `INFO: trying to register non-static key.\nThe code is fine but needs lockdep annotation, or maybe\n${stack('dump_stack_lvl', 'register_lock_class', 'foo_take')}`),
    'wait context on arm64': row('WARNING: locking bug in foo_take', 'LOCKDEP', `[ BUG: Invalid wait context ]\n6.1.0 #1 Not tainted\n${stack('dump_stack_lvl', 'foo_take', 'bar')}`),
  },
  'stalls': {
    'x86 RCU stall': row('INFO: rcu detected stall in sys_foo', 'HANG', `rcu: INFO: rcu_preempt self-detected stall on CPU\nrcu: \t0-....: (10499 ticks this GP)\nCall Trace:\n <IRQ>\n rcu_sched_clock_irq+0x1/0x2\n </IRQ>\n asm_sysvec_apic_timer_interrupt+0x1/0x2\n${regs('spin_foo')}\n bar_foo+0x1/0x2\n __x64_sys_foo+0x1/0x2\n do_syscall_64+0x1/0x2\n`),
    'arm64 RCU stall': row('INFO: rcu detected stall in foo_ioctl', 'HANG', 'rcu: INFO: rcu_sched self-detected stall on CPU\nCall trace:\n dump_backtrace+0x0/0x4f4\n rcu_sched_clock_irq+0x1/0x2\n el1h_64_irq+0x64/0x68\n spin_foo+0x1/0x2\n foo_ioctl+0x1/0x2\n vfs_ioctl+0x1/0x2\n invoke_syscall+0x1/0x2\n'),
    'arm RCU stall': row('INFO: rcu detected stall in foo_ioctl', 'HANG', 'rcu: INFO: rcu_sched detected stalls on CPUs/tasks:\nBacktrace: \n[<c0101234>] (rcu_check) from [<c0305678>] (__irq_svc+0x1/0x2)\nException stack(0xc1201f10 to 0xc1201f58)\n[<c0101234>] (__irq_svc) from [<c0305678>] (spin_foo+0x1/0x2)\n[<c0101234>] (spin_foo) from [<c0305678>] (foo_ioctl+0x1/0x2)\n[<c0101234>] (foo_ioctl) from [<c0305678>] (vfs_ioctl+0x1/0x2)\n'),
    'soft lockup on arm64': row('BUG: soft lockup in foo_ioctl', 'HANG', arm64('watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [sh:7]', 'spin_foo', 'foo_ioctl', 'vfs_ioctl', 'invoke_syscall')),
    'hard lockup': row('BUG: hard lockup in foo_ioctl', 'HANG', x86('watchdog: Watchdog detected hard LOCKUP on cpu 1', 'spin_foo', 'foo_ioctl', 'vfs_ioctl')),
    'hung on RCU': row('INFO: task hung in synchronize_rcu', 'HANG', `INFO: task sh:7 blocked for more than 143 seconds.\n      Not tainted 6.1.0 #1\n${stack('__schedule', 'schedule', 'wait_for_completion', 'synchronize_rcu_expedited', 'foo_exit')}`),
    'hung in I/O': row('INFO: task hung in foo_read', 'HANG', `INFO: task sh:7 blocked in I/O wait for more than 143 seconds.\n      Not tainted 7.0.0 #1\n${stack('__schedule', 'io_schedule', 'folio_wait_bit', 'foo_read')}`),
    'cannot die': row("INFO: task can't die in foo_exit", 'HANG', `INFO: task sh:7 can't die for more than 143 seconds.\n${stack('__schedule', 'schedule', 'foo_exit')}`),
    'work queue': row('BUG: workqueue lockup', 'HANG', 'BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 33s!'),
  },
  'checks of the kernel itself': {
    'arm64 BUG_ON': row('kernel BUG in foo_check', 'BUG', arm64('------------[ cut here ]------------\nkernel BUG at fs/foo.c:77!\nInternal error: Oops - BUG: 00000000f2000800 [#1] SMP', 'foo_check', 'bar')),
    'arm BUG_ON': row('kernel BUG in foo_check', 'BUG', arm('kernel BUG at fs/foo.c:77!\nInternal error: Oops - BUG: 0 [#1] SMP ARM', 'foo_check', 'bar')),
    'a corrupted list': row('BUG: corrupted list in foo_del', 'MEMORY_SAFETY_BUG', x86('list_del corruption, ffff888012345678->next is LIST_POISON1\n------------[ cut here ]------------\nkernel BUG at lib/list_debug.c:56!\ninvalid opcode: 0000 [#1] SMP', '__list_del_entry_valid', 'foo_del')),
    'usercopy': row('BUG: bad usercopy in foo_copy', 'BUG', x86('usercopy: Kernel memory exposure attempt detected\nkernel BUG at mm/usercopy.c:102!\ninvalid opcode: 0000 [#1] SMP', 'usercopy_abort', '__check_object_size', 'foo_copy')),
    'sleeping': row('BUG: sleeping function called from invalid context in foo_sleep', 'ATOMIC_SLEEP', `BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580\nin_atomic(): 1, irqs_disabled(): 0, pid: 7, name: sh\n${stack('dump_stack_lvl', '__might_resched', 'mutex_lock', 'foo_sleep')}`),
    'scheduling': row('BUG: scheduling while atomic in foo_sleep', 'ATOMIC_SLEEP', `BUG: scheduling while atomic: sh/7/0x00000002\n${stack('dump_stack_lvl', '__schedule_bug', '__schedule', 'schedule', 'foo_sleep')}`),
    'preemptible': row('BUG: using smp_processor_id() in preemptible code in foo_cpu', 'LOCKDEP', `BUG: using smp_processor_id() in preemptible [00000000] code: sh/7\n${stack('dump_stack_lvl', 'check_preemption_disabled', 'foo_cpu')}`),
    'a bad page with its owner': row('BUG: Bad page state in foo_get', 'UNKNOWN', `BUG: Bad page state in process sh  pfn:12345\npage:ffffea0000123456 refcount:0\npage_owner tracks the page as allocated\npage last allocated via order 0, migratetype Unmovable\n prep_new_page+0x1/0x2\n get_page_from_freelist+0x1/0x2\n foo_get+0x1/0x2\n${stack('dump_stack_lvl', 'bad_page', 'foo_put')}`),
    'a bad page': row('BUG: Bad page state', 'UNKNOWN', `BUG: Bad page state in process sh  pfn:12345\npage:ffffea0000123456 refcount:0\n${stack('dump_stack_lvl', 'bad_page', 'foo_put')}`),
    'a leak': row('memory leak in foo_new', 'LEAK', 'BUG: memory leak\nunreferenced object 0xffff888012345678 (size 32):\n  comm "sh", pid 7, jiffies 4294942834\n  backtrace (crc 0):\n    [<ffffffff81234567>] kmalloc_trace+0x1/0x2\n    [<ffffffff81234567>] foo_new+0x1/0x2\n    [<ffffffff81234567>] bar+0x1/0x2\n'),
    'a device that stays': row('unregister_netdevice: waiting for DEV to become free', 'DoS', 'unregister_netdevice: waiting for lo to become free. Usage count = 2'),
    'busy inodes': row('VFS: Busy inodes after unmount (use-after-free)', 'DoS', 'VFS: Busy inodes after unmount of loop0 (ext4)'),
    'a counter': row('BUG: Bad rss-counter state', 'UNKNOWN', 'BUG: Bad rss-counter state mm:00000000abcdabcd type:MM_FILEPAGES val:1'),
    'a work item that keeps a lock': row('BUG: workqueue leaked lock or atomic in foo_work', 'UNKNOWN', 'BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000000/7\n     last function: foo_work\n1 lock held by kworker/0:1/7:'),
    'a Rust panic': row('attempt to add with overflow in foo_rust', 'DoS', `rust_kernel: panicked at drivers/foo.rs:7:9:\nattempt to add with overflow\n${stack('rust_begin_unwind', 'foo_rust', 'bar')}`),
    'something new': row('BUG: foo went wrong in ADDR', 'UNKNOWN', 'BUG: foo went wrong in ffff888012345678'),
  },
  'warnings': {
    'refcount': row('WARNING: refcount bug in foo_put', 'REFCOUNT_WARNING', warn('lib/refcount.c:28 refcount_warn_saturate+0x1/0x2', 'refcount_warn_saturate', 'foo_put')),
    'refcount of 6.19': row('WARNING: refcount bug in foo_put', 'REFCOUNT_WARNING', x86('WARNING: lib/refcount.c:28 at refcount_warn_saturate+0x1/0x2, CPU#1: sh/7', 'refcount_warn_saturate', 'foo_put')),
    'ODEBUG': row('WARNING: ODEBUG bug in foo_free', 'WARNING', warn('lib/debugobjects.c:291 debug_print_object+0x1/0x2', 'debug_print_object', 'debug_check_no_obj_freed', 'kfree', 'foo_free')),
    'kobject': row('WARNING: kobject bug in foo_add', 'WARNING', warn('lib/kobject.c:710 kobject_put+0x1/0x2', 'kobject_put', 'foo_add')),
    'proc': row('WARNING: proc registration bug in foo_add', 'WARNING', warn('fs/proc/generic.c:375 proc_register+0x1/0x2', 'proc_register', 'proc_create_data', 'foo_add')),
    'allocation': row('WARNING: kmalloc bug in foo_new', 'WARNING', warn('mm/util.c:597 kvmalloc_node+0x1/0x2', 'kvmalloc_node', 'foo_new')),
    'USB': row('WARNING in foo_start/usb_submit_urb', 'WARNING', warn('drivers/usb/core/urb.c:478 usb_submit_urb+0x1/0x2', 'usb_submit_urb', 'foo_start')),
    'on arm64': row('WARNING in foo_check', 'WARNING', arm64('------------[ cut here ]------------\nWARNING: CPU: 1 PID: 9 at fs/foo.c:7 foo_check+0x1/0x2', 'foo_check', 'bar')),
    'on arm': row('WARNING in foo_check', 'WARNING', '------------[ cut here ]------------\nWARNING: CPU: 0 PID: 7 at fs/foo.c:7 foo_check+0x1/0x2\nModules linked in:\nCPU: 0 PID: 7 Comm: sh Not tainted 6.1.0 #1\nBacktrace: \n dump_backtrace from show_stack+0x20/0x24\n show_stack from __warn+0x98/0x1b4\n __warn from warn_slowpath_fmt+0x98/0xdc\n warn_slowpath_fmt from foo_check+0x1/0x2\n foo_check from bar+0x1/0x2\n---[ end trace 0 ]---'),
    'before 4.2': row('WARNING in foo_check', 'WARNING', `------------[ cut here ]------------\nWARNING: at fs/foo.c:7 foo_check+0x1/0x2()\n${stack('dump_stack', 'warn_slowpath_null', 'foo_check')}`),
  },
  'panics': {
    'a stack protector': row('kernel panic: stack is corrupted in foo_buf', 'DoS', 'Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: foo_buf+0x1/0x2'),
    'a stack end': row('kernel panic: corrupted stack end in sys_foo', 'DoS', `Kernel panic - not syncing: corrupted stack end detected inside scheduler\n${stack('dump_stack_lvl', 'panic', 'schedule', 'foo_deep', '__x64_sys_foo', 'do_syscall_64')}`),
    'no memory': row('kernel panic: System is deadlocked on memory', 'DoS', `Kernel panic - not syncing: System is deadlocked on memory\n${stack('dump_stack_lvl', 'panic', 'out_of_memory')}`),
    'what concludes a report that was lost': cut('kernel panic: Fatal exception', 'DoS', `Kernel panic - not syncing: Fatal exception in interrupt\n${stack('panic', 'oops_end')}`),
  },
  'around the kernel': {
    'an initrd that cannot be unpacked': row('initrd: junk within compressed archive', 'BOOT', 'Initramfs unpacking failed: junk within compressed archive'),
    'an initrd that does not fit': row('initrd: incomplete write', 'BOOT', 'RAMDISK: incomplete write (29184 != 32768)'),
    'KVM that cannot emulate': row('KVM: internal error', 'EMULATOR', 'KVM internal error. Suberror: 1\nemulation failure'),
    'QEMU that gives up': row("QEMU: Lockup: can't escalate NUM to HardFault", 'EMULATOR', "qemu: fatal: Lockup: can't escalate 3 to HardFault"),
    'an image of another board': row('boot loader: wrong image format', 'BOOT', 'Bad Linux ARM64 Image magic!'),
  },
};

describe.each(Object.entries(families))('%s', (_, rows) => {
  it.each(Object.entries(rows))('%s', (_name, { text, title, type, corrupted }) => {
    const stamped = text.replace(/^/gm, '[   12.345678] ');
    for (const console of [text, stamped]) {
      expect(crashesOf(`${console}\n`).map((crash) => [crash.title, crash.type, crash.corrupted === true])).toEqual([[title, type, corrupted === true]]);
    }
  });
});
