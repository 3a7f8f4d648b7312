import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expect } from '../../../src/model/case.ts';
import type { WatchState } from '../../../src/model/console.ts';
import { createWatch } from '../../../src/console/watch.ts';
import { ktapExpect, watchText } from './read.ts';

const moby: Expect = { pass: ['one', '/two$/'], fail: 'FAILED', ordered: false };
const corpus = ['kernel-logs', 'ktap'].flatMap((folder) => {
  const path = new URL(`../../corpus/${folder}/`, import.meta.url);
  return readdirSync(path).filter((name) => name.endsWith('.log')).map((name) => readFileSync(new URL(name, path)));
});

function watchChunks(chunks: readonly Uint8Array[], expects: readonly Expect[]): { state: WatchState; excerpt: unknown } {
  const watch = createWatch(expects);
  chunks.forEach((chunk) => { watch.push(chunk); });
  const state = watch.end();
  const crash = state.findings.find((finding) => finding.kind === 'crash');
  return { state, excerpt: [watch.excerpt(), crash === undefined ? [] : watch.excerpt({ line: crash.line, endLine: crash.endLine })] };
}

function cut(input: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(input.subarray(at, at + size));
    at += size;
  }
  return [...chunks, input.subarray(at)];
}

describe('watch', () => {
  it('finds the same however real consoles are chunked', () => {
    fc.assert(fc.property(fc.constantFrom(...corpus), fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 20 }), (input, sizes) => {
      expect(watchChunks(cut(input, sizes), [ktapExpect, moby])).toEqual(watchChunks([input], [ktapExpect, moby]));
    }), { numRuns: 150 });
  });

  const words = fc.constantFrom(
    'ok 1 a\n', 'ok 2 b\n', 'not ok 2 b\n', 'not o', 'KTAP version 1\n', 'TAP ver', 'sion 13\n', '1..3\n', '  ', '\t', '# ', '# Subtest: x\n', '  ---\n', '  ...\n', 'noise\n', '\n', '\r', '\x1b[1m', 'BUG: Bad page state\n', 'BUG: ', 'Call Trace:\n', ' f+0x1/0x2\n',
    'Kernel panic - not syncing: x\n', 'RIP: 0010:f+0x1/0x2\n', '[    1.000000] ', '[901320.000000][    T1] ', '[    1.000000][    C1] ', '<6>', '(0)[1:sh] ', 'WARNING: CPU: 1 PID: 1 at a.c:1 f\n', 'INFO: task x\n', 'blocked for more than 9 seconds\n', '---[ end trace 0 ]---\n',
    'Linux version 6.1\n', 'Linux version x\n', 'SeaBIOS (version 1)\n', 'Run /init as init process\n', 'kit-test: begin\n', 'kit-test: end exit=0\n', 'ok 1 run # exit=3 as expected\n', 'not ok 1 run # ex', 'it=0, expected 3\n', 'kit-test: init 1\n', 'one', 'two\n', 'FAILED\n', 'Moby test suite FAILED\n', 'reboot: Power down\n', 'quiet line\n'.repeat(70), '[    1.000000] kernel line\n'.repeat(50), 'x'.repeat(3000),
  ).map((text) => Buffer.from(text));
  it('finds the same however anything is chunked', () => {
    fc.assert(fc.property(fc.array(words, { maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 40 }), (parts, sizes) => {
      const input = Buffer.concat(parts);
      expect(watchChunks(cut(input, sizes), [ktapExpect, moby])).toEqual(watchChunks([input], [ktapExpect, moby]));
      // Without regular expressions whole blocks are passed by: what is then found must not differ.
      const plain: Expect = { protocol: 'ktap', fail: 'FAILED', exit: 3, ordered: false };
      expect(watchChunks(cut(input, sizes), [plain])).toEqual(watchChunks([input], [plain]));
      expect(watchChunks([...input].map((byte) => Uint8Array.of(byte)), [plain])).toEqual(watchChunks([input], [plain]));
    }), { numRuns: 300 });
  });

  it.each([
    ['a prefix that comes late', `${'quiet line\n'.repeat(300)}${'[    1.000000] kernel line\n'.repeat(10)}BUG: Bad page state\n`],
    ['a line cut where no document is', 'TAP ver[    1.000000] x\nsion 13\n1..1\nok 1 a\n'],
    ['a frame of raw output where no document is', 'quiet\nkit-test: begin\nKTAP version 1\n1..1\nok 1 a\n'],
    ['a long uptime in the middle of a result', 'KTAP version 1\n1..1\nok 1 na[901320.000000] x\nme\n'],
    ['noise between a result and what looks like YAML', 'TAP version 14\n1..2\nok 1 a\nnoise\n  ---\n  ok 1 b\n  ...\nok 2 c\n'],
    ['a banner that is none', 'Linux version 6\nLinux version of it\n'],
  ])('finds the same with %s', (_, text) => {
    const input = Buffer.from(text);
    const plain: Expect = { protocol: 'ktap', ordered: false };
    expect(watchChunks([...input].map((byte) => Uint8Array.of(byte)), [plain])).toEqual(watchChunks([input], [plain]));
  });

  it('finds the same byte by byte', () => {
    for (const input of corpus.filter((bytes) => bytes.length < 3000)) {
      expect(watchChunks([...input].map((byte) => Uint8Array.of(byte)), [ktapExpect])).toEqual(watchChunks([input], [ktapExpect]));
    }
  });

  it('is decided by all that was expected, and by a panic', () => {
    const watch = createWatch([ktapExpect, moby]);
    expect(watch.push(Buffer.from('KTAP version 1\n1..1\nok 1 a\n')).decided).toBe(false);
    expect(watch.push(Buffer.from('one\n')).decided).toBe(false);
    expect(watch.push(Buffer.from('and two\n')).decided).toBe(true);
    expect(watch.push(Buffer.from('KTAP version 1\n1..1\n')).decided).toBe(false);
    expect(watch.push(Buffer.from('Kernel panic - not syncing: x\n')).decided).toBe(true);
  });

  it("is not decided by the kernel's own results while user space has not begun", () => {
    const watch = createWatch([ktapExpect]);
    expect(watch.push(Buffer.from('[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000] ok 1 a\n')).decided).toBe(false);
    expect(watch.push(Buffer.from('KTAP version 1\n1..1\nok 1 a\n')).decided).toBe(true);
  });

  it('is decided by an expected crash that is no panic', () => {
    const watch = createWatch([{ crash: true, ordered: false }]);
    expect(watch.push(Buffer.from('hello\n')).decided).toBe(false);
    expect(watch.push(Buffer.from('WARNING: CPU: 0 PID: 1 at kernel/a.c:1 f+0x1/0x2\n')).decided).toBe(true);
  });

  it.each([
    ['kit-test: init 0.1.0'],
    ['[    1.000000] Run /init as init process'],
    ['[    1.000000] Run /sbin/init as init process'],
  ])('takes %s for user space', (line) => {
    const watch = createWatch([]);
    expect(watch.push(Buffer.from('[    0.000000] Linux version 6.1.0\n')).userspace).toBe(false);
    expect(watch.push(Buffer.from(`${line}\n`)).userspace).toBe(true);
  });

  it('tells milestones once, with their lines', () => {
    const text = '[    0.000000] Booting Linux on physical CPU 0x0\n[    0.000000] Linux version 6.1.0\n\nkit-test: init 1\n[    2.000000] reboot: Power down\n';
    expect(watchText(text).findings).toEqual([
      { kind: 'milestone', name: 'kernel', line: 1 }, { kind: 'milestone', name: 'userspace', line: 4 }, { kind: 'milestone', name: 'poweroff', line: 5 },
    ]);
  });

  it('knows the last line with text', () => {
    expect(watchText('a\nlast \n\n\n').lastLine).toBe('last');
  });
});

