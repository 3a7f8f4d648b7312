import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { checkMemory, rootLimit } from '../../../src/boot/memory.ts';
import { HarnessError } from '../../../src/model/errors.ts';
import { MiB } from './request.ts';

const archs = await loadArchs();
const [x86] = archs.filter(({ name }) => name === 'x86_64');

// What the root file system's tmpfs could hold in real guests (statfs of /), with an initrd of 2 MiB.
const measured: readonly (readonly [string, number, number])[] = [
  ['x86_64', 128, 9123], ['x86_64', 512, 57435], ['x86_64', 1024, 121851], ['x86_64', 2048, 250683],
  ['aarch64', 128, 11745], ['aarch64', 512, 51736], ['aarch64', 1024, 115959], ['aarch64', 2048, 244405],
  ['arm', 128, 11134], ['arm', 512, 45086], ['arm', 1024, 109966], ['arm', 2048, 239758],
];

describe('memory of a guest', () => {
  it.each(measured)('%s with %d MiB: promises no more than a real kernel gave, and not much less', (name, memory, blocks) => {
    const arch = archs.find((each) => each.name === name) ?? expect.fail('no arch');
    const limit = rootLimit({ arch, initrdBytes: 2 * MiB }, memory * MiB);
    expect(limit).toBeLessThanOrEqual(blocks * 4096);
    expect(limit).toBeGreaterThan(0.6 * blocks * 4096);
  });

  it('names an amount that is enough and not much more', () => {
    fc.assert(
      fc.property(fc.constantFrom(...archs), fc.integer({ min: 32, max: 4096 }), fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 }), (arch, memory, initrd, unpacked) => {
        const needs = { cell: 'c', arch, memory: memory * MiB, initrdBytes: initrd * MiB, unpackedBytes: unpacked * MiB };
        try {
          checkMemory(needs);
        } catch (error) {
          if (!(error instanceof HarnessError)) throw error;
          const enough = Number(/memory: (\d+)M/.exec(error.hint ?? '')?.[1]);
          expect(enough).toBeGreaterThan(memory);
          checkMemory({ ...needs, memory: enough * MiB });
          expect(() => checkMemory({ ...needs, memory: (enough - 256) * MiB })).toThrow();
        }
      }),
    );
  });

  it('says what does not fit', () => {
    const arch = x86 ?? expect.fail('no x86_64');
    expect(() => checkMemory({ cell: 'c', arch, memory: 512 * MiB, initrdBytes: 200 * MiB, unpackedBytes: 300 * MiB })).toThrow(
      expect.objectContaining({ code: 'IMAGE_TOO_BIG', message: expect.stringContaining('300M unpacked from an initrd of 200M') as string, hint: expect.stringContaining('memory: 896M') as string }) as Error,
    );
  });
});
