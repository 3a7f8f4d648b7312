// KASAN, KMSAN, KCSAN, KFENCE, UBSAN, CFI.
import { callTrace, lineWith } from './frames.ts';
import { trace, trap } from './rule.ts';
import type { CrashFamily, CrashRule, Step } from './rule.ts';

/** The function in the header, then those of the stack. */
const headed = (header: string): readonly (readonly Step[])[] => [[lineWith(header), callTrace, 'frames']];
/** KMSAN and KFENCE print the stack at once. */
const followed = (header: string): readonly (readonly Step[])[] => [[lineWith(header), 'frames']];

const invalidFree = 'BUG: KASAN: (?:double-free or invalid-free|double-free|invalid-free) in {f}';
const usbTransfer = /usb_(?:submit_urb|start_wait_urb|bulk_msg|interrupt_msg|control_msg)/;
/** Where the memory without a value came from. */
const origin: readonly Step[] = [/(?:Uninit was|Local variable .*) created at:/, 'frames'];
const undefinedBehaviour: Pick<CrashRule, 'paths' | 'skip'> = { paths: trace, skip: /ubsan|overflow/ };

export const sanitizerFamilies: readonly CrashFamily[] = [
  {
    trigger: 'BUG: KASAN: ',
    rules: [
      // Hardware tags raise a fault: its handlers are on the stack.
      { header: lineWith('BUG: KASAN: ([a-z-]+) in {f}'), needs: [/(Read|Write) (?:of size|at addr) [0-9a-f]/], title: 'KASAN: $1 $a in {function}', paths: headed('BUG: KASAN: [a-z-]+ in {f}'), skip: /kernel_fault|tag_check|mem_abort|^el1h?_/ },
      { header: lineWith(invalidFree), title: 'KASAN: invalid-free in {function}', paths: headed(invalidFree), skip: /slab_|kfree|vunmap|vfree/ },
      { header: /BUG: KASAN: ([a-z-]+) on address/, needs: [/(Read|Write) of size \d/], title: 'KASAN: $1 $a' },
      { header: /BUG: KASAN: (\S.*)/, title: 'KASAN: $1', corrupted: true },
    ],
  },
  {
    trigger: 'BUG: KMSAN: ',
    rules: [
      { header: lineWith('BUG: KMSAN: (kernel-usb-infoleak[a-z-]*) in {f}'), title: 'KMSAN: $1 in {function}', paths: [['frames']], origin, skip: new RegExp(`alloc_skb|${usbTransfer.source}`), stackless: true },
      // Encryption is where it is noticed, whoever asked for it is meant.
      { header: lineWith('BUG: KMSAN: ([a-z-]+) in {f}'), title: 'KMSAN: $1 in {function}', paths: [['frames']], origin, skip: /alloc_skb|netlink_ack|netlink_rcv_skb|_encrypt$|^(?:crypto|cipher|drbg|rng)_/, stackless: true },
    ],
  },
  {
    trigger: 'BUG: KCSAN: ',
    rules: [{ header: /BUG: KCSAN: (.*)/, title: 'KCSAN: $1', stackless: true }],
  },
  {
    trigger: 'BUG: KFENCE: ',
    rules: [
      { header: lineWith('BUG: KFENCE: (use-after-free|out-of-bounds|invalid) (read|write) in {f}'), title: 'KFENCE: $1 $2 in {function}', paths: followed('BUG: KFENCE: [a-z -]+ in {f}') },
      { header: lineWith('BUG: KFENCE: (invalid free|memory corruption) in {f}'), title: 'KFENCE: $1 in {function}', paths: followed('BUG: KFENCE: [a-z -]+ in {f}'), stackless: true },
    ],
  },
  {
    trigger: 'UBSAN: ',
    rules: [
      { header: /UBSAN: Undefined behaviour in/, title: 'UBSAN: undefined-behaviour in {function}', ...undefinedBehaviour },
      { header: /UBSAN: (.*?) in/, title: 'UBSAN: $1 in {function}', ...undefinedBehaviour },
    ],
  },
  {
    trigger: 'CFI failure at ',
    rules: [{ header: lineWith('CFI failure at {f}'), title: 'CFI failure in {function}', paths: [[lineWith('CFI failure at {f}')], ...trap] }],
  },
];
