import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConsole } from '../../../src/page/console-text.ts';

const read = (text: string) => readConsole(Buffer.from(text));

describe('the text of a console', () => {
  it('is cut into the lines that other tools count', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,6}$/)), fc.boolean(), (lines, ended) => {
      const text = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '');
      const expected = text === '' ? [] : text.replace(/\n$/, '').split('\n');
      const console = read(text);
      expect(Array.from({ length: console.lineCount }, (_, index) => console.line(index + 1))).toEqual(expected);
    }));
  });

  it('shows of a line that was drawn over its last state', () => {
    expect(read('10%\r50%\r100%\r\nnext\r\n').line(1)).toBe('100%');
  });

  it('takes bytes that are no UTF-8, and cuts lines that nobody reads', () => {
    expect(readConsole(Buffer.from([0x61, 0xff, 0x62])).line(1)).toBe('a\ufffdb');
    expect(read('x'.repeat(100_000)).line(1).length).toBeLessThan(5000);
    expect(read('a').line(7)).toBe('');
  });

  it('is searched in both directions and all the way round', () => {
    const console = read('one\nTWO\nthree\ntwo\n');
    expect(console.find('two', 1, 1)).toBe(2);
    expect(console.find('two', 3, 1)).toBe(4);
    expect(console.find('two', 5, 1)).toBe(2);
    expect(console.find('two', 1, -1)).toBe(4);
    expect(console.find('nothing', 1, 1)).toBeUndefined();
    expect(read('').find('x', 1, 1)).toBeUndefined();
  });
});
