// KASAN, KMSAN, KCSAN, KFENCE, UBSAN.
import { trace, trap } from './rule.ts';
import type { CrashFamily, CrashType } from './rule.ts';

/** `KASAN: slab-use-after-free Read in f` → KASAN-USE-AFTER-FREE-READ; the sort of memory does not matter, what was done does. */
function accessType(tool: 'KASAN' | 'KFENCE', title: string): CrashType {
  const access = title.includes(' Write') ? 'WRITE' : 'READ';
  if (/invalid-free|double-free/.test(title)) return `${tool}-INVALID-FREE`;
  if (title.includes('use-after-free')) return `${tool}-USE-AFTER-FREE-${access}`;
  if (title.includes('null-ptr-deref')) return `${tool}-NULL-POINTER-DEREFERENCE-${access}`;
  if (title.includes('memory corruption')) return `${tool}-MEMORY-CORRUPTION`;
  return `${tool}-${access}`;
}
const kasan = (title: string): CrashType => accessType('KASAN', title);
const kfence = (title: string): CrashType => accessType('KFENCE', title);

const allocator = /^kmem_|slab_|^k[vz]?free|^vunmap|^vfree|^__vfree|^free_pages|^mempool|^kasan_/;

export const sanitizerFamilies: readonly CrashFamily[] = [
  {
    trigger: 'BUG: KASAN: ',
    rules: [
      { header: /BUG: KASAN: (?:double-free or invalid-free|invalid-free|double-free) in (\w+)/, title: 'KASAN: invalid-free in {function}', type: kasan, where: [/BUG: KASAN: /, 'trace'], skip: allocator },
      { header: /BUG: KASAN: ([a-z-]+) in (\w+)/, detail: /(Read|Write) (?:of size \d+|at addr)/, title: 'KASAN: $1 $a in {function}', type: kasan, where: [/BUG: KASAN: /, 'trace'] },
      { header: /BUG: KASAN: ([a-z-]+) on address/, detail: /(Read|Write) of size \d+/, title: 'KASAN: $1 $a', type: kasan, corrupted: true },
      { header: /BUG: KASAN: ([a-z-]+ on address)/, title: 'KASAN: $1', type: kasan, corrupted: true },
      { header: /BUG: KASAN: (\S.*)/, title: 'KASAN: $1', type: kasan, corrupted: true },
    ],
  },
  {
    trigger: 'BUG: KMSAN: ',
    rules: [
      { header: /BUG: KMSAN: (kernel-[a-z-]*infoleak\S*) in/, title: 'KMSAN: $1 in {function}', type: 'KMSAN-INFO-LEAK', where: trace, skip: /usb_(?:submit_urb|start_wait_urb|bulk_msg|interrupt_msg|control_msg)|copyout|copy_to|_to_iter|instrument_|iterate_/ },
      { header: /BUG: KMSAN: ([a-z-]+) in/, title: 'KMSAN: $1 in {function}', type: (title) => title.includes('use-after-free') ? 'KMSAN-USE-AFTER-FREE-READ' : 'KMSAN-UNINIT-VALUE', where: [/BUG: KMSAN: /, 'trace'] },
    ],
  },
  {
    trigger: 'BUG: KCSAN: ',
    rules: [
      { header: /BUG: KCSAN: (assert.*)/, title: 'KCSAN: $1', type: 'KCSAN-ASSERT' },
      { header: /BUG: KCSAN: (.*)/, title: 'KCSAN: $1', type: 'KCSAN-DATARACE' },
    ],
  },
  {
    trigger: 'BUG: KFENCE: ',
    rules: [
      { header: /BUG: KFENCE: (use-after-free|out-of-bounds|invalid) (read|write) in/, title: 'KFENCE: $1 $2 in {function}', type: (title) => kfence(title.replace(' write', ' Write')), where: [/BUG: KFENCE: /, 'trace'] },
      { header: /BUG: KFENCE: (memory corruption|invalid free) in/, title: 'KFENCE: $1 in {function}', type: (title) => kfence(title.replace('invalid free', 'invalid-free')), where: [/BUG: KFENCE: /, 'trace'], skip: allocator },
      { header: /BUG: KFENCE: (.*)/, title: 'KFENCE: $1', type: kfence, corrupted: true },
    ],
  },
  {
    trigger: 'UBSAN: ',
    rules: [
      { header: /UBSAN: (Undefined behaviour) in/, title: 'UBSAN: undefined-behaviour in {function}', type: 'UBSAN', where: trace, skip: /ubsan/ },
      { header: /UBSAN: ([a-z-]+) in/, title: 'UBSAN: $1 in {function}', type: 'UBSAN', where: trace, skip: /ubsan/ },
    ],
  },
  {
    trigger: 'CFI failure at ',
    rules: [{ header: /CFI failure at (\w+)/, title: 'CFI failure in {function}', type: 'DoS', where: [/CFI failure at /, ...trap] }],
  },
];
