import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thawData, waitAndEnter } from '../../../../src/guest/template/enter.ts';

describe('what wakes a waiting guest', () => {
  it('says the time and the random bytes', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), fc.uint8Array({ minLength: 32, maxLength: 32 }), (now, random) => {
      const bytes = thawData(now, random);
      expect(bytes.length).toBe(56);
      expect(bytes.readBigInt64LE(0) * 1000n + bytes.readBigInt64LE(8) / 1_000_000n).toBe(BigInt(now));
      expect([bytes.readInt32LE(16), bytes.readInt32LE(20)]).toEqual([8 * random.length, random.length]);
      expect(bytes.subarray(24).equals(Buffer.from(random))).toBe(true);
    }));
  });
});

describe('waitAndEnter', () => {
  it('tells with each status of which call it is', () => {
    const statuses = waitAndEnter({ drives: 0, format: 'erofs' }).flatMap(({ status }) => (status === undefined ? [] : [status]));
    expect(new Set(statuses).size).toBe(statuses.length);
  });

  it('binds each drive of the case before the payload is mounted', () => {
    const calls = waitAndEnter({ drives: 2, format: 'erofs' });
    const writes = calls.flatMap(({ name, args }, index) => (name === 'write' && args[0] === 4 ? [index] : []));
    expect(writes).toHaveLength(2);
    expect(Math.max(...writes)).toBeLessThan(calls.findIndex(({ args }) => args[0] === '/layers/payload'));
  });
});
