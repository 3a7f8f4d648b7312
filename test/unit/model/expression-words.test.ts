import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressionWords } from '../../../src/model/expression-words.ts';

describe('the words of an expression', () => {
  it.each<[RegExp, readonly string[] | undefined]>([
    [/Assertion .* failed/, ['Assertion ']],
    [/^Kernel panic - not syncing/, ['Kernel panic - not syncing']],
    [/panic|Oops: \d+/, ['panic', 'Oops: ']],
    [/panic|\d+/, undefined],
    [/a\.c:\d+: error/, [': error']],
    [/abcd?e*fgh+ijk{2}lm/, ['abc']],
    [/xab{0,3}cdef/, ['cdef']],
    [/xyz{1,3}cd/, ['xyz']],
    [/(?:one|two) three (four)?five/, [' three ']],
    [/(three)+/, undefined],
    [/[abc]def[^]ghij/, ['ghij']],
    [/\x41BC\u0041\u{41}DEF\p{L}\cAghij/u, ['ghij']],
    [/\bstart\b$/, ['start']],
    [/(a|b(c|d))efg(?<name>x)\k<name>hijk/, ['hijk']],
    [/a{b}c/, ['a{b}c']],
    [/ok/, undefined],
    [/größe/, undefined],
    [/Oops/i, ['oops', 'Oops', 'oOps', 'OOps', 'ooPs', 'OoPs', 'oOPs', 'OOPs', 'oopS', 'OopS', 'oOpS', 'OOpS', 'ooPS', 'OoPS', 'oOPS', 'OOPS']],
    [/1: 2/i, ['1: 2']],
    [/kiss/iu, undefined],
  ])('%s are %j', (expression, words) => {
    expect(expressionWords(expression)).toEqual(words);
  });

  it('stand in all that it matches', () => {
    const part = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'ab', 'abc', ' ', 'A') },
      { weight: 3, arbitrary: fc.constantFrom('.', '\\.', '[ab]', '[^a\\]]', '(a|bc)', '(?:ab)', '(?=a)', '(?<!b)', '\\b', '\\w', '\\x61', '\\u0062', '^', '$', '|', 'a|b', '(a(b|[)]))', '{', 'a{', '\\(', '\\)', '\\|', 'é') },
      { weight: 2, arbitrary: fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '+?', '*?') },
    );
    const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'A', 'B', ' ', '.', '(', ')', '|', '{', 'é', 'ſ'), { maxLength: 12 }).map((letters) => letters.join(''));
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), fc.constantFrom('', 'i', 'u'), fc.array(texts, { minLength: 5, maxLength: 30 }), (parts, flags, all) => {
      let expression: RegExp;
      try {
        expression = new RegExp(parts.join(''), flags);
      } catch {
        return;
      }
      const words = expressionWords(expression);
      for (const text of all) if (words !== undefined && expression.test(text)) expect(words.some((word) => text.includes(word))).toBe(true);
    }), { numRuns: 5000 });
  });
});
