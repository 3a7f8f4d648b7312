// The kernel prints into the lines of others: what can be put together is, and nothing passes that could not be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialectArbitrary, isResultLine, printKtap, treeArbitrary } from './ktap-arbitrary.ts';
import { documentsOf, judged, sketch } from './read.ts';

const names = fc.oneof(
  fc.stringMatching(/^[a-z][a-z_0-9]{0,8}$/).filter((text) => !/^(?:ok|not)$/.test(text)),
  fc.constantFrom('ok 2 b', 'is not ok 1 a', 'a 1..2', 'x: y', 'größe', 'not ok', 'KTAP version 1', 'a [1] b'),
);
const kernelLines = fc.array(
  fc.constantFrom('[    5.123456] usb 1-1: new device', '[    5.123456][    T1] ok 1 not a result', '<6>[   15.000000] x', '[12345.678901] not ok 3 # SKIP', '[    5.000000][  C1] # SKIP y', '[    5.000000] '),
  { minLength: 1, maxLength: 3 },
);

describe('a result line that the kernel printed into', () => {
  it('is what it was without, or nothing passes', () => {
    fc.assert(fc.property(treeArbitrary(names, fc.constantFrom('ok', 'ok', 'not ok', 'skip')), dialectArbitrary, kernelLines, fc.constantFrom('\n', '\r\n'), fc.nat(), fc.nat(), (tree, dialect, noise, end, which, where) => {
      // What the kernel prints amid its own results must not look like one: it would be one.
      const kernel = dialect.prefix ? noise.map((one) => one.replace(/(?:not )?ok|# SKIP/, 'x')) : noise;
      const lines = printKtap(tree, dialect);
      const results = lines.filter(isResultLine);
      const line = results[which % results.length] ?? '';
      const before = `${lines.slice(0, lines.indexOf(line)).join('\n')}\n`;
      const text = Buffer.from(`${lines.join('\n')}\n`);
      const at = Buffer.byteLength(before) + where % Buffer.byteLength(`${line}\n`);
      const broken = Buffer.concat([text.subarray(0, at), Buffer.from(kernel.map((one) => one + end).join('')), text.subarray(at)]);
      // A character of several bytes that was cut shows as replaced: the result is still certain.
      const shown = (bytes: Uint8Array): string => documentsOf(bytes).map((document) => sketch(document.results)).join('|').replace(/[^ -~]+/g, '?');
      if (!judged(broken, 'ktap').startsWith('fail')) expect(shown(broken)).toBe(shown(text));
    }), { numRuns: 3000 });
  });

  it('is certain in user space in nearly every place', () => {
    const lines = ['KTAP version 1', '1..3', 'ok 1 first', 'ok 2 second # SKIP why', 'not ok 3 third'];
    const whole = sketch(documentsOf(`${lines.join('\n')}\n`)[0]?.results ?? []);
    const text = `${lines.join('\n')}\n`;
    for (let at = text.indexOf('ok 1'); at < text.length; at += 1) {
      const [document] = documentsOf(`${text.slice(0, at)}[    5.123456] usb 1-1: new device\n${text.slice(at)}`);
      expect([at, sketch(document?.results ?? [])]).toEqual([at, whole]);
    }
  });

  it.each([
    ['not ok in two parts, with lines of the kernel between', 'KTAP version 1\n1..1\nnot [    5.1000000] x\n'.replace('5.1000000', '5.100000') + '[    5.200000] y\nok 1 a\n', 'fail (1 result failed: a): FAIL a'],
    ['a directive in the second part', 'KTAP version 1\n1..2\nok 1 b\nok 2 a [    5.100000] x\n# SKIP no device\n', 'pass: ok b, skip a'],
    ['a nested result whose indentation came alone', 'KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\n  [    5.100000] x\nok 2 b\nok 1 suite\n', 'pass: ok suite [ok a, ok b]'],
  ])('is put together: %s', (_, text, expected) => {
    expect(judged(text, 'ktap')).toBe(expected);
  });

  it.each([
    ['what dmesg(1) prints in an entry of builtin:init', 'KTAP version 1\n1..2\n  [    5.100000] usb 1-1: new device\nok 1 run\n  [    5.100000] usb\nok 2 more\n', 'pass: ok run, ok more'],
    ['times in comments', 'KTAP version 1\n1..2\n# [    5.100000] usb\nok 1 a\n# at [    5.200000] it began\nok 2 b\n', 'pass: ok a, ok b'],
    ['a time in a name', 'KTAP version 1\n1..2\nok 1 reads [    5.100000] well\nok 2 b\n', 'pass: ok reads, ok b'],
  ])('is not seen in %s', (_, text, expected) => {
    expect(judged(text, 'ktap')).toBe(expected);
  });

  it('is marked, and so is one behind text without an end that was announced by its name', () => {
    const text = 'TAP version 13\n1..2\n# selftests: vm: a\n# Successok 1 selftests: vm: a\n# selftests: vm: b\n# doing itnot ok 2 selftests: vm: b # exit=1\n';
    expect(judged(text, 'ktap')).toContain('FAIL selftests: vm: b');
    expect(documentsOf(text)[0]?.results).toMatchObject([{ name: 'selftests: vm: a', status: 'pass', repaired: true }, { status: 'fail', detail: 'exit=1', repaired: true }]);
    expect(judged('KTAP version 1\n1..1\nfoo ok 1 a\n', 'ktap')).toMatch(/^fail/);
  });

  it('is a problem where a line of the kernel has lost its end', () => {
    expect(judged('[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000] ok 1 na[    2.000000] usb\n[    3.000000] x\n', 'ktap')).toMatch(/^fail \(KTAP: a line was printed into "ok 1 na", and its end did not follow\)/);
  });
});
