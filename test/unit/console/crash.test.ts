import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crashesOf } from './read.ts';

const hangs = new URL('../../corpus/hang/', import.meta.url);

const stamp = (text: string): string => text.trim().split('\n').map((line, index) => `[   12.${String(345678 + index)}] ${line}\n`).join('');

const x86Null = `
BUG: kernel NULL pointer dereference, address: 0000000000000000
#PF: supervisor write access in kernel mode
Oops: 0002 [#1] PREEMPT SMP NOPTI
CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1
RIP: 0010:sysrq_handle_crash+0x12/0x20
Code: c7 05
RSP: 0018:ffffc9000000be28 EFLAGS: 00010246
Call Trace:
 <TASK>
 __handle_sysrq.cold+0x9b/0xcc
 write_sysrq_trigger+0x24/0x40
 </TASK>
---[ end trace 0000000000000000 ]---
RIP: 0010:sysrq_handle_crash+0x12/0x20
Kernel panic - not syncing: Fatal exception`;

const arm64Null = `
Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010
Mem abort info:
  ESR = 0x0000000096000044
Internal error: Oops: 0000000096000044 [#1] SMP
CPU: 0 PID: 1 Comm: sh Not tainted 6.1.0 #1
pstate: 60000005 (nZCv daif -PAN -UAO -TCO -DIT -SSBS BTYPE=--)
pc : my_driver_probe+0x24/0x50 [my_driver]
lr : platform_probe+0x70/0xe0
Call trace:
 my_driver_probe+0x24/0x50 [my_driver]
 platform_probe+0x70/0xe0
---[ end trace 0000000000000000 ]---`;

const armPaging = `
8<--- cut here ---
Unable to handle kernel paging request at virtual address deadbeef
pgd = (ptrval)
Internal error: Oops: 5 [#1] SMP ARM
CPU: 0 PID: 1 Comm: sh Not tainted 5.10.0 #1
PC is at my_write+0x18/0x40
LR is at vfs_write+0xc4/0x400
pc : [<c0101234>]    lr : [<c0305678>]    psr: 60000013
[<c0101234>] (my_write) from [<c0305678>] (vfs_write+0xc4/0x400)`;

const riscvPaging = `
Unable to handle kernel paging request at virtual address 0000000000001000
Oops [#1]
CPU: 0 PID: 1 Comm: sh Not tainted 6.6.0 #1
epc : my_read+0x12/0x30
 ra : vfs_read+0xa0/0x200
status: 0000000200000120 badaddr: 0000000000001000 cause: 000000000000000d`;

const warnOld = `
------------[ cut here ]------------
WARNING: CPU: 1 PID: 99 at drivers/net/foo.c:123 foo_open+0x10/0x20 [foo]
Modules linked in: foo
CPU: 1 PID: 99 Comm: ip Not tainted 6.1.0 #1
RIP: 0010:foo_open+0x10/0x20 [foo]
Call Trace:
 dev_open+0x1/0x2
---[ end trace 0000000000000000 ]---`;

const warnNew = warnOld.replace(/WARNING: .*/, 'WARNING: [ret < 0] drivers/net/foo.c:123 at foo_open+0x10/0x20 [foo], CPU#1: ip/99');

