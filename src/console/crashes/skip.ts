// Kernel functions that say nothing about who is to blame. One list for all reports; what one kind of report skips besides stands in its rule.
// Parts of names, but for those in ^ and $: the kernel's helpers come in many variants (`_raw_spin_lock_irqsave`, `memcpy_orig`).
import { ownText } from '../clean.ts';

const any = (...parts: readonly string[]): RegExp => new RegExp(parts.join('|'));

const reporting = [
  'kasan', 'hwasan', 'kmsan', '__(?:asan|msan|sanitizer)', 'kcsan_setup_watchpoint', 'check_memory_region', 'check_(?:heap_)?object', 'read_word_at_a_time', '(?:read|write)_once_.*nocheck',
  'panic', 'invalid_op', '(?:report|fixup)_bug', 'do_error', '_trap$', 'do_trap', '__warn', 'warn_(?:slowpath|alloc|bogus)', 'assertfail', '__fortify_report', 'print_(?:address_description|report|tainted|usage_bug|unlock)', 'imbalance_bug', '^get_taint$',
  '(?:show|dump|walk)_stack', 'dump_backtrace', 'stack_trace_(?:consume_entry|save)', 'arch_stack_walk', 'perf_trace', 'debug_object', '(?:timer|work)_is_static_object', 'print_hex_dump', 'hex_dump_to_buffer',
  // How Rust gets to `panic`.
  'rust_begin_unwind', 'rust_helper_BUG', '(?:unwrap|expect)_failed',
  // How arm64 and powerpc get to a report.
  'do_(?:kernel|translation)_fault', 'do_mem_abort', 'el1_abort', 'el1h_64_sync', 'program_check_(?:exception|common)',
];

const memory = [
  'alloc_page', 'k?v?[mzc]alloc', 'krealloc', 'kmem_cache', 'allocate_slab', 'slab_', '__alloc_frozen_pages_noprof', '^kv?free$', 'kfree_skb', 'memdup', 'strn?dup', '__phys_addr',
  'folio_(?:alloc|unlock)', 'filemap_alloc_folio', '__filemap_get_folio', 'find_or_create_page', 'do_read_cache_folio', 'read_cache_page', 'pagecache_get_page', 'grab_cache_page_write_begin', '^(?:un)?lock_page', 'find_lock_entries', 'truncate_inode_pages_range',
];

const locks = [
  'lockdep', 'lock_(?:acquire|release|class)', 'mark_lock', '(?:reacquire|mark)_held_locks', '(?:trace|lockdep)_(?:hard|soft)irq', 'seqprop_assert', 'bh_(?:en|dis)able', 'raw_spin_rq',
  'spin_(?:lock|trylock|unlock)', '(?:read|write)_(?:lock|trylock|unlock)', '^down$', 'down_(?:read|write|trylock)', 'up_(?:read|write)', '^(?:__|rt_)?mutex_', 'owner_on_cpu', 'osq_(?:un)?lock', 'lock_timer_base',
];

const primitives = [
  'atomic(?:64)?_(?:dec|inc|read|set|or|xor|and|add|sub|fetch|xchg|cmpxchg|try)', '(?:set|clear|change|test)_bit', '^(?:refcount|kref)_', 'ref_tracker',
  'mem(?:cpy|cmp|set|chr|move)', 'str(?:n?cmp|n?cpy|[ls]cpy|n?len|n?str|chr)', 'string', 'pointer', 'snprintf', 'scnprintf', 'kv?asprintf', 'printk', 'va_format', 'dev_(?:info|notice|warn|err|alert|crit|emerg)',
  'copy_(?:to|from)_(?:user|iter)', 'copy_(?:page|folio)_to_iter', 'copy_page_from_iter', '^copy(?:in|out)$', '(?:put|get)_user', 'might_(?:fault|sleep)', '__might_resched', 'extract_(?:user|iter)_to_sg',
  'list_(?:add|del|replace|move|splice)', '^(?:__)?rb_', '^klist_', 'xas_(?:start|load|find)', 'rhashtable_lookup', 'ida_free', '_indirect_thunk_', '(?:read|write)[bwlq]$', 'logic_(?:in|out)', '^crc\\d+', 'crc_itu_t',
];

