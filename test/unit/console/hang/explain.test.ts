// Guests that were made to hang, and what they answered: test/corpus/hang holds their hang.log.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswers } from '../../../../src/console/hang/answers.ts';
import { explainHang, isExplained } from '../../../../src/console/hang/explain.ts';
import { readMap } from '../../../../src/symbols/map.ts';
import { createSymbols } from '../../../../src/symbols/table.ts';
import { takeNames } from '../../symbols/nameless.ts';
import type { MachineAnswers } from '../../../../src/model/hang.ts';

const folder = new URL('../../../corpus/hang/', import.meta.url);
const nothing: MachineAnswers = { cpus: [], unmasked: [] };
const running = { pc: 'ffff800010418f5c', masked: true, halted: false };
const stuck: MachineAnswers = { cpus: [[running, running, running]], unmasked: [0] };
const secondStuck: MachineAnswers = { cpus: [[{ ...running, halted: true }], [running, running, running]], unmasked: [1] };
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

describe('explainHang', () => {
  const expected: Readonly<Record<string, string>> = {
    dstate: 'blocked-task: task sh:PID blocked in mnt_want_write',
    halt: 'spinning: CPU 0 spinning in machine_halt with interrupts off (task busybox:PID)',
    // Its init waited for input, and was not asked for: the first look at its CPU fell into an interrupt.
    softirq: 'idle: ',
    initreads: 'waiting-for-input: init waits for input in n_tty_read',
    // When it was let take interrupts, the look at its CPU fell into those that had waited.
    letin: 'spinning: CPU 0 spinning at 0xffffffff020f1044 with interrupts off (task insmod:PID)',
    spin: 'spinning: CPU 0 spinning in dummy_init_module with interrupts off (task insmod:PID)',
    smp: 'spinning: CPU 1 spinning in dummy_init_module with interrupts off (task insmod:PID)',
    usersp: 'spinning: CPU 0 spinning in user space (task sh:PID)',
  };

  const machines: Readonly<Record<string, MachineAnswers>> = { smp: secondStuck, halt: stuck, spin: stuck, letin: { cpus: [Array(3).fill({ ...running, pc: 'ffffffff020f1044' })], unmasked: [0] } };

  it.each(readdirSync(folder).filter((name) => name.endsWith('.log')))('names where the guest of %s hung', (name) => {
    const [kind = ''] = name.split('-');
    const hang = explainHang(machines[kind] ?? nothing, readAnswers(read(name)));
    expect(`${hang.cause}: ${hang.where ?? ''}`.replace(/:\d+\b/, ':PID')).toBe(expected[kind]);
    expect(hang.memory).toMatch(/^\d+ MiB free of 5\d\d MiB$/);
  });

  it.each(readdirSync(folder).filter((name) => name.endsWith('.log')))('reads %s of a kernel that prints no names by its symbols', (name) => {
    const { text, map } = takeNames(read(name));
    const symbols = createSymbols('System.map', readMap(map).symbols);
    for (const machine of [nothing, stuck, secondStuck]) expect(explainHang(machine, readAnswers(text, symbols))).toEqual(explainHang(machine, readAnswers(read(name))));
  });

  it('says that a machine is halted where no CPU runs and the kernel is silent', () => {
    const halted = { ...running, halted: true };
    const hang = explainHang({ cpus: [[halted, halted], [halted, halted]], unmasked: [] }, readAnswers(''));
    expect(hang).toMatchObject({ cause: 'halted', where: 'every CPU is halted and the kernel does not answer' });
  });

  it('takes what a later look tells of a CPU whose first one fell into the interrupts that had waited', () => {
    const look = /# sysrq p\n[^]*?(?=# sysrq l)/;
    const text = read('letin-riscv64-6.12.log').replace(look, (first) => `${first}${look.exec(read('spin-riscv64-6.12.log'))?.[0] ?? ''}`);
    expect(explainHang(stuck, readAnswers(text)).where).toMatch(/^CPU 0 spinning in dummy_init_module with interrupts off/);
  });

  it('takes a CPU that was halted at each look from outside for idle, whatever interrupt its answer came in', () => {
    const rests = { ...running, halted: true };
    const kernel = readAnswers('sysrq: Show Regs\nCPU: 0 UID: 0 PID: 0 Comm: swapper/0 Not tainted 6.12\nepc : lock_timer_base+0x0/0xd2\n[<ffffffff800dd09c>] lock_timer_base+0x0/0xd2\n');
    expect(explainHang({ cpus: [[rests, rests, rests]], unmasked: [] }, kernel)).toMatchObject({ cause: 'idle', cpus: [{ state: 'idle' }] });
    expect(explainHang({ cpus: [[rests, running, rests]], unmasked: [] }, kernel)).toMatchObject({ cause: 'spinning', function: 'lock_timer_base' });
    expect([rests, running].map((last) => isExplained({ cpus: [[rests, last]], unmasked: [] }, kernel))).toEqual([false, true]);
  });

  it('says where a CPU spins though the kernel does not answer', () => {
    expect(explainHang(stuck, readAnswers('')).where).toBe('CPU 0 spinning at 0xffff800010418f5c with interrupts off');
  });

  it('knows nothing where nothing was answered', () => {
    expect(explainHang(nothing, readAnswers(''))).toEqual({ cause: 'unknown', cpus: [], blocked: [] });
  });

  it('tells the task that sleeps last from those that wait for it', () => {
    const task = (name: string, pid: number, frame: string): string => `task:${name}  state:S stack:0 pid:${pid} tgid:${pid} ppid:1 flags:0x0\nCall trace:\n schedule+0x1/0x2\n ${frame}+0x1/0x2\n`;
    const text = `sysrq: Show State\n${task('sh', 70, 'do_wait')}${task('nc', 71, 'inet_csk_accept')}${task('awk', 72, 'pipe_read')}`;
    expect(explainHang(nothing, readAnswers(text))).toMatchObject({ cause: 'idle', where: 'task nc:71 waits in inet_csk_accept' });
  });

  it('takes for the place of a busy CPU what it was in each time', () => {
    const look = (...frames: readonly string[]): string => ['sysrq: Show backtrace of all active CPUs', 'NMI backtrace for cpu 0', 'CPU: 0 PID: 9 Comm: x Not tainted 6.12', 'Call trace:', ' el1h_64_irq+0x1/0x2', ...frames.map((name) => ` ${name}+0x1/0x2`)].join('\n');
    const where = (...looks: readonly string[]): string | undefined => explainHang(nothing, readAnswers(looks.join('\n'))).where;
    expect(where(look('udelay_loop', 'my_poll', 'my_ioctl'), look('readl_relaxed', 'my_poll', 'my_ioctl'))).toBe('CPU 0 spinning in my_poll (task x:9)');
    expect(where(look('tick_handler'), look())).toBe('CPU 0 spinning in user space (task x:9)');
  });

  it('never throws, and passes on no control character', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('sysrq: Show State', 'sysrq: Show Blocked State', 'sysrq: Show backtrace of all active CPUs', 'NMI backtrace for cpu 99999999', 'CPU: 0 PID: 1 Comm: \x1b[2Jx Not tainted', 'task:\x1b]0;x\x07  state:D stack:0 pid:7 ppid:1 flags:0', ' n_tty_read+0x1/0x2'))), (lines) => {
      const kernel = readAnswers(lines.join('\n'));
      isExplained(nothing, kernel);
      expect(explainHang(stuck, kernel).where).not.toMatch(/[\0-\x1f]/);
    }));
  });
});

describe('isExplained', () => {
  it.each([['dstate-x86_64-6.12.log', true], ['initreads-x86_64-5.10.log', false], ['softirq-riscv64-6.12.log', false]])('of %s is %s before all tasks are listed', (name, expected) => {
    expect(isExplained(nothing, readAnswers(read(name).split('# sysrq t')[0] ?? ''))).toBe(expected);
  });
});
