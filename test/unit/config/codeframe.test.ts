import { describe, expect, it } from 'vitest';
import { codeFrame } from '../../../src/config/codeframe.ts';

describe('codeFrame', () => {
  it('numbers the lines and aligns the caret', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
    expect(codeFrame(lines, { line: 10, column: 6, length: 2 })).toBe(['   9 | line 9', '> 10 | line 10', '     |      ^^', '  11 | line 11'].join('\n'));
  });

  it('cuts long lines around the mistake', () => {
    const frame = codeFrame([`${'a'.repeat(500)}X${'b'.repeat(500)}`], { line: 1, column: 501, length: 900 });
    const [text = '', caret = ''] = frame.split('\n');
    expect(text.length).toBeLessThan(140);
    expect(text[caret.indexOf('^')]).toBe('X');
    expect(caret.length).toBeLessThanOrEqual(text.length);
  });

  it('shows tabs as one space and controls as one mark, so that columns stay', () => {
    expect(codeFrame(['\t\u001b[2Ja'], { line: 1, column: 6 })).toBe(['> 1 |  \ufffd[2Ja', '    |      ^'].join('\n'));
  });

  it('points behind the end of a line', () => {
    expect(codeFrame(['a', ''], { line: 2, column: 1 })).toBe(['  1 | a', '> 2 |', '    | ^'].join('\n'));
  });
});
