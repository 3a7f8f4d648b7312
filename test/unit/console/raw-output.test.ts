import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRawOutput } from '../../../src/console/raw-output.ts';

function read(console: Uint8Array, chunks: readonly number[] = []): { readonly text: string; readonly status: number | undefined } {
  const raw = createRawOutput();
  const out: Uint8Array[] = [];
  let at = 0;
  for (const size of [...chunks, console.length]) {
    out.push(raw.push(console.subarray(at, at + size)));
    at = Math.min(console.length, at + size);
  }
  out.push(raw.end());
  return { text: Buffer.concat(out).toString('latin1'), status: raw.status() };
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('createRawOutput', () => {
  it.each([
    ['text', 'boot\r\nkit-test: begin\nhello\n\nkit-test: end exit=0\nok 1 run\n', 'hello\n', 0],
    ['nothing', 'kit-test: begin\n\nkit-test: end exit=7\n', '', 7],
    ['text without a last line feed', 'kit-test: begin\nhello\nkit-test: end exit=255\n', 'hello', 255],
    ['text that looks like the end', 'kit-test: begin\n\nkit-test: end\n\nkit-test: end exit=1\n', '\nkit-test: end\n', 1],
    ['text whose end never comes', 'kit-test: begin\nhalf\nkit-test: en', 'half\nkit-test: en', undefined],
    ['a console without a command', 'Linux version 6.1\nKernel panic\n', '', undefined],
  ])('gives %s', (_, console, text, status) => {
    expect(read(bytes(console))).toEqual({ text, status });
  });

  it('gives the same however the bytes are chunked', () => {
    const console = bytes('noise\r\nkit-test: begin\r\nbytes \0\xff and\nkit-test: end of a joke\n\nkit-test: end exit=42\nok\n');
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (chunks) => {
        expect(read(console, chunks)).toEqual(read(console));
      }),
    );
  });
});
