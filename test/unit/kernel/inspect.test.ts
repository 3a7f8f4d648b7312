// Kernel files told by their bytes, and unpacked.
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { inspectKernel } from '../../../src/kernel/inspect.ts';
import { unpackKernel } from '../../../src/kernel/unpack.ts';
import { unxz } from '../../../src/kernel/xz.ts';
import { arm64Image, bzImage, elf, gzipped, riscvImage, zboot, zImage } from './bytes.ts';

it.each([
  ['bzImage', bzImage(), { format: 'bzimage', arch: 'x86_64', release: '6.1.0-50-cloud-amd64' }],
  ['bzImage of a 32-bit kernel', bzImage('6.1.0-686', 0), { format: 'bzimage', arch: 'i386', release: '6.1.0-686' }],
  ['arm64 Image', arm64Image(), { format: 'arm64-image', arch: 'aarch64', release: '6.12.9-test' }],
  ['riscv Image', riscvImage(), { format: 'riscv-image', arch: 'riscv64', release: '6.12.9-test' }],
  ['arm zImage', zImage(), { format: 'zimage', arch: 'arm' }],
  ['ELF for x86_64', elf(62), { format: 'elf', arch: 'x86_64' }],
  ['ELF for riscv64', elf(243), { format: 'elf', arch: 'riscv64' }],
  ['ELF for nobody', elf(9999), { format: 'elf' }],
  ['EFI zboot', zboot(gzipped(arm64Image())), { format: 'zboot', arch: 'aarch64' }],
  ['EFI zboot of riscv', zboot(gzipped(riscvImage()), 'gzip', 0x5064), { format: 'zboot', arch: 'riscv64' }],
  ['gzip', gzipped(arm64Image()), { format: 'gzip' }],
  ['text', Buffer.alloc(200, 'hello'), { format: 'unknown' }],
  ['nothing', Buffer.alloc(0), { format: 'unknown' }],
])('recognises %s', (_, bytes, expected) => {
  expect(inspectKernel(bytes)).toEqual(expected);
});

it('never throws, whatever the bytes', () => {
  const magics = [bzImage(), arm64Image(), riscvImage(), zImage(), elf(62), zboot(Buffer.alloc(4)), Buffer.alloc(0)];
  fc.assert(fc.property(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 600 }), fc.nat(600), fc.nat(9000), (magic, noise, at, length) => {
    const bytes = Buffer.concat([magic, Buffer.from(noise)]).subarray(0, length);
    bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
    expect(inspectKernel(bytes)).toHaveProperty('format');
  }));
});

it.each([
  ['bare', arm64Image()],
  ['gzip', gzipped(arm64Image())],
  ['zboot with gzip', zboot(gzipped(arm64Image()))],
  ['gzip around zboot', gzipped(zboot(gzipped(arm64Image())))],
  ['zboot with xz', zboot(execFileSync('xz', ['--check=crc32'], { input: arm64Image() }), 'xzkern')],
  ['zboot with zstd and the size behind it', zboot(Buffer.concat([execFileSync('zstd', ['-q'], { input: arm64Image() }), Buffer.from([0, 16, 0, 0])]), 'zstd22')],
])('gets the bare kernel out of %s', async (_, bytes) => {
  expect((await unpackKernel(bytes, unxz)).equals(arm64Image())).toBe(true);
});

it.each([
  ['a payload outside of the file', zboot(Buffer.alloc(10)).subarray(0, 516), 'outside'],
  ['a compression nobody knows', zboot(Buffer.alloc(10), 'lzma'), '"lzma"'],
  ['a cut gzip', gzipped(randomBytes(4096)).subarray(0, 2000), 'unpack'],
])('refuses %s', async (_, bytes, why) => {
  await expect(unpackKernel(bytes, unxz)).rejects.toThrow(why);
});
