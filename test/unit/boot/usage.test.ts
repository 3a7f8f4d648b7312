import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readUsage, watchUsage } from '../../../src/boot/usage.ts';

const status = 'Name:\tqemu\nVmPeak:\t  900000 kB\nVmHWM:\t  184320 kB\nVmRSS:\t  100000 kB\n';
const stat = (name: string): string => `4711 (${name}) S 1 4711 4711 0 -1 4194304 100 0 0 0 250 31 7 9 20 0 3 0 100 900 500 0\n`;

describe('what a process took', () => {
  it('is its processor time, in user space and in the kernel, and its largest memory', () => {
    expect(readUsage(stat('qemu-system-x86'), status)).toEqual({ cpuMs: 2810, peakMemoryBytes: 184_320 * 1024 });
  });

  it.each(['a b', 'x) S 1', '('])('is read past a program called %j', (name) => {
    expect(readUsage(stat(name), status)?.cpuMs).toBe(2810);
  });

  it('is not known of one that has ended, nor of one that never was', () => {
    expect(readUsage(stat('qemu'), 'Name:\tqemu\nState:\tZ (zombie)\n')).toBeUndefined();
    const none = watchUsage(2 ** 30);
    none.look();
    expect(none.end()).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('is that of a living process', () => {
    const watch = watchUsage(process.pid);
    watch.look();
    const used = watch.end();
    const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
    expect(used?.cpuMs).toBeGreaterThan(0);
    expect(used?.cpuMs).toBeLessThanOrEqual((process.cpuUsage().user + process.cpuUsage().system) / 1000);
    expect(used?.peakMemoryBytes).toBeLessThanOrEqual(peak);
  });
});
