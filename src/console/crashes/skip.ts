// Kernel functions that say nothing about who is to blame. One list for all reports; what one kind of report skips besides stands in its rule.

const any = (...parts: readonly string[]): RegExp => new RegExp(parts.join('|'));

/** Reports, instrumentation, locks, memory and string primitives, wake-ups, generic device and driver core. */
export const neverGuilty = any(
  // Who reports: sanitizers, warnings, traps, dumps.
  'kasan', 'kmsan', 'kcsan', '^__(?:asan|msan|tsan|hwasan|ubsan)', '^handle_overflow$', 'sanitizer', '^check_memory_region', '^read_word_at_a_time', '^print_', '^__bad_area',
  'panic', '^report_bug', '^fixup_bug', '^handle_bug', 'invalid_op', '^do_error', '_trap', '^exc_', '^asm_exc_', '^die\\b', '^oops_', '^bug_handler', '^brk_handler', '^do_debug_exception', '^call_break_hook',
  '^dump_', '^show_', '^unwind_', '^warn_', '^__warn', '^__report', '^debug_', '^__debug_', '_is_static_object', '^el[01]_?(?:sync|dbg|h|t|undef|abort)', '^do_mem_abort', '^do_translation_fault', '^do_page_fault$', '^do_DataAbort', '^do_alignment', '^__do_kernel_fault', '^die_kernel_fault', '^do_kern_addr_fault', '^do_user_addr_fault', '^page_fault$', '^no_context', '^bad_area', '^general_protection', '^program_check_', '^do_bad_area', '^do_tag_', '^walk_stackframe', '^__fortify', '^fortify_', '^do_undefinstr', '^__und_svc', '^do_sea',
  // Locks.
  'lockdep', '^lock_(?:acquire|release|class|is_held|sync)', '^__lock_(?:acquire|release)', 'lock_class$', '^reacquire_held', '^register_lock_class', '^mark_', '^check_(?:prev|noncircular|flags|deadlock|irq_usage|usage)', '^validate_chain', '^valid_state',
  'spin_(?:try)?lock', 'spin_unlock', 'raw_(?:read|write)_(?:try)?(?:un)?lock', '^_?_?_?down(?:_|$)', '^_?_?up(?:_read|_write|$)', 'mutex_(?:try|un)?lock', '^mutex_remove_waiter', '^__mutex', '^__ww_mutex', '^ww_mutex', '^rwsem_', 'rt_mutex', '^osq_',
  // Counting, lists, copying, text.
  'refcount_', '^_*list_(?:add|del|replace|move|splice)', '^_*hlist_', '^_*klist_', '^_*rb_(?:insert|erase|next|prev|first|last|add|find)', '^_*x(?:as|a)_', '^radix_tree_', '^timerqueue_(?:add|iterate)', 'lock_timer_base', '^(?:__)?mem(?:cpy|cmp|set|chr|move)', '^(?:__)?str(?:n?cmp|[nls]?s?cpy|n?len|n?str|n?chr|casecmp)', 'copy_(?:to|from)_user', '_(?:put|get)_user', '^(?:put|get)_user', '^_?_?might_', '^___might', '_indirect_thunk_', '^__x86_', '^string', '^pointer$', '^va_format', 'nprintf', '^kv?asprintf', 'printk', '^dev_(?:info|notice|warn|err|alert|crit|emerg|printk)', '^_dev_', '^perf_trace', '^trace_(?:hardirqs|event)', '^trace_hardirqs', '^instrument_', '^(?:arch_)?atomic(?:64|_long)?_', '^_*test_(?:and_(?:set|clear|change)_)?bit', '^_atomic_dec_and', '^hex_(?:string|dump)', '^(?:crypto_)?aes(?:ti|ni)?_', '^iput$', '^find_(?:lock|get)_entries', '^truncate_inode_pages', '^__phys_addr', '^__virt_to_phys', '^virt_to_', '^logic_(?:in|out)', '^folio_(?:unlock|lock|put|get)', '^(?:fast_)?dput$', '^lockref_', '^__raw_(?:read|write)', '^clear_bit', '^set_bit',
  // Waiting and waking, timers, work queues: whoever asked for it is meant.
  '^__wake_up', '(?:^|_)del_timer', '^sk_stop_timer', '^try_to_grab_pending', '^(?:__)?flush_work', '^__cancel_work', '^cancel_(?:delayed_)?work', '^drain_workqueue', '^destroy_workqueue', '^finish_wait', '^kthread_stop', '^_*timer_delete',
  // Device core.
  '^kobject_(?:del|put|uevent|add|get|cleanup|release)', '^add_uevent_var', '^get_device_parent', '^device_(?:add|del|unregister|destroy|for_each|remove_file)', '^hwrng_unregister', '^i2c_del_adapter', '^__unregister_client', '^rollback_registered', '^unregister_netdev', '^sysfs_remove', '^tty_unregister_device', '^dummy_urb_enqueue', '^usb_(?:kill_urb|kill_anchored|control_msg|hcd_submit|submit_urb|start_wait_urb|bulk_msg)',
);

