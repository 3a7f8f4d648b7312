import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { qemuCommand } from '../../../src/boot/command.ts';
import type { BootPlan } from '../../../src/model/boot.ts';

const plan = (binary: string, argv: readonly string[]): BootPlan => ({ cell: 'c', arch: 'a', accel: 'tcg', binary, argv, kernel: 'k', initrd: 'i', cmdline: '', memory: 512 * 1024 ** 2, limits: { bootMs: 1, silenceMs: 1, totalMs: 1 } });

it('is one line that a shell reads as the words of the plan', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((word) => !/[\0\n]/.test(word)), { maxLength: 6 }), (words) => {
      const line = qemuCommand(plan('printf', ['%s\\0', ...words]));
      expect(line).not.toContain('\n');
      const read = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).split('\0');
      expect(read).toEqual([...words, '-serial', 'mon:stdio', '']);
    }),
    { numRuns: 50 },
  );
});

it('leaves plain words unquoted', () => {
  expect(qemuCommand(plan('qemu-system-arm', ['-m', '512M', '-append', "a b'c"]))).toBe("qemu-system-arm -m 512M -append 'a b'\\''c' -serial mon:stdio");
});

it('makes the drives that are written to, and their folder', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'kit-test-command-')), 'it is new');
  execFileSync('/bin/sh', ['-c', qemuCommand({ ...plan('true', []), scratch: [{ path: join(folder, 'drive.img'), bytes: 8192 }] })]);
  expect((await stat(join(folder, 'drive.img'))).size).toBe(8192);
  await rm(dirname(folder), { recursive: true });
});
