import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decompress, detectCompression } from '../../../src/archive/compress.ts';
import { collect, inPieces } from './trees.ts';

const text = Buffer.from('kit-test '.repeat(60_000));
const noise = randomBytes(300_000);
const zstd = (bytes: Uint8Array, ...args: string[]): Buffer => execFileSync('zstd', ['-q', '-c', ...args], { input: bytes, maxBuffer: 1 << 26 });
const skippable = Buffer.from([0x51, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);

const samples: readonly (readonly [string, string, Buffer, Buffer])[] = [
  ['plain bytes', 'none', text, text],
  ['nothing', 'none', Buffer.alloc(0), Buffer.alloc(0)],
  ['gzip', 'gzip', gzipSync(text), text],
  ['gzip of several members', 'gzip', Buffer.concat([gzipSync(text), gzipSync(noise)]), Buffer.concat([text, noise])],
  ['zstd', 'zstd', zstd(text), text],
  ['zstd of noise', 'zstd', zstd(noise, '-19'), noise],
  ['zstd of several frames, some to be skipped', 'zstd', Buffer.concat([zstd(text), skippable, zstd(noise)]), Buffer.concat([text, noise])],
  ['zstd that begins with a frame to be skipped', 'zstd', Buffer.concat([skippable, zstd(text)]), text],
];

const damaged: readonly (readonly [string, Buffer])[] = [
  ['gzip that is cut', gzipSync(noise).subarray(0, 5000)],
  ['gzip with a changed byte', flip(gzipSync(text), 300)],
  ['zstd that is cut', zstd(noise).subarray(0, 5000)],
  ['zstd whose header is damaged', flip(zstd(text), 4)],
];

describe('decompress', () => {
  it.each(samples)('undoes %s (%s)', async (_, kind, packed, plain) => {
    expect(detectCompression(packed)).toBe(kind);
    for (const piece of [1, 7, 65_536].filter((size) => size > 1 || packed.length < 20_000)) {
      expect((await collect(decompress(inPieces(packed, piece)))).equals(plain)).toBe(true);
    }
  });

  it('undoes xz, by the machine\'s program or the one it is given', async () => {
    const packed = execFileSync('xz', ['-c'], { input: text });
    const unxz = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      yield execFileSync('xz', ['-dc'], { input: await collect(chunks), maxBuffer: 1 << 26 });
    };
    expect((await collect(decompress(inPieces(packed, 100), unxz))).equals(text)).toBe(true);
    expect((await collect(decompress(inPieces(packed, 100)))).equals(text)).toBe(true);
  });

  describe('without any programs', () => {
    const path = process.env['PATH'];
    beforeAll(() => {
      process.env['PATH'] = '/nowhere';
    });
    afterAll(() => {
      process.env['PATH'] = path;
    });

    it.each(samples)('undoes %s (%s)', async (_, __, packed, plain) => {
      expect((await collect(decompress(inPieces(packed, 1000)))).equals(plain)).toBe(true);
    });

    it.each(damaged)('refuses %s', async (_, packed) => {
      await expect(collect(decompress(inPieces(packed, 1000)))).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
    });

    it('says which program xz takes', async () => {
      await expect(collect(decompress(inPieces(Buffer.from('fd377a585a00', 'hex'), 100)))).rejects.toMatchObject({ code: 'PROGRAM_NOT_FOUND', hint: expect.stringContaining('apt install xz-utils') as string });
    });
  });

  it.each(damaged)('refuses %s', async (_, packed) => {
    await expect(collect(decompress(inPieces(packed, 1000)))).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
  });

  it('gives a gigabyte of zeros piece by piece', async () => {
    const packed = execFileSync('sh', ['-c', 'head -c 1073741824 /dev/zero | zstd -q -c'], { maxBuffer: 1 << 26 });
    let bytes = 0;
    let largest = 0;
    for await (const chunk of decompress(inPieces(packed, 65_536))) {
      bytes += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    expect(bytes).toBe(1_073_741_824);
    expect(largest).toBeLessThanOrEqual(1 << 18);
  });

  it.each([['gzip', gzipSync(noise)], ['zstd', zstd(noise)]])('passes on the failure of its source (%s)', async (_, packed) => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(packed.subarray(0, 5000));
      throw new Error('the wire is cut');
    };
    await expect(collect(decompress(failing()))).rejects.toThrow('the wire is cut');
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
