// Steps of a dialog on consoles: with which character each comes, and that nothing else moves it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineMatcher } from '../../../../src/console/dialog/match.ts';
import { createVisibleReader } from '../../../../src/console/dialog/visible.ts';
import { createWatch } from '../../../../src/console/watch.ts';
import type { Expect } from '../../../../src/model/case.ts';

const talk = (...waits: readonly string[]): Expect => ({ protocol: 'none', ordered: false, dialog: waits.map((wait) => ({ wait, within: 1000 })) });

/** Bytes that were needed for each step, when they come one at a time; then what is found at the end. */
function followed(input: string | Uint8Array, ...waits: readonly string[]): { readonly after: readonly number[]; readonly lines: readonly number[]; readonly decided: boolean } {
  const watch = createWatch([talk(...waits)]);
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const after: number[] = [];
  bytes.forEach((byte, index) => {
    const found = watch.push(Uint8Array.of(byte)).findings.filter(({ kind }) => kind === 'dialog').length;
    while (after.length < found) after.push(index + 1);
  });
  const { findings, decided } = watch.end();
  return { after, lines: findings.flatMap((finding) => (finding.kind === 'dialog' ? [finding.line] : [])), decided };
}

describe('a step of a dialog', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['comes with the last character of its text', 'host login: x', ['login: '], ['host login: ']],
    ['comes on a line that has an end', 'Welcome\r\nbye\r\n', ['come'], ['Welcome']],
    ['comes with the first character an expression needs', 'abcc', ['/b.?c+/'], ['abc']],
    ['comes at a prompt that ends the line so far', 'a# b\n/ # ls', ['/ # $/'], ['a# b\n/ # ']],
    ['comes where the text so far ends, though it goes on', 'foobar', ['/foo\\b/'], ['foo']],
    ['looks at one line', 'log\nin: login: ', ['/^login/'], []],
    ['begins a line where the step before ended', 'login: name: ', ['login: ', '/^name: $/'], ['login: ', 'login: name: ']],
    ['does not begin within the step before', 'aaab', ['aa', 'aa', 'b'], ['aa']],
    ['comes once for each time it is printed', '$ ls\n$ ', ['$ ', '$ '], ['$ ', '$ ls\n$ ']],
    ['is taken in its order only', 'two one', ['one', 'two'], ['two one']],
    ['sees no colours', '\x1b[1;32mlog\x1b[0min\x1b[K: ', ['login: '], ['\x1b[1;32mlog\x1b[0min\x1b[K: ']],
    ['sees no title of a window', 'a\x1b]0;login: \x07b\x1b]0;login: \x1b\\c', ['login', 'c'], []],
    ['sees what stands before a title', 'log\x1b]0;x\x07in', ['login'], ['log\x1b]0;x\x07in']],
    ['sees the text after a title without end', '\x1b]0login: \n', ['login: '], ['\x1b]0login: \n']],
    ['sees no zeros, bells and backspaces', 'l\0o\x07g\bin', ['login'], ['l\0o\x07g\bin']],
    ['begins a line anew after a carriage return', ' 9%\r10%', ['/^10%/'], [' 9%\r10%']],
    ['sees a lone escape as nothing', 'log\x1b\nlogi\x1bn', ['logi'], ['log\x1b\nlogi']],
    ['comes with the last byte of a character', 'schön', ['ö'], ['schö']],
    ['takes a character for one', '😀😀', ['/^.$/u', '/^.$/u'], ['😀', '😀😀']],
    ['looks behind and ahead', 'ab ac', ['/(?<!a)c|a(?=c)|a(?!.)/'], ['a']],
    ['has an expression with a group of a strange name', 'ab', ['/(?<$a>b)/'], ['ab']],
    ['takes a dollar sign in a class for one', 'a$b', ['/[$]b/'], ['a$b']],
    ['takes an escaped dollar sign for one', 'a$b', ['/\\$b/'], ['a$b']],
    ['comes in capitals too', 'Login: ', ['/login: $/i'], ['Login: ']],
    ['is not looked for in what comes after a very long line', `${'x'.repeat(5000)}login: `, ['/login: $/'], []],
    ['comes as text however long the line is', `${'x'.repeat(5000)}login: `, ['login: '], [`${'x'.repeat(5000)}login: `]],
  ])('%s', (_, text, waits, seen) => {
    const { after, decided } = followed(text, ...waits);
    expect(after).toEqual(seen.map((each) => Buffer.byteLength(each)));
    expect(decided).toBe(seen.length === waits.length);
  });

  it('comes as often on one line as there are steps', () => {
    expect(followed('a b a b', '/b$/', 'a', 'b')).toEqual({ after: [3, 5, 7], lines: [1, 1, 1], decided: true });
  });

  it('tells the line on which it came', () => {
    expect(followed('one\r\ntwo\rtwo\n\nthree', 'two', '/^t/', 'three').lines).toEqual([2, 2, 4]);
  });

  it('holds back a sequence of any length only so far', () => {
    expect(followed(`\x1b]${'x'.repeat(4096)}\x07login`, 'x', 'login').after).toEqual([]);
    expect(followed(`\x1b]${'x'.repeat(4097)}\x07login`, 'x', 'login').after).toEqual([4099, 4105]);
    expect(followed(`\x1b[${'0'.repeat(64)}mlogin`, '0', 'login').after).toEqual([]);
    expect(followed(`\x1b[${'0'.repeat(65)}mlogin`, '0', 'login').after).toEqual([67, 73]);
  });
});

