// Lines as kernels without kallsyms print them, and as kernels with it would have.
import { describe, expect, it } from 'vitest';
import { bareAddresses, nameAddresses, namedAddress } from '../../../../src/console/addresses/bare.ts';

/** Says which address was asked for, and that a call returns there. */
const named = (line: string): string => nameAddresses(line, (address, returned) => `f${(address & 0xfffn).toString(16)}${returned ? '_r' : ''}+0x1/0x2`);
const f = (name: string): string => `${name}+0x1/0x2`;

describe('a line with bare addresses', () => {
  it.each([
    [' 0xffffffff81234567', ` ${f('f567_r')}`],
    [' ? 0xffffffff81234567', ` ? ${f('f567_r')}`],
    [' <IRQ> 0xffffffff81234567', ` <IRQ> ${f('f567_r')}`],
    ['[    1.234567][  T12]  0xffff800080012345 (P)', `[    1.234567][  T12]  ${f('f345_r')} (P)`],
    [' [<ffffffff81234567>] ? 0xffffffff81234567', ` [<ffffffff81234567>] ? ${f('f567_r')}`],
    ['[<ffffffff80003dc2>] 0xffffffff80003dc2', `[<ffffffff80003dc2>] ${f('fdc2_r')}`],
    ['[c000000012345678] [c000000000012345] 0xc000000000012345 (unreliable)', `[c000000012345678] [c000000000012345] ${f('f345_r')} (unreliable)`],
    [' [<c0123456>]', ` [<c0123456>] ${f('f456_r')}`],
  ])('is a frame: %s', (line, wanted) => {
    expect(named(line)).toBe(wanted);
  });

  it.each([
    ['RIP: 0010:0xffffffff81234567', `RIP: 0010:${f('f567')}`],
    ['RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] 0xffffffff81234567', `RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] ${f('f567')}`],
    ['EIP: 0xc0123456', `EIP: ${f('f456')}`],
    ['IP: 0xffffffff81234567', `IP: ${f('f567')}`],
    ['PC is at 0xc0123456', `PC is at ${f('f456')}`],
    ['pc : [<c0123456>]    lr : [<c0234567>]    psr: 60000013', `pc : [<c0123456>] ${f('f456')}    lr : [<c0234567>] ${f('f567')}    psr: 60000013`],
    ['pc : 0xffff800080012345', `pc : ${f('f345')}`],
    ['epc : 0xffffffff80003dc2', `epc : ${f('fdc2')}`],
    ['WARNING: CPU: 0 PID: 1 at kernel/fork.c:12 0xffffffff81234567', `WARNING: CPU: 0 PID: 1 at kernel/fork.c:12 ${f('f567')}`],
    ['BUG: KASAN: use-after-free in 0xffffffff81234567', `BUG: KASAN: use-after-free in ${f('f567')}`],
    [' #0: ffff888012345678 (&p->lock){+.+.}, at: 0xffffffff81234567', ` #0: ffff888012345678 (&p->lock){+.+.}, at: ${f('f567')}`],
    ['Function entered at [<c0123000>] from [<c0234567>]', `[<c0123000>] (f0) from [<c0234567>] (${f('f567_r')})`],
  ])('names an instruction: %s', (line, wanted) => {
    expect(named(line)).toBe(wanted);
  });

  it.each([
    ' schedule+0x12345678/0xffffffff81234567',
    ' [<ffffffff81234567>] schedule+0x1a/0x90',
    '[<c0123456>] (memset) from [<c0234567>] (n_tty_open+0x154/0x3c4)',
    'RAX: ffffffff81234567 RBX: 0000000000000000',
    'RIP: 0033:0x00007f1234567890',
    'Kernel Offset: 0x1a400000 from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)',
    'Code: 41 29 d5 <0f> 0b',
    'error_code: 0x1234',
    'a number of 12 digits: 0x123456789012',
  ])('has none: %s', (line) => {
    expect(nameAddresses(line, () => undefined)).toBe(line);
    expect(named(line)).toBe(line);
  });

  it('stays byte for byte where no name is found', () => {
    for (const line of ['Function entered at [<c0123456>] from [<c0234567>]', 'pc : [<c0123456>]    lr : [<c0234567>]', ' ? 0xffffffff81234567\t']) expect(nameAddresses(line, () => undefined)).toBe(line);
  });

  it('tells which of them calls return to', () => {
    expect(bareAddresses('RIP: 0010:0xffffffff81234567')).toEqual([{ address: 0xffffffff81234567n, returned: false }]);
    expect(bareAddresses(' ? 0xffffffff81234567')).toEqual([{ address: 0xffffffff81234567n, returned: true }]);
  });
});

describe('a line with address and name', () => {
  it('tells where the function begins', () => {
    expect(namedAddress(' [<ffffffff81234567>] ? schedule+0x67/0x90')).toEqual({ name: 'schedule', address: 0xffffffff81234500n });
    expect(namedAddress('NIP [c000000000012345] memcpy+0x45/0x90')).toEqual({ name: 'memcpy', address: 0xc000000000012300n });
    // A module's place says nothing of the kernel's.
    expect(namedAddress(' [<ffffffffa0001010>] ext4_iget+0x10/0x90 [ext4]')).toBeUndefined();
    expect(namedAddress(' schedule+0x67/0x90')).toBeUndefined();
  });
});
