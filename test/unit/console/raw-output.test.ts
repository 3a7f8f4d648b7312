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

  const printed = '[    5.123456] random: crng init done\r\n';

  it('finds both lines wherever the kernel prints into them', () => {
    const begin = 'kit-test: begin\n';
    const end = '\nkit-test: end exit=42\n';
    for (let at = 1; at < begin.length; at += 1) {
      expect(read(bytes(`boot\r\n${begin.slice(0, at)}${printed}${begin.slice(at)}first\nlast\n${end}`)), `at ${at} of the first line`).toEqual({ text: 'first\nlast\n', status: 42 });
    }
    for (let at = 1; at < end.length; at += 1) {
      expect(read(bytes(`${begin}first\nlast\n${end.slice(0, at)}${printed}${printed}${end.slice(at)}`)), `at ${at} of the last line`).toEqual({ text: 'first\nlast\n', status: 42 });
    }
  });

  it.each([
    ['at once what dmesg prints', `kit-test: begin\n[    0.000000] Linux version\n[    1.500000] end of it\n`, '[    0.000000] Linux version\n[    1.500000] end of it'],
    ['brackets at the start of a line', 'kit-test: begin\n[x]\n[ 1/10] cc\n[', '[x]\n[ 1/10] cc'],
    ['a line like a message of the kernel, but endless', `kit-test: begin\n[    1.000000] ${'x'.repeat(20_000)}`, `[    1.000000] ${'x'.repeat(20_000)}`],
  ])('holds back no more than it must: %s', (_, console, text) => {
    expect(Buffer.from(createRawOutput().push(bytes(console))).toString('latin1')).toBe(text);
  });

  it('gives the same however the bytes are chunked, also where the kernel prints into its lines', () => {
    const console = bytes(`kit-te${printed}st: beg${printed}in\nout\n\n[    1.000000] of a file\n\nkit-test: e${printed}nd exit=4${printed}2\nok\n`);
    fc.assert(
      fc.property(fc.array(fc.nat(25), { maxLength: 60 }), (chunks) => {
        expect(read(console, chunks)).toEqual({ text: 'out\n\n[    1.000000] of a file\n', status: 42 });
      }),
    );
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
