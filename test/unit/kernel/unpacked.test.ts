// Kernels that QEMU gets unpacked: what lies in a zImage, where it belongs, and when the file stays as it is.
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import arm from '../../../src/arch/arm.ts';
import x86_64 from '../../../src/arch/x86_64.ts';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { unpackedKernel } from '../../../src/kernel/unpacked.ts';
import { readZImage } from '../../../src/kernel/zimage.ts';
import type { Arch } from '../../../src/model/arch.ts';
import { gzipped, packedZImage, zImage } from './bytes.ts';

let folder: string;
let cache: Cache;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-unpacked-'));
  cache = await openCache(join(folder, 'cache'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const kernel = Buffer.concat([Buffer.alloc(60_000, 'kernel '), randomBytes(3000)]);
const xz = (bytes: Buffer): Buffer => execFileSync('xz', ['--check=crc32'], { input: bytes });
const zstd = (bytes: Buffer): Buffer => execFileSync('zstd', ['-q'], { input: bytes });
const lz4 = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0x02, 0x21, 0x4c, 0x18]), bytes]);

const unpacked = async (bytes: Buffer, arch: Arch = arm): Promise<Buffer | undefined> => {
  const digest = createHash('sha256').update(bytes).digest('hex');
  const image = join(folder, digest);
  await writeFile(image, bytes);
  const path = await unpackedKernel({ image, digest }, arch, cache, new AbortController().signal);
  return path === undefined ? undefined : readFile(path);
};

it.each([
  ['gzip', packedZImage(kernel, gzipped(kernel))],
  ['xz', packedZImage(kernel, xz(kernel))],
  ['zstd', packedZImage(kernel, zstd(kernel))],
  ['xz, behind a program with the first bytes of xz and of gzip in it', packedZImage(kernel, xz(kernel), { program: Buffer.concat([xz(kernel).subarray(0, 12), gzipped(Buffer.from('not it'))]) })],
])('gives the kernel in a zImage of %s, with the address where it belongs', async (_, bytes) => {
  const image = (await unpacked(bytes)) ?? Buffer.alloc(64);
  expect(image.subarray(64).equals(kernel)).toBe(true);
  const word = (at: number): number => image.readUInt32BE(at);
  expect([word(0), word(12), word(16), word(20), word(24)]).toEqual([0x27051956, kernel.length, 0x40208000, 0x40208000, crc32(kernel)]);
  const header = Buffer.from(image.subarray(0, 64));
  header.fill(0, 4, 8);
  expect(word(4)).toBe(crc32(header));
});

it('puts it behind the start of memory by what the file says', async () => {
  expect((await unpacked(packedZImage(kernel, gzipped(kernel), { textOffset: 0x8000 })))?.readUInt32BE(16)).toBe(0x40008000);
});

it.each([
  ['a zImage without the table', zImage()],
  ['a compression that is unknown here', packedZImage(kernel, lz4(kernel))],
  ['a payload of another size than is told', packedZImage(kernel.subarray(1), xz(kernel))],
  ['a damaged payload', packedZImage(kernel, xz(kernel).fill(0, 200, 300))],
  ['a file that is no zImage', Buffer.alloc(4096)],
])('leaves %s as it is', async (_, bytes) => {
  expect(await unpacked(bytes)).toBeUndefined();
});

it('leaves kernels of other boards as they are', async () => {
  expect(await unpacked(packedZImage(kernel, gzipped(kernel)), x86_64)).toBeUndefined();
});

it('reads any bytes without failing', () => {
  const whole = packedZImage(kernel, gzipped(kernel));
  fc.assert(fc.property(fc.nat(whole.length), fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.constantFrom(0x24, 0x30, 0x34, 0x38, whole.length - 28, whole.length - 20, 0), (length, noise, at) => {
    const bytes = Buffer.from(whole.subarray(0, length));
    bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
    for (const payload of readZImage(bytes)?.payloads ?? []) expect(payload.length).toBeLessThanOrEqual(bytes.length);
  }));
});
