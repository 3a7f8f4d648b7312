// Faults of the kernel itself: bad pointers and traps, in the words of each architecture.
import { instructionPointer } from './frames.ts';
import { trap } from './rule.ts';
import type { CrashFamily, CrashRule } from './rule.ts';

const access = (header: RegExp, what: string): CrashRule => ({ header, title: `BUG: unable to handle kernel ${what} in {function}`, paths: trap });
/** What die() prints ends in a counter: `general protection fault: 0000 [#1] SMP`. */
const died = (header: RegExp, title: string): CrashRule => ({ header, title: `${title} in {function}`, paths: trap });
/** These name the instruction or nothing. */
const diedAt = (header: RegExp, title: string): CrashRule => ({ header, title: `${title} in {function}`, paths: [[instructionPointer]] });
const follows = (rule: CrashRule): CrashRule => ({ ...rule, follows: true });

// arm, arm64, riscv, powerpc, s390 and mips begin with these words; x86 before 5.1 put `BUG: ` in front.
const badPointers: readonly CrashRule[] = [
  access(/nable to handle kernel NULL pointer dereference|BUG: kernel NULL pointer dereference/i, 'NULL pointer dereference'),
  access(/nable to handle (?:kernel )?(?:paging request|page fault for address|data access|pointer dereference|unknown paging fault|instruction fetch)/i, 'paging request'),
  access(/nable to handle kernel access to user memory/i, 'access to user memory'),
  // Printed in two parts: the second is lost.
  { header: /nable to handle kernel\b/i, title: 'BUG: unable to handle kernel', corrupted: true },
];
const ofProgram = /general protection fault .* error:[0-9a-f]+ in |\bip:[0-9a-f]+ sp:|traps: /;
const protection = died(/general protection fault.*:/, 'general protection fault');

export const oopsFamilies: readonly CrashFamily[] = [
  { trigger: 'Unable to handle ', rules: badPointers },
  { trigger: 'BUG: ', not: /DEBUG: /, rules: badPointers },
  { trigger: 'general protection fault', not: ofProgram, rules: [protection] },
  { trigger: 'Internal error: ', rules: [follows(died(/Internal error: /, 'Internal error'))] },
  {
    trigger: '[#',
    not: ofProgram,
    rules: [
      died(/stack segment: /, 'stack segment fault'),
      diedAt(/divide[ _]error: /, 'divide error'),
      follows(diedAt(/invalid opcode: /, 'invalid opcode')),
      // x86: `alignment check: 0000 [#1]`; s390: `illegal operation: 0001 ilc:1 [#1]`. BUG, too, traps by `monitor event`.
      follows(died(/^(?:Oops: )?([a-z][a-z -]{3,40}): [0-9a-f]{4}(?: ilc:\d+)? \[#\d/, '$1')),
      // powerpc: `Oops: Machine check, sig: 7 [#1]`; mips: `Kernel unaligned instruction access[#1]:`.
      follows(died(/^Oops: ([A-Z][A-Za-z ]+), sig: \d+ \[#\d/, '$1')),
      follows(died(/^Kernel (unaligned instruction access|bug detected|stack overflow)\b.*\[#\d/, 'Kernel $1')),
      { ...follows(died(/\bOops(?: - .{1,40})?(?:: | ?\[)/, 'Oops')), corrupted: true },
    ],
  },
  { trigger: 'Unhandled fault', rules: [died(/Unhandled fault/, 'Unhandled fault')] },
  { trigger: 'Unhandled prefetch abort', rules: [died(/Unhandled prefetch abort/, 'Unhandled prefetch abort')] },
  // The panics that these lead to have the same titles.
  { trigger: 'Unhandled 64-bit el1', rules: [{ header: /Unhandled 64-bit el1/, title: 'kernel panic: Unhandled exception' }] },
  { trigger: 'Unhandled 32-bit el1', rules: [{ header: /Unhandled 32-bit el1/, title: 'kernel panic: Unhandled exception' }] },
  { trigger: 'Bad mode in ', rules: [{ header: /Bad mode in /, title: 'kernel panic: bad mode' }] },
  { trigger: 'SError Interrupt on CPU', rules: [{ header: /SError Interrupt on CPU/, title: 'kernel panic: Asynchronous SError Interrupt' }] },
  { trigger: 'Insufficient stack space', rules: [{ ...died(/Insufficient stack space to handle exception/, 'kernel stack overflow'), choose: 'stall', skip: /bad_stack/ }] },
  // arm; with a program counter it is a program's.
  { trigger: 'Alignment trap: ', not: /PC=0x/, rules: [died(/Alignment trap: /, 'Alignment trap')] },
];
