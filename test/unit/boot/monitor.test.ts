import { execFileSync, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { network } from '../../../src/boot/devices.ts';
import { openMonitor, parseForwards } from '../../../src/boot/monitor.ts';

describe('parseForwards', () => {
  it('reads the table of user networks, whatever else is in it', () => {
    const table = 'Hub -1 (net0):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n'
      + '  TCP[ESTABLISHED]   9       127.0.0.1 44001       10.0.2.15  6379     0     0\r\n'
      + '  TCP[HOST_FORWARD]   8       127.0.0.1 34535       10.0.2.15    80     0     0\r\n'
      + '  TCP[HOST_FORWARD]   3       127.0.0.1 34285       10.0.2.15  6379     0     0\r\n'
      + '  UDP[236 sec]        7       10.0.2.15  5353        10.0.2.3    53     0     0\r\n';
    expect([...parseForwards(table)]).toEqual([[80, 34535], [6379, 34285]]);
  });

  it('finds nothing in a table without forwards', () => {
    expect(parseForwards('Hub -1 (net0):\r\n').size).toBe(0);
  });
});

describe('openMonitor', () => {
  it('gives each forwarded port a port of its own, several QEMUs at once, and says when QEMU has gone', async () => {
    const arch = (await loadArchs()).find(({ name }) => name === 'x86_64') ?? expect.fail('no x86_64');
    expect(() => execFileSync(arch.qemu.binary, ['--version']), `${arch.qemu.binary} is needed (Debian: ${arch.qemu.package})`).not.toThrow();
    const machines = Array.from({ length: 3 }, () => {
      const argv = ['-machine', 'q35', '-S', '-nodefaults', '-display', 'none', ...network(arch, [80, 6379]).argv, '-chardev', 'socket,id=qmp,fd=3', '-mon', 'chardev=qmp,mode=control'];
      const child = spawn(arch.qemu.binary, argv, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
      const [, , , qmp] = child.stdio as unknown as [Writable, Readable, Readable, Socket];
      qmp.on('error', () => undefined);
      return { child, monitor: openMonitor(qmp, { onPaused: () => undefined, onShutdown: () => undefined }) };
    });
    const forwards = await Promise.all(machines.map(({ monitor }) => monitor.forwards()));
    const ports = forwards.flatMap((each) => [...each.values()]);
    expect(forwards.map((each) => [...each.keys()])).toEqual([[80, 6379], [80, 6379], [80, 6379]]);
    expect(new Set(ports).size).toBe(6);
    expect(ports.every((port) => port > 1023)).toBe(true);
    for (const { child, monitor } of machines) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      monitor.quit();
      await ended;
      await expect(monitor.forwards()).rejects.toThrow('QEMU has ended');
    }
  });
});