// Whoever asked for it is meant.
const waiting = [
  '__wake_up', 'finish_wait', '^complete$', 'wait_for_completion', 'kthread_stop', 'del_timer', '__timer_delete_sync', 'sk_stop_timer_sync', '__mod_timer', 'cleanup_srcu_struct',
  'flush_work', '__cancel_work_timer', 'cancel_work_sync', 'try_to_grab_pending', '(?:drain|destroy)_workqueue', 'queue_work', 'insert_work', 'queue_delayed_work',
];

const objects = [
  'kobject_', 'add_uevent_var', 'get_device_parent', 'device_(?:add|del|unregister|destroy|release|for_each_child|remove_file)', 'devres_release_all', '^put_device$', 'hwrng_unregister', 'i2c_del_adapter', '__unregister_client',
  'rollback_registered', 'unregister_netdev', 'sysfs_remove', 'tty_unregister_device', 'dummy_urb_enqueue', 'usb_(?:kill_urb|kill_anchored_urbs|control_msg|hcd_submit_urb|submit_urb)', '^iput(?:_final)?$', '^ihold$', 'drop_nlink', 'dput',
];

/** Reports, instrumentation, locks, memory and string primitives, wake-ups, generic device and driver core. */
const neverGuilty = any(...reporting, ...memory, ...locks, ...primitives, ...waiting, ...objects);

// The expression is long, and the same functions stand in every report.
const known = new Map<string, boolean>();
const knownLimit = 5000;

/** Whether it only reports, locks, copies, allocates or wakes, and so never is to blame. */
export function isNeverGuilty(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= knownLimit) known.clear();
  const never = neverGuilty.test(name);
  known.set(ownText(name), never);
  return never;
}

/** Functions that hand out work to whatever is called through them: below them stands the one that stalls. */
export const stallAnchors = any(
  // System calls, work queues, interrupts, threads.
  'process_one_work', 'do_syscall_', 'do_fast_syscall_', 'sysenter_dispatch', 'tracesys_phase2', 'el0_svc_handler', 'invoke_syscall', 'ret_fast_syscall',
  'netif_receive_skb', 'do_softirq', 'call_timer_fn', '_run_timers', 'run_timer_softirq', 'hrtimer_run', 'run_ksoftirqd', 'tasklet_(?:hi_)?action', 'smpboot_thread_fn', '^kthread$', 'start_secondary', 'cpu_startup_entry', 'ret_from_fork',
  // Files and sockets: the operation of the file system, the device, the protocol.
  'vfs_(?:read|write|ioctl|open)', 'vfs_iter_(?:read|write)', 'do_iter_(?:read|write)', 'call_(?:read|write)_iter', 'new_sync_(?:read|write)', 'ksys_ioctl', 'compat_(?:sys_)?ioctl', 'blkdev_(?:driver_)?ioctl', '^call_mmap', 'mmap_region', 'do_mmap', 'do_dentry_open',
  '^sock_(?:sendmsg|recvmsg|mmap|do_ioctl|ioctl)', '^(?:__)?sock_release', '^compat_sock_ioctl', '^setsockopt$', 'kernel_(?:setsockopt|listen|accept)', 'sock_common_setsockopt', '^listen$', '^accept$', 'sk_common_release', '^(?:nf|rt)netlink_rcv_msg', '^netlink_dump', '^(?:sys_)?(?:socketpair|connect|ioctl)',
  // Page faults, the way back to user space, other CPUs.
  '__do_fault', 'do_page_fault', '^page_fault$', '__fput', 'task_work_run', 'exit_to_usermode', 'smp_call_function',
);

/** Waits that hang everywhere when one thing is broken: one title for all who wait. */
export const hangGroups: readonly { readonly holds: RegExp; readonly name?: string }[] = [
  { holds: /rtnl_lock/ },
  { holds: /synchronize_(?:s?rcu|net|sched)/, name: 'synchronize_rcu' },
];

/** The machinery of waiting. */
export const hangSkip = any('sched', '_lock', '_slowlock', 'down', 'rwsem', 'completion', 'kthread', 'wait', 'synchronize', 'context_switch', '__switch_to', 'cancel_delayed_work', 'rcu_barrier');
