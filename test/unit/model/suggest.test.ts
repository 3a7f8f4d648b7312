import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, editDistance, suggest } from '../../../src/model/suggest.ts';

describe('closest', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['timeout', ['image', 'timeouts'], 'timeouts'],
    ['sumary', ['summary', 'image'], 'summary'],
    ['SUMMARY', ['summary'], 'summary'],
    ['arm46', ['arm64', 'arm'], 'arm64'],
    ['pass', ['fail', 'crash'], undefined],
    ['a', ['b'], 'b'],
    ['', ['a'], undefined],
    ['kern', ['kernel', 'cases'], 'kernel'],
    ['x'.repeat(5000), ['x'], undefined],
  ])('%s among %j', (word, known, expected) => {
    expect(closest(word, known)).toBe(expected);
  });
});

describe('editDistance', () => {
  it('is zero only for equals, symmetric, and at most the longer length', () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(fc.property(text, text, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance === 0).toBe(a === b);
      expect(editDistance(b, a)).toBe(distance);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }));
  });

  it('counts swapped neighbours as one edit', () => {
    expect(editDistance('amd64', 'adm64')).toBe(1);
  });
});

describe('suggest', () => {
  it('cuts long lists, and says where there is nothing to choose', () => {
    expect(suggest('zzz', Array.from({ length: 25 }, (_, index) => `name-${index}`), 'names')).toMatch(/^names: name-0, .* and 5 more$/);
    expect(suggest('zzz', [], 'kernels')).toBe('there are no kernels');
  });
});
