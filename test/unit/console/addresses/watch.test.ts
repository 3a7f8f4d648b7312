// Reports of nothing but addresses, read with a System.map: where the kernel lay, what is named, what is shown.
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../../src/console/watch.ts';
import type { Crash } from '../../../../src/model/console.ts';
import { readMap } from '../../../../src/symbols/map.ts';
import { createSymbols } from '../../../../src/symbols/table.ts';

const mapOf = (text: string) => createSymbols('System.map', readMap(text).symbols);
const map = mapOf('ffffffff81000000 T _text\nffffffff81000100 T asm_exc_page_fault\nffffffff81000200 t broken_read\nffffffff81000300 T vfs_read\nffffffff81000400 T ksys_read\nffffffff81000500 T do_syscall_64\nffffffff81000600 D _etext\n');

const oops = (moved = 0n): readonly string[] => {
  const at = (low: bigint): string => `0x${(0xffffffff81000000n + moved + low).toString(16)}`;
  return [
    'BUG: kernel NULL pointer dereference, address: 0000000000000000', '#PF: supervisor read access in kernel mode', 'Oops: 0000 [#1] PREEMPT SMP', 'CPU: 0 PID: 7 Comm: cat Not tainted 6.1.0',
    `RIP: 0010:${at(0x212n)}`, 'Code: 00 00', 'Call Trace:', ' <TASK>', ` ? ${at(0x110n)}`, ` ${at(0x400n)}`, ` ${at(0x444n)}`, ` ${at(0x555n)}`, ' </TASK>', '---[ end trace 0000000000000000 ]---',
  ];
};
const printed = (lines: readonly string[]): string => lines.map((line, index) => `[    1.${String(index).padStart(6, '0')}] ${line}\n`).join('');

function read(text: string, symbols = map) {
  const watch = createWatch([], symbols);
  for (const byte of Buffer.from(text)) watch.push(Uint8Array.of(byte));
  const crashes = watch.end().findings.filter((finding): finding is Crash => finding.kind === 'crash');
  return { crashes, titles: crashes.map(({ title }) => title), watch };
}
const title = 'BUG: unable to handle kernel NULL pointer dereference in broken_read';

describe('reports of a kernel that prints no names', () => {
  it('are named where the addresses lie in the functions of the map', () => {
    const { crashes, watch } = read(printed(oops()));
    expect(crashes).toMatchObject([{ title, function: 'broken_read', line: 1, endLine: 14 }]);
    expect(crashes[0]).not.toHaveProperty('corrupted');
    const shown = watch.excerpt({ line: 1, endLine: 14 }).map(({ text }) => text.slice(15));
    expect(shown).toContain('RIP: 0010:broken_read+0x12/0x100');
    // A call at the very end of a function returns behind it.
    expect(shown.filter((line) => line.includes('+'))).toEqual(['RIP: 0010:broken_read+0x12/0x100', ' ? asm_exc_page_fault+0x10/0x100', ' vfs_read+0x100/0x100', ' ksys_read+0x44/0x100', ' do_syscall_64+0x55/0x100']);
  });

  it('are named where the kernel was moved and says so after the report', () => {
    const moved = 0x13c00000n;
    const panic = ['Kernel panic - not syncing: Fatal exception', `Kernel Offset: 0x${moved.toString(16)} from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)`, '---[ end Kernel panic - not syncing: Fatal exception ]---'];
    const { crashes, watch } = read(printed([...oops(moved), ...Array.from({ length: 90 }, (_, index) => `usb 1-${index}: something else`), ...panic]));
    expect(crashes).toMatchObject([{ title, panicked: true }]);
    expect(watch.excerpt({ line: 1, endLine: 14 }).some(({ text }) => text.includes('RIP: 0010:broken_read+0x12/0x100'))).toBe(true);
    expect(watch.unplaced()).toBe(false);
  });

  it('are named by what /proc/kallsyms of another boot says, which had been moved as well', () => {
    const kallsyms = mapOf('ffffffff92000000 T _text\nffffffff92000200 t broken_read\nffffffff92000300 T vfs_read\nffffffff92000400 T x\nffffffff92000600 D _etext\n');
    expect(read(printed([...oops(0x13c00000n), 'Kernel panic - not syncing: Fatal exception', 'Kernel Offset: 0x13c00000 from 0xffffffff81000000'])).titles).toEqual([title]);
    expect(read(printed([...oops(0x13c00000n), 'Kernel panic - not syncing: Fatal exception', 'Kernel Offset: 0x13c00000 from 0xffffffff81000000']), kallsyms).titles).toEqual([title]);
  });

  it('are named by a line that holds both address and name', () => {
    const moved = 0x600000n;
    const pair = ` [<${(0xffffffff81000520n + moved).toString(16)}>] do_syscall_64+0x20/0x100`;
    expect(read(printed(oops(moved).toSpliced(10, 0, pair))).titles).toEqual([title]);
  });

  it('of two boots each have their own place', () => {
    const banner = 'Linux version 6.1.0 (x@y) (gcc) #1 SMP';
    const boot = (moved: bigint) => [banner, 'Command line: console=ttyS0', ...oops(moved), 'Kernel panic - not syncing: Fatal exception', `Kernel Offset: 0x${moved.toString(16)} from 0xffffffff81000000`];
    expect(read(`${printed(boot(0x200000n))}${printed(boot(0x1000000n))}`).titles.filter((one) => one === title)).toHaveLength(2);
  });

  it('keep their addresses where nothing tells the place, which is said', () => {
    const { crashes, watch } = read(printed(oops(0x13c00000n)));
    expect(crashes).toMatchObject([{ title: 'BUG: unable to handle kernel NULL pointer dereference in corrupted', corrupted: true }]);
    expect(watch.excerpt({ line: 1, endLine: 14 }).some(({ text }) => text.includes('RIP: 0010:0xffffffff94c00212'))).toBe(true);
    expect(watch.unplaced()).toBe(true);
  });

  it('have a place in their function, before the call where it is a caller', () => {
    expect(read(printed(oops())).watch.placeOf({ line: 1 })).toBe(0xffffffff81000212n);
    expect(read(printed(oops(0x600000n).toSpliced(10, 0, ` [<${(0xffffffff81600520n).toString(16)}>] do_syscall_64+0x20/0x100`))).watch.placeOf({ line: 1 })).toBe(0xffffffff81000212n);
    const named = ['BUG: sleeping function called from invalid context at mm/slab.h:1', 'in_atomic(): 1', 'Call Trace:', ' dump_stack+0x1/0x2', ' ___might_sleep+0x1/0x2', ' broken_read+0x12/0x100', ' vfs_read+0x44/0x100'];
    const { titles, watch } = read(printed(named));
    expect(titles).toEqual(['BUG: sleeping function called from invalid context in broken_read']);
    expect(watch.placeOf({ line: 1 })).toBe(0xffffffff81000211n);
    expect(watch.placeOf({ line: 2 })).toBeUndefined();
    // Of another build: the function has another size.
    expect(read(printed(named.map((line) => line.replace('0x12/0x100', '0x12/0x110')))).watch.placeOf({ line: 1 })).toBeUndefined();
  });

  it('are told from what a program prints by their stack', () => {
    const lines = [...Array.from({ length: 5 }, (_, index) => `[    0.00000${index}] kernel`), ...oops()].join('\n');
    expect(read(`${lines}\n`).titles).toEqual([title]);
    expect(read(`${lines.replaceAll('0xffffffff81', '0xffffffff99')}\n`).titles).toEqual([]);
  });
});
