import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeKtap } from '../../../src/console/ktap/look.ts';
import { parseKtapLine } from '../../../src/console/ktap/syntax.ts';
import { readLine, readLines } from '../../../src/console/printk.ts';
import { bitOf, createWordFinder, findWords, tells } from '../../../src/console/words.ts';

/** What is told of each line, the rest behind the last line end too. */
function toldOf(bytes: Uint8Array, askers: readonly (readonly string[])[]): { readonly ends: readonly number[]; readonly told: readonly number[] } {
  const ends = new Int32Array(bytes.length);
  const told = new Int32Array(bytes.length + 1);
  const count = findWords(createWordFinder(askers), bytes, ends, told);
  return { ends: [...ends.subarray(0, count)], told: [...told.subarray(0, count + 1)] };
}

const word = fc.oneof(fc.array(fc.constantFrom('a', 'b', 'A', ' ', '[', '1', 'é', '日'), { minLength: 1, maxLength: 6 }).map((letters) => letters.join('')), fc.constantFrom('[ ', '[    1', 'x'.repeat(40)));
const text = fc.array(fc.oneof(word, fc.constantFrom('\n', '\r\n', '\r', '\x1b', '\0', '\b', '[    1.000000] ', '[    T1] ', '\ufffd', 'x'.repeat(30))), { maxLength: 40 }).map((parts) => parts.join(''));

describe('words in lines', () => {
  it('are told of the lines that hold them, whatever else is looked for', () => {
    fc.assert(fc.property(fc.array(fc.array(word, { maxLength: 4 }), { maxLength: 6 }), text, (askers, all) => {
      const { told } = toldOf(Buffer.from(all), askers);
      all.split('\n').forEach((line, index) => {
        askers.forEach((words, asker) => {
          // Of a long word the beginning is enough.
          const begins = words.some((one) => line.includes(Buffer.from(one).subarray(0, 24).toString().replace(/\ufffd+$/, '')));
          const holds = words.some((one) => line.includes(one));
          const bit = ((told[index] ?? 0) & bitOf(asker)) !== 0;
          if (holds) expect(bit).toBe(true);
          if (!begins) expect(bit).toBe(false);
        });
      });
    }));
  });

  it('are told with the ends of the lines and with what is special in them', () => {
    fc.assert(fc.property(text, (all) => {
      const bytes = Buffer.from(all);
      const { ends, told } = toldOf(bytes, [['a b']]);
      expect(ends).toEqual([...bytes.keys()].filter((at) => bytes[at] === 0x0a));
      const lines = all.split('\n');
      lines.forEach((line, index) => {
        const special = /[\0\b\x1b]|\r(?!\n)/.test(index < lines.length - 1 ? `${line}\n` : line);
        expect(((told[index] ?? 0) & tells.special) !== 0).toBe(special);
        expect(((told[index] ?? 0) & tells.wide) !== 0).toBe(/[^\0-\x7f]/.test(line));
        if (/.\[(?:[ \d]{4}\d\.|\d{5,}\.)/.test(line)) expect((told[index] ?? 0) & tells.printedInto).not.toBe(0);
      });
    }));
  });

  it('with control characters are nowhere', () => {
    expect(toldOf(Buffer.from('a\rb \x1b[1m\n'), [['\r', 'a\rb', '\x1b[1m', '\n', '']]).told[0]).toBe(tells.special);
  });
});

describe('a line that is KTAP', () => {
  const start = fc.constantFrom('', '<6>', '[    1.000000] ', '[    1.000000][    T1] ', '[   T12]', '<4>[    1.000000] (0)[12:a b]', '[[a]', '[', '(', '<');
  const body = fc.constantFrom('ok 1 a', 'not ok', '# Subtest: a', '1..3', 'KTAP version 1', 'TAP version 13', 'Bail out!', '---', '...', 'kit-test: begin', 'o', 'no', '-', '1', '');

  it('looks like it, behind any prefix of the kernel', () => {
    fc.assert(fc.property(start, fc.constantFrom('', '  ', '\t'), body, (prefix, indent, said) => {
      const raw = `${prefix}${indent}${said}`;
      const line = readLine(raw, 1, false, false);
      const bytes = Buffer.from(`${raw}\n`);
      if (parseKtapLine(line.text) !== undefined) expect(looksLikeKtap(bytes, 0, bytes.length - 1)).toBe(true);
    }));
  });

  it('is told from kernel messages, program output and nothing', () => {
    for (const other of ['[    1.000000] usb 1-1: new', 'login: ', '', '  ', '[', '<', '(', 'o', '[[[[', '[    1.000000] ']) expect(looksLikeKtap(Buffer.from(`${other}\n`), 0, other.length)).toBe(false);
  });
});

describe('the prefix of a line', () => {
  const part = fc.constantFrom('<6>', '[', ']', ' ', '    ', '1', '12345', '1234567890', '.', '123456', 'T1', 'C0', '(0)[1:a]', '[    1.000000]', '[  T12]', 'x');

  it('is the same whether it has the usual form or not', () => {
    // printk-basics.rst, CONFIG_PRINTK_CALLER, and Android's addition.
    const prefix = /^(?:<\d{1,3}>)?(?:\[ *(\d+\.\d{6})\](?:\[ *([CT]\d+)\])? ?|\[ *([CT]\d+)\] ?)?(?:\(\d+\)\[\d+:[^\]\n]{1,16}\] ?)?/;
    fc.assert(fc.property(fc.constantFrom('[', '<', '[    1.000000]', 'x'), fc.array(part, { maxLength: 12 }), (start, parts) => {
      const raw = start + parts.join('');
      const [whole = '', time, caller, alone] = prefix.exec(raw) ?? [];
      expect(readLine(raw, 1, false, false)).toEqual({
        number: 1, text: raw.slice(whole.length), raw, kernel: whole !== '', truncated: false,
        ...(time === undefined ? {} : { uptime: Number(time) }), ...((caller ?? alone) === undefined ? {} : { caller: caller ?? alone }),
      });
    }), { numRuns: 2000 });
  });

  it('comes once for each line that the kernel printed into another', () => {
    const texts: string[] = [];
    readLines('a[    1.000000] b[    1.000000][  T1] c', 1, false, ({ text: said }) => texts.push(said));
    expect(texts).toEqual(['a', 'b', 'c']);
  });
});
