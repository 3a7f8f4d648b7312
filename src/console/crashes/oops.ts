// Faults of the kernel itself: bad pointers and traps, in the words of each architecture.
import { trap } from './rule.ts';
import type { CrashFamily, CrashRule } from './rule.ts';

const nullPointer = { title: 'BUG: unable to handle kernel NULL pointer dereference in {function}', type: 'NULL-POINTER-DEREFERENCE', where: trap } as const;
const paging = { title: 'BUG: unable to handle kernel paging request in {function}', type: 'MEMORY_SAFETY_BUG', where: trap } as const;
const userMemory = { title: 'BUG: unable to handle kernel access to user memory in {function}', type: 'UNKNOWN', where: trap } as const;

/** What die() prints ends in a counter: `general protection fault: 0000 [#1] SMP`. */
const died = (header: RegExp, title: string, follows = false): CrashRule => ({ header, title, type: 'DoS', where: trap, ...(follows ? { follows } : undefined) });

// arm, arm64, riscv, powerpc begin with these words; x86 before 5.1 put `BUG: ` in front.
const badPointers: readonly CrashRule[] = [
  { header: /nable to handle kernel NULL pointer dereference|BUG: kernel NULL pointer dereference/i, ...nullPointer },
  { header: /nable to handle (?:kernel paging request|page fault for address|kernel data access|unknown paging fault|kernel instruction fetch|paging request)/i, ...paging },
  { header: /nable to handle kernel access to user memory/i, ...userMemory },
  // Printed in two parts: the second is lost.
  { header: /nable to handle kernel\b/i, title: 'BUG: unable to handle kernel', type: 'UNKNOWN', corrupted: true },
];

export const oopsFamilies: readonly CrashFamily[] = [
  { trigger: 'Unable to handle ', rules: badPointers },
  { trigger: 'BUG: ', not: /DEBUG: /, rules: badPointers },
  {
    trigger: '[#',
    // A program's own fault: `traps: comm[1] general protection fault ip:… sp:…`.
    not: /\bip:[0-9a-f]+ sp:|^traps: /,
    rules: [
      died(/general protection fault\b.*:/, 'general protection fault in {function}'),
      died(/stack segment(?: fault)?: /, 'stack segment fault in {function}'),
      died(/divide[_ ]error: /, 'divide error in {function}'),
      died(/invalid opcode: /, 'invalid opcode in {function}', true),
      died(/Internal error: /, 'Internal error in {function}', true),
      died(/\bOops(?: - .{1,40})?(?:: | ?\[)/, 'Oops in {function}', true),
      // s390: `illegal operation: 0001 ilc:1 [#1]`.
      died(/^([a-z][a-z -]{3,40}): [0-9a-f]{4} ilc:\d+ \[#/, '$1 in {function}', true),
    ],
  },
  // Cut off or in words of its own: `general protection fault: maybe for address 0x…`.
  { trigger: 'general protection fault', not: /\bip:[0-9a-f]+ sp:|^traps: /, rules: [died(/general protection fault.*:/, 'general protection fault in {function}')] },
  {
    trigger: 'Unhandled ',
    rules: [
      died(/Unhandled fault/, 'Unhandled fault in {function}'),
      died(/Unhandled prefetch abort/, 'Unhandled prefetch abort in {function}'),
      died(/Unhandled 64-bit el1/, 'Unhandled exception in {function}'),
    ],
  },
  { trigger: 'Bad mode in ', rules: [{ header: /Bad mode in /, title: 'kernel panic: bad mode', type: 'DoS' }] },
  { trigger: 'SError Interrupt on CPU', rules: [died(/SError Interrupt on CPU/, 'SError Interrupt in {function}')] },
  { trigger: 'Insufficient stack space', rules: [died(/Insufficient stack space to handle exception/, 'kernel stack overflow in {function}')] },
];