describe('markers', () => {
  const pass = (text: string, one: Expect): readonly string[] => watchText(text, [one]).findings.flatMap((finding) => finding.kind === 'marker' ? [`${finding.role} ${finding.pattern} ${finding.line}`] : []);

  it.each<readonly [string, string, Expect, readonly string[]]>([
    ['text anywhere in a line, once', 'xx one\none\n', { pass: 'one', ordered: false }, ['pass one 1']],
    ['regular expressions on the text behind the printk prefix', '[    1.000000] one\n', { pass: '/^ONE$/i', ordered: false }, ['pass /^ONE$/i 1']],
    ['characters that mean something elsewhere', 'a.b (c) [d]\n', { pass: ['a.b (c)', '[d]'], ordered: false }, ['pass a.b (c) 1', 'pass [d] 1']],
    ['patterns in order', 'two\none\nthree\ntwo\nthree\n', { pass: ['one', 'two', 'three'], ordered: true }, ['pass one 2', 'pass two 4', 'pass three 5']],
    ['failures, ten at most', 'FAILED\n'.repeat(50), { pass: 'x', fail: 'FAILED', ordered: false }, Array.from({ length: 10 }, (_, index) => `fail FAILED ${index + 1}`)],
    ['something that is no regular expression as text', 'see /a(/ here\n', { pass: '/a(/', ordered: false }, ['pass /a(/ 1']],
  ])('are %s', (_, text, one, expected) => {
    expect(pass(text, one)).toEqual(expected);
  });
});

