// What kind of failure a title tells of, in the words of syzkaller's dashboard. `UNKNOWN` where it has none.

export type CrashType =
  | 'ATOMIC_SLEEP' | 'BOOT' | 'BUG' | 'DoS' | 'EMULATOR' | 'HANG' | 'LEAK' | 'LOCKDEP' | 'MEMORY_SAFETY_BUG' | 'MEMORY_SAFETY_UBSAN' | 'NULL-POINTER-DEREFERENCE' | 'REBOOT'
  | 'REFCOUNT_WARNING' | 'SYZ_FAILURE' | 'UBSAN' | 'UNKNOWN' | 'WARNING' | `KASAN-${string}` | `KCSAN-${string}` | `KFENCE-${string}` | `KMSAN-${string}`;

type Types = readonly (readonly [RegExp, CrashType])[];

/** The first that matches, of titles of sanitizers: by which of them it is. */
const sanitizerTypes = new Map<string, Types>(Object.entries({
  KASAN: [
    // The sort of memory does not matter, what was done to it does; where that is not told, it was at least read.
    [/^KASAN: invalid-free/, 'KASAN-INVALID-FREE'],
    [/^KASAN: null-ptr-deref Write/, 'KASAN-NULL-POINTER-DEREFERENCE-WRITE'],
    [/^KASAN: null-ptr-deref Read/, 'KASAN-NULL-POINTER-DEREFERENCE-READ'],
    [/^KASAN: (?:slab-)?use-after-free Write/, 'KASAN-USE-AFTER-FREE-WRITE'],
    [/^KASAN: (?:slab-use-after-free Read|use-after-free)/, 'KASAN-USE-AFTER-FREE-READ'],
    [/^KASAN: (?:\w+-)*(?:out-of-bounds|access|crash) Write/, 'KASAN-WRITE'],
    [/^KASAN: (?:(?:\w+-)*(?:out-of-bounds|access|crash) Read|(?:slab|stack)-out-of-bounds|wild-memory-access)/, 'KASAN-READ'],
    [/^KASAN:/, 'KASAN-UNKNOWN'],
  ],
  KFENCE: [
    [/^KFENCE: invalid free/, 'KFENCE-INVALID-FREE'],
    [/^KFENCE: memory corruption/, 'KFENCE-MEMORY-CORRUPTION'],
    [/^KFENCE: use-after-free write/, 'KFENCE-USE-AFTER-FREE-WRITE'],
    [/^KFENCE: use-after-free/, 'KFENCE-USE-AFTER-FREE-READ'],
    [/^KFENCE: (?:invalid|out-of-bounds) write/, 'KFENCE-WRITE'],
    [/^KFENCE: (?:invalid read|out-of-bounds)/, 'KFENCE-READ'],
    [/^KFENCE:/, 'KFENCE-UNKNOWN'],
  ],
  KMSAN: [
    [/^KMSAN: (?:kernel-(?:usb-)?infoleak-after-free|use-after-free)/, 'KMSAN-USE-AFTER-FREE-READ'],
    [/^KMSAN: kernel-(?:usb-)?infoleak/, 'KMSAN-INFO-LEAK'],
    [/^KMSAN: uninit-value/, 'KMSAN-UNINIT-VALUE'],
    [/^KMSAN:/, 'KMSAN-UNKNOWN'],
  ],
  KCSAN: [
    [/^KCSAN: data-race/, 'KCSAN-DATARACE'],
    [/^KCSAN: assert: race in/, 'KCSAN-ASSERT'],
    [/^KCSAN:/, 'KCSAN-UNKNOWN'],
  ],
  UBSAN: [
    [/^UBSAN: array-index/, 'MEMORY_SAFETY_UBSAN'],
    [/^UBSAN:/, 'UBSAN'],
  ],
} satisfies Record<string, Types>));

/** Of other titles. */
const otherTypes: Types = [
  [/^BUG: unable to handle kernel NULL pointer dereference in/, 'NULL-POINTER-DEREFERENCE'],
  [/^BUG: (?:corrupted list|unable to handle kernel paging request)/, 'MEMORY_SAFETY_BUG'],
  [/^(?:BUG|WARNING): (?:(?:bad unlock balance|held lock freed|still has locks held) in|(?:rwlock|spinlock) )/, 'LOCKDEP'],
  [/^WARNING: (?:lock held|locking bug in|nested lock was not taken in|suspicious RCU usage in)/, 'LOCKDEP'],
  [/^(?:BUG: using |inconsistent lock state in|possible deadlock in)/, 'LOCKDEP'],
  [/^BUG: (?:scheduling while atomic|sleeping function called from invalid context) in/, 'ATOMIC_SLEEP'],
  [/^(?:BUG: bad usercopy in|kernel BUG)/, 'BUG'],
  [/^memory leak in/, 'LEAK'],
  [/^(?:BUG: (?:soft lockup|hard lockup|workqueue lockup)|INFO: (?:rcu detected stall|task hung|task can't die) in)/, 'HANG'],
  [/^BUG: Object already free/, 'DoS'],
  [/^WARNING: refcount bug/, 'REFCOUNT_WARNING'],
  [/^WARNING: kernel stack (?:regs|frame pointer)/, 'UNKNOWN'],
  [/^WARNING/, 'WARNING'],
  [/^(?:BUG|INFO):/, 'UNKNOWN'],
  [/^unexpected kernel reboot$/, 'REBOOT'],
  [/^SYZ(?:FAIL|FATAL)/, 'SYZ_FAILURE'],
  [/^(?:boot|boot loader|firmware|initrd): /, 'BOOT'],
  [/^(?:KVM|QEMU): /, 'EMULATOR'],
];

/** Everything else ended the kernel or a task of it. */
export function crashType(title: string): CrashType {
  const types = sanitizerTypes.get(title.slice(0, Math.max(0, title.indexOf(':')))) ?? otherTypes;
  return types.find(([pattern]) => pattern.test(title))?.[1] ?? 'DoS';
}
