import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineReader } from '../../../src/console/lines.ts';
import type { Line } from '../../../src/model/console.ts';

function read(chunks: readonly Uint8Array[]): readonly Line[] {
  const reader = createLineReader();
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
}
const readText = (text: string | Uint8Array): readonly Line[] => read([typeof text === 'string' ? Buffer.from(text) : text]);
const texts = (text: string | Uint8Array): readonly string[] => readText(text).map((line) => line.text);

describe('lines', () => {
  it.each([
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['two CRs before LF', 'a\r\r\nb\n', ['a', 'b']],
    ['blank lines', 'a\n\n\r\nb\n', ['a', '', '', 'b']],
    ['a last line without end', 'a\nb', ['a', 'b']],
    ['progress bars by lone CR', '10%\r20%\r30%\ndone\n', ['10%', '20%', '30%', 'done']],
    ['colours', '\x1b[0;32mok\x1b[0m 1\n', ['ok 1']],
    ['an operating system command', '\x1b]0;title\x07text\n', ['text']],
    ['an operating system command without end', '\x1b]0;Kernel panic\n', ['0;Kernel panic']],
    ['cursor movement and two-character escapes', '\x1b[2J\x1b[H\x1b(B\x1b7x\x1b8\n', ['x']],
    ['a lone escape', 'a\x1b\nb\n', ['a', 'b']],
    ['NULs and backspaces', 'a\0b\bc\n', ['abc']],
    ['invalid UTF-8', Buffer.from([0x61, 0xff, 0xc3, 0x0a]), ['a\ufffd\ufffd']],
    ['UTF-8', 'grün 日本 🐧\n', ['grün 日本 🐧']],
  ])('reads %s', (_, input, expected) => {
    expect(texts(input)).toEqual(expected);
  });

  it('numbers lines by LF, also behind lone CRs and long lines', () => {
    const lines = readText(`a\rb\nc\n${'x'.repeat(200_000)}\nd\n`);
    expect(lines.map((line) => [line.number, line.text.slice(0, 3)])).toEqual([[1, 'a'], [1, 'b'], [2, 'c'], [3, 'xxx'], [4, 'd']]);
  });

  it('cuts a line at 64 KiB, says so and goes on with the next', () => {
    const [long, next] = readText(`${'é'.repeat(50_000)}\nnext\n`);
    expect(long?.truncated).toBe(true);
    expect(Buffer.byteLength(long?.text ?? '')).toBe(64 * 1024);
    expect(next).toMatchObject({ text: 'next', truncated: false, number: 2 });
  });

  it.each([
    ['[    1.234567] text', 'text', 1.234567, undefined],
    ['[    1.234567][  T123]   indented', '  indented', 1.234567, 'T123'],
    ['[    1.234567][    C1] text', 'text', 1.234567, 'C1'],
    ['<6>[    1.234567] text', 'text', 1.234567, undefined],
    ['<4>text', 'text', undefined, undefined],
    ['[    T1] text', 'text', undefined, 'T1'],
    ['[901320.960000] text', 'text', 901320.96, undefined],
    ['[    0.060000][    T1]', '', 0.06, 'T1'],
    ['[    1.234567] (0)[123:sh] text', 'text', 1.234567, undefined],
  ])('takes the printk prefix off %s', (input, text, uptime, caller) => {
    const [line] = readText(`${input}\n`);
    expect(line).toMatchObject({ text, raw: input, kernel: true });
    expect(line?.uptime).toBe(uptime);
    expect(line?.caller).toBe(caller);
  });

  it.each(['[OK] started', '[1.5] text', '<b>text', 'x [    1.5] y', '[  OK  ] text'])('finds no printk prefix in %s', (input) => {
    expect(readText(`${input}\n`)).toMatchObject([{ text: input, raw: input, kernel: false }]);
  });

  it('separates what the kernel printed into the middle of a line', () => {
    const lines = readText('ok 2 na[   12.345678][    C0] usb 1-1: new device\nme\n');
    expect(lines).toMatchObject([
      { text: 'ok 2 na', kernel: false, cut: true, number: 1 },
      { text: 'usb 1-1: new device', kernel: true, caller: 'C0', number: 1 },
      { text: 'me', kernel: false, number: 2 },
    ]);
  });

  // Pieces that join in every way: line ends, escapes, prefixes, multi-byte characters cut apart, long runs.
  const piece = fc.oneof(
    fc.constantFrom('\n', '\r', '\r\n', '\0', '\x1b[1m', '\x1b]0;t', '\x07', '[    1.234567] ', '[    1.234567][    T1] ', 'ok 1 name', '🐧é', 'x'.repeat(40_000)),
    fc.string({ maxLength: 20, unit: 'binary' }),
  ).map((text) => Buffer.from(text));
  const bytes = fc.array(fc.oneof(piece, fc.uint8Array({ maxLength: 30 }).map((data) => Buffer.from(data))), { maxLength: 40 }).map((parts) => Buffer.concat(parts));

  it('gives equal lines however the bytes are chunked', () => {
    fc.assert(fc.property(bytes, fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 60 }), (input, sizes) => {
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) {
        chunks.push(input.subarray(at, at + size));
        at += size;
      }
      chunks.push(input.subarray(at));
      expect(read(chunks)).toEqual(readText(input));
    }));
  });

  it('gives equal lines byte by byte', () => {
    fc.assert(fc.property(bytes.filter((input) => input.length < 3000), (input) => {
      expect(read([...input].map((byte) => Uint8Array.of(byte)))).toEqual(readText(input));
    }));
  });
});
