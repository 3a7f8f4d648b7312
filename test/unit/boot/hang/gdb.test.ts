// Real QEMUs of every architecture, stopped before their first instruction.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../../src/arch/index.ts';
import { attachDebugger, encodePacket } from '../../../../src/boot/hang/gdb.ts';
import { openMonitor, type Monitor } from '../../../../src/boot/monitor.ts';
import type { Arch } from '../../../../src/model/arch.ts';
import { findProgram } from '../../../../src/sys/programs.ts';

const { signal } = new AbortController();

interface Machine {
  readonly monitor: Monitor;
  readonly gdb: Socket;
  [Symbol.asyncDispose](): Promise<void>;
}

function startMachine(arch: Arch, cpus: number): Machine {
  const channels = ['-chardev', 'socket,id=qmp,fd=3', '-mon', 'chardev=qmp,mode=control', '-chardev', 'socket,id=gdb,fd=4'];
  const argv = ['-machine', arch.qemu.machine.tcg, '-accel', 'tcg', '-cpu', arch.qemu.cpu.tcg, '-smp', `${cpus}`, '-S', '-nodefaults', '-display', 'none', ...channels];
  const child = spawn(arch.qemu.binary, argv, { stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const [, , , qmp, gdb] = child.stdio as unknown as [Writable, Readable, Readable, Socket, Socket];
  for (const socket of [qmp, gdb]) socket.on('error', () => undefined);
  const monitor = openMonitor(qmp, { onPaused: () => undefined, onShutdown: () => undefined });
  return {
    monitor,
    gdb,
    async [Symbol.asyncDispose]() {
      monitor.quit();
      await ended;
    },
  };
}

const installed = (await loadArchs()).filter(({ qemu }) => findProgram(qemu.binary) !== undefined);

describe.each(installed.map((arch) => [arch.name, arch] as const))('the debugger of %s', (_, arch) => {
  it('reads where each CPU is, lets interrupts in on one, and lets the machine go', async () => {
    await using machine = startMachine(arch, 2);
    await machine.monitor.ask('human-monitor-command', { 'command-line': 'gdbserver chardev:gdb' });
    const inspector = await attachDebugger(machine.gdb, arch.registers, signal);
    const before = await inspector.sample();
    expect(before).toHaveLength(2);
    // What a CPU is at reset: x86 begins 16 bytes below 1 MiB, riscv in the board's ROM, and no architecture takes interrupts.
    const pc = { x86_64: 'fff0', riscv64: '1000' }[arch.name] ?? '0';
    expect(before[0]).toEqual({ pc, masked: true, halted: false });
    await inspector.unmask(0);
    expect((await inspector.sample()).map(({ masked }) => masked)).toEqual([false, true]);
    await inspector.detach();
    expect(await machine.monitor.ask('query-status')).toMatchObject({ running: true });
  });
});

it('is given up when nobody answers', async () => {
  const [arch] = await loadArchs();
  if (arch === undefined) throw new Error('no architecture');
  await using machine = startMachine(arch, 1);
  // Nobody has started the gdbstub.
  await expect(attachDebugger(machine.gdb, arch.registers, AbortSignal.timeout(50))).rejects.toThrow('the gdbstub did not answer');
});

it('writes packets with their checksum', () => {
  expect(encodePacket('OK')).toBe('$OK#9a');
  expect(encodePacket('')).toBe('$#00');
});
