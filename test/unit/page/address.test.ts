import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../../src/page/address.ts';

describe('an address within the page', () => {
  it('names cell, attempt, line and search in words that people can read', () => {
    expect(formatRoute({ cell: 'boot/6.12/x86_64', attempt: 2, line: 251, query: '' })).toBe('#cell=boot/6.12/x86_64&attempt=2&line=251');
  });

  it('is read as it was written, whatever was searched for', () => {
    const number = fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined });
    fc.assert(fc.property(fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }), number, number, fc.string({ unit: 'grapheme' }), (cell, attempt, line, query) => {
      expect(parseRoute(formatRoute({ cell, attempt, line, query }))).toEqual({ cell, attempt, line, query });
    }));
  });

  it.each(['', '#', '#cell', '#line=0', '#line=-1', '#line=x', '#attempt=1.5', '#%'])('is no error where it is broken: %s', (hash) => {
    const { attempt, line } = parseRoute(hash);
    expect([attempt, line]).toEqual([undefined, undefined]);
  });
});
