import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnsi } from '../../../src/page/ansi.ts';

describe('ANSI colours of a console line', () => {
  it.each([
    ['plain text', 'plain text', [['plain text', '']]],
    ['a colour and its end', '\x1b[31mred\x1b[0m usual', [['red', 'front-1'], [' usual', '']]],
    ['attributes that add up', '\x1b[1;4mboth\x1b[24mbold', [['both', 'bold underline'], ['bold', 'bold']]],
    ['bright colours and grounds', '\x1b[92;101mx', [['x', 'front-10 back-9']]],
    ['the first sixteen of 256 colours', '\x1b[38;5;12mx\x1b[38;5;200my', [['x', 'front-12'], ['y', 'front-12']]],
    ['true colours, which are left out without taking text along', '\x1b[38;2;1;31;4mx', [['x', '']]],
    ['cursor movements and titles, which are left out', '\x1b[2J\x1b[10;5Ha\x1b]0;title\x07b', [['a', ''], ['b', '']]],
    ['an escape that is cut off', 'a\x1b[3', [['a', '']]],
  ])('reads %s', (_, line, runs) => {
    expect(readAnsi(line).map(({ text, classes }) => [text, classes])).toEqual(runs.map((run) => run));
  });

  it('gives text that does nothing but show itself, and loses none of what is printable', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.stringMatching(/^[a-z ]{0,5}$/), fc.constantFrom('\x1b[31m', '\x1b[0m', '\x1b[1;5;999m', '\0', '\x07', '\x1b', '\x1b['))), (parts) => {
      const shown = readAnsi(parts.join('')).map(({ text }) => text).join('');
      expect(shown).not.toMatch(/[\0-\x08\x0b-\x1f\x7f]/);
      const isClean = parts.every((part) => !part.endsWith('\x1b') && !part.endsWith('['));
      if (isClean) expect(shown).toBe(parts.filter((part) => /^[a-z ]*$/.test(part)).join(''));
    }));
  });
});
