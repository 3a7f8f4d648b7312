import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { guestMemory, rootLimit, usualMemory } from '../../../src/boot/memory.ts';
import { HarnessError } from '../../../src/model/errors.ts';
import { MiB } from './request.ts';

const archs = await loadArchs();
const archOf = (name: string): (typeof archs)[number] => archs.find((arch) => arch.name === name) ?? expect.fail(`no ${name}`);

// What the root file system's tmpfs could hold in real guests (statfs of /), with an initrd of 2 MiB.
const measured: readonly (readonly [string, number, number])[] = [
  ['x86_64', 128, 9123], ['x86_64', 512, 57435], ['x86_64', 1024, 121851], ['x86_64', 2048, 250683],
  ['aarch64', 128, 11745], ['aarch64', 512, 51736], ['aarch64', 1024, 115959], ['aarch64', 2048, 244405],
  ['arm', 128, 11134], ['arm', 512, 45086], ['arm', 1024, 109966], ['arm', 2048, 239758],
];

describe('memory of a guest', () => {
  it.each(measured)('%s with %d MiB: promises no more than a real kernel gave, and not much less', (name, memory, blocks) => {
    const arch = archOf(name);
    const limit = rootLimit({ arch, initrdBytes: 2 * MiB }, memory * MiB);
    expect(limit).toBeLessThanOrEqual(blocks * 4096);
    expect(limit).toBeGreaterThan(0.6 * blocks * 4096);
  });

  it('names an amount that is enough and not much more', () => {
    fc.assert(
      fc.property(fc.constantFrom(...archs), fc.integer({ min: 32, max: 3072 }), fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 }), (arch, memory, initrd, unpacked) => {
        const needs = { arch, memory: memory * MiB, initrdBytes: (initrd + unpacked / 5) * MiB, unpackedBytes: unpacked * MiB };
        try {
          expect(guestMemory(needs)).toBe(memory * MiB);
        } catch (error) {
          if (!(error instanceof HarnessError)) throw error;
          const enough = Number(/memory: (\d+)M/.exec(error.hint ?? '')?.[1]);
          if (Number.isNaN(enough)) {
            expect(arch.name).toBe('arm');
            expect(error.message).toContain('3G at most');
            return;
          }
          expect(enough).toBeGreaterThan(memory);
          guestMemory({ ...needs, memory: enough * MiB });
          expect(() => guestMemory({ ...needs, memory: (enough - 256) * MiB })).toThrow();
        }
      }),
    );
  });

  it('is chosen by the image where the case does not say: enough, for the copy of LinuxKit\'s init too, and never less than usual', () => {
    fc.assert(
      fc.property(fc.constantFrom(...archs), fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 700 }), (arch, initrd, unpacked) => {
        const needs = { arch, initrdBytes: initrd * MiB, unpackedBytes: unpacked * MiB };
        const memory = guestMemory({ ...needs, memory: undefined });
        expect(memory).toBeGreaterThanOrEqual(usualMemory);
        expect(memory % (256 * MiB)).toBe(0);
        expect(memory).toBeGreaterThanOrEqual(2.2 * needs.unpackedBytes);
        expect(guestMemory({ ...needs, memory })).toBe(memory);
        if (memory > usualMemory) expect(memory - 256 * MiB).toBeLessThan(64 * MiB + 1.02 * (Math.max(2.2 * needs.unpackedBytes, 2 * needs.unpackedBytes + needs.initrdBytes) + arch.reservedMemory));
      }),
    );
  });

  it.each([
    ['too little memory', { name: 'x86_64', memory: 512, initrd: 200, unpacked: 300 }, { code: 'IMAGE_TOO_BIG', message: '300M unpacked from an initrd of 200M do not fit into 512M', hint: 'memory: 896M' }],
    ['more than the board has', { name: 'arm', memory: 4096, initrd: 1, unpacked: 1 }, { code: 'MEMORY_LIMIT', message: 'a guest of arm has 3G of memory at most, not 4G', hint: '3G or less' }],
    ['more than the board can have, asked for or not', { name: 'arm', memory: undefined, initrd: 1000, unpacked: 1000 }, { code: 'IMAGE_TOO_BIG', message: 'too big for a guest of arm', hint: 'drives' }],
  ])('says of %s what does not fit and what to do', (_, { name, memory, initrd, unpacked }, { code, message, hint }) => {
    expect(() => guestMemory({ arch: archOf(name), memory: memory === undefined ? undefined : memory * MiB, initrdBytes: initrd * MiB, unpackedBytes: unpacked * MiB })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string, hint: expect.stringContaining(hint) as string }) as Error,
    );
  });
});