const titles: readonly (readonly [string, string, string, string, boolean])[] = [
  ['x86 NULL pointer, then a panic', x86Null, 'BUG: unable to handle kernel NULL pointer dereference in sysrq_handle_crash', 'NULL-POINTER-DEREFERENCE', true],
  ['x86 NULL pointer of 4.x', x86Null.replace(/BUG: .*/, 'BUG: unable to handle kernel NULL pointer dereference at           (null)'), 'BUG: unable to handle kernel NULL pointer dereference in sysrq_handle_crash', 'NULL-POINTER-DEREFERENCE', true],
  ['x86 page fault', x86Null.replace(/BUG: .*/, 'BUG: unable to handle page fault for address: ffffffffdeadbeef'), 'BUG: unable to handle kernel paging request in sysrq_handle_crash', 'MEMORY_SAFETY_BUG', true],
  ['x86 general protection fault', x86Null.replace(/BUG: .*\n.*\nOops.*/, 'general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP'), 'general protection fault in sysrq_handle_crash', 'DoS', true],
  ['x86 general protection fault of 6.10', x86Null.replace(/BUG: .*\n.*\nOops.*/, 'Oops: general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP'), 'general protection fault in sysrq_handle_crash', 'DoS', true],
  ['x86 call of a NULL function', x86Null.replaceAll('RIP: 0010:sysrq_handle_crash+0x12/0x20', 'RIP: 0010:0x0'), 'BUG: unable to handle kernel NULL pointer dereference in __handle_sysrq', 'NULL-POINTER-DEREFERENCE', true],
  ['arm64 NULL pointer', arm64Null, 'BUG: unable to handle kernel NULL pointer dereference in my_driver_probe', 'NULL-POINTER-DEREFERENCE', false],
  ['arm paging request', armPaging, 'BUG: unable to handle kernel paging request in my_write', 'MEMORY_SAFETY_BUG', false],
  ['riscv paging request', riscvPaging, 'BUG: unable to handle kernel paging request in my_read', 'MEMORY_SAFETY_BUG', false],
  ['BUG_ON', `------------[ cut here ]------------\nkernel BUG at fs/foo.c:77!\ninvalid opcode: 0000 [#1] SMP\n${x86Null.split('\n').slice(4).join('\n')}`, 'kernel BUG in sysrq_handle_crash', 'BUG', true],
  ['WARN of 6.1', warnOld, 'WARNING in foo_open', 'WARNING', false],
  ['WARN of 6.19', warnNew, 'WARNING in foo_open', 'WARNING', false],
  ['init that was killed', 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b', 'kernel panic: Attempted to kill init!', 'DoS', true],
  ['no root file system', 'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)', 'kernel panic: VFS: Unable to mount root fs', 'DoS', true],
  ['no init', 'Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.', 'kernel panic: No working init found', 'DoS', true],
  ['an asked-for panic', 'sysrq: Trigger a crash\nKernel panic - not syncing: sysrq triggered crash\nCPU: 0 PID: 1 Comm: init', 'kernel panic: sysrq triggered crash', 'DoS', true],
  ['a panic with numbers', 'Kernel panic - not syncing: foo 0xffff888012345678 at 17 in task 4242', 'kernel panic: foo ADDR at NUM in task NUM', 'DoS', true],
  ['KASAN', 'BUG: KASAN: slab-use-after-free in foo_free+0x1/0x2\nRead of size 8 at addr ffff888012345678 by task sh/1\nCall Trace:\n dump_stack_lvl+0x1/0x2\n kasan_report+0x1/0x2\n foo_free+0x1/0x2\n', 'KASAN: slab-use-after-free Read in foo_free', 'KASAN-USE-AFTER-FREE-READ', false],
  ['a hung task', 'INFO: task sh:123 blocked for more than 120 seconds.\n      Not tainted 6.1.0 #1\ntask:sh state:D stack:0 pid:123 ppid:1\nCall Trace:\n <TASK>\n __schedule+0x1/0x2\n schedule+0x1/0x2\n mutex_lock+0x1/0x2\n foo_ioctl+0x1/0x2\n', 'INFO: task hung in foo_ioctl', 'HANG', false],
  ['a soft lockup', 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [sh:1]\nCPU: 0 PID: 1 Comm: sh\nRIP: 0010:delay_tsc+0x1/0x2\nCall Trace:\n foo_ioctl+0x1/0x2\n vfs_ioctl+0x1/0x2\n __x64_sys_ioctl+0x1/0x2\n do_syscall_64+0x1/0x2\n', 'BUG: soft lockup in foo_ioctl', 'HANG', false],
];

describe('crash reports', () => {
  it.each(titles)('are named: %s', (_, text, title, type, panicked) => {
    for (const console of [text.trim(), stamp(text)]) expect(crashesOf(console)).toMatchObject([{ title, type, panicked }]);
  });

  it('are named the same with caller ids while another CPU prints between the lines', () => {
    const lines = x86Null.trim().split('\n').flatMap((line) => [`[   12.345678][    T1] ${line}`, '[   12.345679][   C1] innocent_function+0x1/0x2']);
    expect(crashesOf(lines.join('\n'))).toMatchObject([{ title: titles[0]?.[2], panicked: true }]);
  });

  it('are found where user space had begun the line', () => {
    expect(crashesOf(`# ls[   12.345678] Kernel panic - not syncing: sysrq triggered crash\n`)).toMatchObject([{ title: 'kernel panic: sysrq triggered crash', line: 1 }]);
  });

  it('are reported one by one', () => {
    expect(crashesOf(`${stamp(warnOld)}${stamp(warnOld).replaceAll('foo_open', 'bar_open')}${stamp(arm64Null)}`).map((crash) => [crash.title, crash.line])).toEqual([
      ['WARNING in foo_open', 2], ['WARNING in bar_open', 10], ['BUG: unable to handle kernel NULL pointer dereference in my_driver_probe', 17],
    ]);
  });

  it('say that they are cut off', () => {
    expect(crashesOf('BUG: unable to handle page fault for address: ffff\n')).toMatchObject([{ title: 'BUG: unable to handle kernel paging request in corrupted', corrupted: true }]);
  });

  it.each([
    ['advice', 'WARNING: CPU frequency is low'],
    ['mitigations', 'Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible via Spectre v2 BHB attacks!'],
    ['a deprecated mount option', 'WARNING: the mand mount option is being deprecated and'],
    ['lockdep that is off', 'INFO: lockdep is turned off.'],
    ["a program's own fault", 'traps: foo[123] general protection fault ip:4005d4 sp:7ffd error:0 in foo[400000+1000]'],
    ["a program's segfault", 'foo[123]: segfault at 0 ip 00000000004005d4 sp 00007ffd error 4 in foo[400000+1000]'],
    ["a program's division", 'traps: foo[123] trap divide error ip:4005d4 sp:7ffd error:0'],
    ['a slow interrupt', 'perf: interrupt took too long (3985 > 3976), lowering kernel.perf_event_max_sample_rate to 50000'],
    ['a slow NMI handler', 'INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.356 msecs'],
    ['an alignment fault of a program', 'Alignment trap: sh (7) PC=0x00010444 Instr=0xe5910000 Address=0x00000001 FSR 0x001'],
    ['a rule', '============================='],
    ['debug output', 'DEBUG: something'],
    ['a name', 'panic:1, dump:2'],
    ['an option', 'Command line: console=ttyS0 panic=-1 oops=panic panic_on_warn=1'],
  ])('are not seen in %s', (_, line) => {
    expect(crashesOf(`${line}\n`)).toEqual([]);
    expect(crashesOf(`[   12.345678] ${line}\n`)).toEqual([]);
  });

  // Whoever asked: a test of the guest that writes to /proc/sysrq-trigger, or somebody at the console.
  it.each(readdirSync(hangs).filter((name) => name.endsWith('.log')))('are not seen in what a kernel answers to magic keys: %s', (name) => {
    const answers = readFileSync(new URL(name, hangs), 'latin1');
    expect(answers).toMatch(/sysrq ?: Show/i);
    expect(crashesOf(answers)).toEqual([]);
    expect(crashesOf(`${answers}${stamp('sysrq: Trigger a crash')}${stamp('Kernel panic - not syncing: sysrq triggered crash')}`)).toMatchObject([{ title: 'kernel panic: sysrq triggered crash', panicked: true }]);
  });

  const boot = '[    0.000000] Linux version 6.1.0\n[    0.100000] a\n[    0.200000] b\n[    0.300000] c\n';

  it('are not made by a program that prints like the kernel', () => {
    expect(crashesOf(`${boot}  BUG: soft lockup, said the test\nKernel panic - not syncing: he said\nWARNING: CPU: 1 PID: 1 at a.c:1 f+0x1/0x2\n`)).toEqual([]);
  });

  it('count without a prefix when they bring their stack: the kernel may have been told to print no times', () => {
    expect(crashesOf(`${boot}${x86Null.trim()}\n`)).toMatchObject([{ title: titles[0]?.[2], panicked: true, line: 5 }]);
  });

  it('count when a program repeats what the kernel said', () => {
    expect(crashesOf(`${boot}$ dmesg\n${stamp(warnOld)}$ \n`)).toMatchObject([{ title: 'WARNING in foo_open' }]);
  });

  it('reach from the line that cuts them off to their last', () => {
    expect(crashesOf(`${stamp('before')}${stamp(warnOld)}${stamp('after')}`)).toMatchObject([{ startLine: 2, line: 3, endLine: 9 }]);
    expect(crashesOf(`before\n${armPaging.trim()}\nafter\n`)).toMatchObject([{ startLine: 2, line: 3, endLine: 10 }]);
    expect(crashesOf(`before\n==================================================================\nBUG: KCSAN: data-race in a / b\n`)).toMatchObject([{ startLine: 2, line: 3 }]);
    expect(crashesOf(`------------[ cut here ]------------\n${'x\n'.repeat(30)}BUG: Bad page state\n`)[0]).not.toHaveProperty('startLine');
  });

  it('take the panic that they end in, and no other', () => {
    const panic = (text: string): string => stamp(`Kernel panic - not syncing: ${text}\nCPU: 0 PID: 1 Comm: x\nCall Trace:\n panic+0x1/0x2\n dump+0x1/0x2`);
    const noise = stamp('hello\n'.repeat(300));
    const names = (text: string): readonly unknown[] => crashesOf(text).map((crash) => [crash.title, crash.panicked]);
    expect(names(stamp(warnOld) + panic('panic_on_warn set ...'))).toEqual([['WARNING in foo_open', true]]);
    expect(names(stamp(warnOld) + noise + panic('panic_on_warn set ...'))).toEqual([['WARNING in foo_open', true]]);
    expect(names(stamp(arm64Null) + panic('Attempted to kill init! exitcode=0x0000000b'))).toEqual([[titles[6]?.[2], true]]);
    expect(names(stamp(warnOld) + noise + panic('Attempted to kill init! exitcode=0x0000000b'))).toEqual([['WARNING in foo_open', false], ['kernel panic: Attempted to kill init!', true]]);
  });

  it('of one task that go on are one, of two CPUs two', () => {
    const mixed = (one: string, other: string): string => warnOld.trim().split('\n').flatMap((line) => [`[    1.000000][${one}] ${line}`, `[    1.000000][${other}] ${line.replaceAll('foo_open', 'bar_open')}`]).join('\n');
    expect(crashesOf(mixed('    T1', '    T2')).map((crash) => crash.title)).toEqual(['WARNING in foo_open', 'WARNING in bar_open']);
    expect(crashesOf(`${stamp('Unable to handle kernel paging request at virtual address dead0000')}${stamp('Internal error: Oops: 96000044 [#1] SMP')}`)).toHaveLength(1);
  });

  it('that another interrupts say that they are damaged', () => {
    expect(crashesOf(stamp(`BUG: unable to handle page fault for address: ffffffff0001eea6\n${warnOld.trim()}`))).toMatchObject([
      { title: 'BUG: unable to handle kernel paging request in corrupted', corrupted: true }, { title: 'WARNING in foo_open' },
    ]);
  });

  it.each([
    ['BIOS', 'No bootable device.', 'firmware: no bootable device'],
    ['UEFI', 'BdsDxe: No bootable option or device was found.', 'firmware: no bootable device'],
  ])('tell that %s found nothing to boot', (_, line, title) => {
    expect(crashesOf(`${line}\n`)).toMatchObject([{ title, type: 'BOOT' }]);
  });
});
