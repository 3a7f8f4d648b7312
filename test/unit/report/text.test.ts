import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, displayWidth, padEnd, safeLine, safeText, xmlText } from '../../../src/report/text.ts';

const anyText = fc.string({ unit: fc.oneof(fc.constantFrom('\x1b[31m', '\x1b]0;t\x07', '::', '##[', '\n', '\r', '\t', '\u202e', '\ud800', '\0', ' '), fc.string({ unit: 'binary', maxLength: 3 })) });

describe('text of unknown origin', () => {
  it.each([
    ['plain 🐧 é 漢字', 'plain 🐧 é 漢字'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b]0;title\x07text', 'text'],
    ['nul \0 del \x7f csi \x9d', 'nul \\x00 del \\x7f csi \\x9d'],
    ['bidi \u202ex\u2066', 'bidi \\u{202e}x\\u{2066}'],
    ['::error::x', '\\x3a:error::x'],
    ['  ::error::x', '  \\x3a:error::x'],
    ['a ::b', 'a ::b'],
    ['x ##[error]', 'x #\\x23[error]'],
    ['lone \ud800', 'lone \ufffd'],
    ['line\r\nnext', 'line\nnext'],
    ['a\tb', 'a    b'],
  ])('is shown safely: %j', (text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  it('never holds a control character or a command, whatever came in', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const safe = safeText(text);
        expect(safe).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|^\s*::|##\[/m);
        expect(safe).not.toMatch(/\p{Surrogate}/u);
        expect(safeText(safe)).toBe(safe);
        expect(safeLine(text)).not.toContain('\n');
      }),
    );
  });

  it('becomes text that XML 1.0 allows', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(xmlText(text)).toMatch(/^[\t\n\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
    );
  });
});

describe('clip', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['漢字漢字', 5, '漢字…'],
    ['é́́x', 2, 'é́́x'],
    ['abc', 0, ''],
  ])('cuts %j to %i columns', (text, width, expected) => {
    expect(clip(text, width)).toBe(expected);
  });

  it('never takes more columns than it may, and padding fills them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
        const clipped = clip(text, width);
        expect(displayWidth(clipped)).toBeLessThanOrEqual(width);
        expect(displayWidth(padEnd(clipped, width))).toBe(width);
      }),
    );
  });
});