describe('excerpt', () => {
  const lines = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');

  it('is the last 40 lines where nothing was found', () => {
    const watch = createWatch([]);
    watch.push(Buffer.from(lines(1, 1000)));
    watch.end();
    expect(watch.excerpt().map((line) => line.number)).toEqual(Array.from({ length: 40 }, (_, index) => 961 + index));
    expect(watch.excerpt()[0]).toEqual({ number: 961, text: 'line 961' });
  });

  it('keeps the lines around a marker, however much comes after', () => {
    const watch = createWatch([{ pass: 'x', fail: 'FAILED', ordered: false }]);
    for (let at = 0; at < 100; at += 1) watch.push(Buffer.from(lines(at * 100 + 1, at * 100 + 100).replace('line 5050\n', 'FAILED here\n')));
    watch.end();
    const excerpt = watch.excerpt({ line: 5050 });
    expect(excerpt.length).toBeLessThanOrEqual(40);
    expect(excerpt.find((line) => line.number === 5050)?.text).toBe('FAILED here');
    expect(excerpt[0]?.number).toBeLessThan(5045);
    expect(excerpt.at(-1)?.number).toBeGreaterThan(5050);
  });

  it('shows a crash report from its first line', () => {
    const watch = createWatch([]);
    watch.push(Buffer.from(`${lines(1, 100)}BUG: Bad page state in process x\nCall Trace:\n dump_stack+0x1/0x2\n---[ end trace 0 ]---\n${lines(105, 400)}`));
    const crash = watch.end().findings.find((finding) => finding.kind === 'crash');
    expect(crash).toMatchObject({ line: 101, endLine: 104 });
    const excerpt = watch.excerpt({ line: 101, endLine: 104 });
    expect(excerpt.map((line) => line.number)).toEqual([97, 98, 99, 100, 101, 102, 103, 104]);
  });

  it('holds no control characters and no endless lines', () => {
    const watch = createWatch([]);
    watch.push(Buffer.from(`a\x07b\x9bc\u202ed\te\n${'y'.repeat(100_000)}\n`));
    watch.end();
    const [first, second] = watch.excerpt();
    expect(first?.text).toBe('a\ufffdb\ufffdc\ufffdd    e');
    expect(second?.text.length).toBeLessThan(500);
  });
});