const pieces = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('login: ', 'log', 'in: ', '# ', '$ ', 'a', 'ab', ' ', '\n', '\r\n', '\r', '\t', '\x1b', '\x1b[', '\x1b[1m', '\x1b[0;', '\x1b]', '\x1b]0;title', '\x07', '\x1b\\', '\\', ']', '[', 'm', '\0', '\b', '\x7f', '😀', 'é', '-'.repeat(200), '[    1.000000] usb: new device\r\n').map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom([0xf0, 0x9f], [0x98, 0x80], [0xe2, 0x82], [0xac], [0xff], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0xc0]).map((bytes) => Buffer.from(bytes)) },
);
const patterns = fc.constantFrom('login: ', 'in', 'a', '# ', '/# $/', '/^log/', '/^$|x/', '/[a-z]+: $/', '/ab?/', '/a\\b/', '/\\Ba/', '/a(?!b)/', '/(?<=a)b/', '/./u', '/^..$/u', '/^.{3}/', '/\\s$/', '/-{10}$/', '\ufffd', '/[^\\x20-\\x7e]/', '/.*: /');

function cut(input: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  let at = 0;
  const chunks = sizes.map((size) => input.subarray(at, (at += size)));
  return [...chunks, input.subarray(at)];
}

describe('any console', () => {
  const visible = (chunks: readonly Uint8Array[]): string => {
    let seen = '';
    const reader = createVisibleReader({ passes: () => false, text: (text) => void (seen += text), lineBegins: (same) => void (seen += same ? '\r' : '\n') });
    chunks.forEach((chunk) => reader.push(chunk));
    reader.end();
    return seen;
  };

  it('shows the same however it is chunked', () => {
    fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }), fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }), (parts, sizes) => {
      const input = Buffer.concat(parts);
      const whole = visible([input]);
      expect(visible(cut(input, sizes))).toBe(whole);
      expect(visible([...input].map((byte) => Uint8Array.of(byte)))).toBe(whole);
      expect(whole).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f]/);
    }), { numRuns: 600 });
  });

  it('has the same steps however it is chunked', () => {
    const steps = (chunks: readonly Uint8Array[], waits: readonly string[]): unknown => {
      const watch = createWatch([talk(...waits)]);
      chunks.forEach((chunk) => watch.push(chunk));
      return watch.end();
    };
    fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }), fc.array(patterns, { minLength: 1, maxLength: 5 }), fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }), (parts, waits, sizes) => {
      const input = Buffer.concat(parts);
      const whole = steps([input], waits);
      expect(steps(cut(input, sizes), waits)).toEqual(whole);
      expect(steps([...input].map((byte) => Uint8Array.of(byte)), waits)).toEqual(whole);
    }), { numRuns: 600 });
  });

  it('has a step with the shortest beginning of a line that matches', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ' ', ':', '#', '$', 'é'), maxLength: 60 }), fc.constantFrom('a', 'ab', 'a b', '# ', '/# $/', '/^a+b/', '/a|b$/', '/\\bb\\b/', '/(a)\\1/', '/b(?!a)/', '/[^a]$/', '/a{2,}?$/', '/^(?:a|b)*#/'), fc.integer({ min: 0, max: 60 }), (line, pattern, at) => {
      const form = /^\/(.+)\/$/.exec(pattern);
      const shortest = Array.from(line).findIndex((_, index) => (form === null ? line.slice(0, index + 1).includes(pattern) : new RegExp(form[1] ?? '').test(line.slice(0, index + 1)))) + 1;
      const matcher = createLineMatcher(pattern);
      const head = line.slice(0, at);
      const first = matcher.next(head);
      const found = first !== -1 ? first : matcher.next(line.slice(at)) + head.length;
      expect(shortest === 0 ? -1 : found).toBe(shortest === 0 ? -1 : shortest);
      if (shortest === 0) expect(first).toBe(-1);
    }), { numRuns: 2000 });
  });
});

describe('a dialog that is never held', () => {
  it.each<[string, () => string | Uint8Array, string]>([
    ['lines', () => 'quiet line of a guest\n'.repeat(400_000), '/never: $/'],
    ['lines that nearly match', () => 'a line that is ok so far\n'.repeat(40_000), '/ok$ so/'],
    ['one line', () => 'login '.repeat(1_000_000), '/login: $/'],
    ['one line for a text', () => 'login '.repeat(1_000_000), 'login: '],
    ['escapes without end', () => '\x1b]'.repeat(2_000_000), '/x$/'],
    ['long titles', () => `\x1b]${'x'.repeat(4097)}`.repeat(1000), '/y$/'],
    ['parameters without end', () => `\x1b[${'0;'.repeat(2_000_000)}`, '/x$/'],
    ['carriage returns', () => '\r'.repeat(3_000_000), '/x$/'],
    ['bytes that are no text', () => Buffer.alloc(4_000_000, 0xff), '/x$/'],
    ['blanks, looked ahead of', () => `${' '.repeat(3000)}\n`.repeat(20), '/ (?=x)/'],
  ])('reads %s in linear time', (_, text, wait) => {
    const bytes = Buffer.from(text());
    const time = (input: Uint8Array): number => {
      const watch = createWatch([talk(wait)]);
      const begin = performance.now();
      for (let at = 0; at < input.length; at += 4096) watch.push(input.subarray(at, at + 4096));
      expect(watch.end().findings.filter(({ kind }) => kind === 'dialog')).toEqual([]);
      return performance.now() - begin;
    };
    time(bytes.subarray(0, bytes.length / 4));
    const quarter = time(bytes.subarray(0, bytes.length / 4));
    expect(time(bytes)).toBeLessThan(Math.max(1000, 4 * 4 * quarter));
  });
});