/** Waiting for other CPUs: whoever does it waits for the one that stalls. */
export const stallGroups = /^smp_call_function/;

/** Functions that hand out work to whatever is called through them: below them stands the one that stalls. */
export const stallAnchors = any(
  '^process_one_work', '^do_syscall_', '^do_fast_syscall_', '^do_int80_syscall', '^sysenter_dispatch', '^tracesys_phase2', '^entry_SYSCALL', '^el0_svc', '^invoke_syscall', '^ret_fast_syscall', '^system_call', '^syscall_',
  'netif_receive_skb', 'do_softirq', '^call_timer_fn', '_run_timers', '^run_timer_softirq', '^run_ksoftirqd', '^handle_softirqs', '^smpboot_thread_fn', '^kthread$', '^start_secondary', '^cpu_startup_entry', '^ret_from_fork', '^__hrtimer_run_queues', '^napi_poll', '^__napi_poll',
  'vfs_write', 'vfs_read', 'vfs_iter_(?:read|write)', 'do_iter_(?:read|write)', 'vfs_ioctl', 'blkdev_(?:driver_)?ioctl', '^call_(?:read|write)_iter', '^new_sync_(?:read|write)', '^call_mmap', 'mmap_region', '^do_mmap', '^do_dentry_open', 'vfs_open', 'vfs_fsync', '^ksys_(?:read|write)', '^vfs_fallocate',
  '^sock_sendmsg', '^__sock_sendmsg', '^sock_recvmsg', '^_?_?sock_release', '__sys_setsockopt', 'kernel_setsockopt', 'sock_common_setsockopt', '__sys_listen', 'kernel_listen', 'sk_common_release', '^sock_mmap', '__sys_accept', 'kernel_accept', '^sock_do_ioctl', '^(?:compat_)?sock_ioctl', '^nfnetlink_rcv_msg',
  '^(?:\\w*_)?(?:sys|SYSC|SyS)_(?:socketpair|connect|ioctl)', '^rtnetlink_rcv_msg',
  '__do_fault', 'handle_mm_fault', 'do_page_fault', '^page_fault$', 'exc_page_fault', '^__fput', '^task_work_run', 'exit_to_user',
);

/** Waits that hang everywhere when one thing is broken: one title for all who wait. */
export const hangGroups: readonly { readonly starts: RegExp; readonly name?: string }[] = [
  { starts: /^rtnl_lock/ },
  { starts: /^_?_?synchronize_(?:s?rcu|net|sched)/, name: 'synchronize_rcu' },
];

/** The machinery of waiting. */
export const hangSkip = any('sched', '_lock', '_slowlock', 'down', 'rwsem', 'completion', 'kthread', 'wait', 'synchronize', 'context_switch', '__switch_to', 'cancel_delayed_work', 'rcu_barrier', '^cancel_work', '^flush_work', '^__flush_work', 'io_schedule', '^__bio');
