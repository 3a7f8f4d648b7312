// The dialects of KTAP and TAP that really appear on consoles, and those npm's tap-parser reads wrongly.
import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { documentsOf, sketch, watchText, ktapExpect } from './read.ts';
import { judgeConsole } from '../../../src/verdict/parse-text.ts';
import { createWatch } from '../../../src/console/watch.ts';
import { countResults } from '../../../src/verdict/results.ts';

const verdictOf = (text: string): string => judgeConsole(createWatch([ktapExpect]), [Buffer.from(text)], [ktapExpect]).verdict.kind;
const stamp = (text: string): string => text.replace(/^/gm, '[    0.060000] ').replace(/\[ {4}0\.060000\] $/, '');

const dialects: readonly (readonly [name: string, text: string, verdict: string, results: string])[] = [
  ['TAP 13, plan first', 'TAP version 13\n1..2\nok 1 - a\nok 2 - b\n', 'pass', 'ok a, ok b'],
  ['TAP 14, plan last', 'TAP version 14\nok 1 - a\nok 2 - b\n1..2\n', 'pass', 'ok a, ok b'],
  ['CRLF', 'TAP version 13\r\n1..1\r\nok 1 - a\r\n', 'pass', 'ok a'],
  ['Bail out!', 'TAP version 13\n1..2\nok 1 - a\nBail out! no disk\n', 'fail', 'ok a, MISSING test 2'],
  ['everything skipped by plan', 'TAP version 14\n1..0 # SKIP no device\n', 'skip', 'skip all tests'],
  ['printk timestamps on every line, all pass', stamp('TAP version 14\n1..1\nok 1 - a\n'), 'pass', 'ok a'],
  ['printk timestamps on every line, one fails', stamp('TAP version 14\n1..1\nnot ok 1 - a\n'), 'fail', 'FAIL a'],
  ['a KTAP version line', 'KTAP version 1\n1..1\nok 1 a\n', 'pass', 'ok a'],
  ['KUnit, 4 spaces, Subtest and plans', 'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..1\n    ok 1 a\nok 1 suite\n', 'pass', 'ok suite [ok a]'],
  ['KUnit, a parameterised level without plan', 'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..1\n        KTAP version 1\n        # Subtest: case\n        ok 1 p1\n        ok 2 p2\n    ok 1 case\nok 1 suite\n', 'pass', 'ok suite [ok case [ok p1, ok p2]]'],
  ['2 spaces, child fails, parent says ok', 'KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\n  not ok 2 b\nok 1 suite\n', 'fail', 'FAIL suite [ok a, FAIL b]'],
  ['tabs, inner failure, parent says ok', 'TAP version 14\n1..1\n\t# Subtest: suite\n\t1..1\n\tnot ok 1 - a\nok 1 - suite\n', 'fail', 'FAIL suite [FAIL a]'],
  ['kselftest children in comments inform, the parent decides', 'TAP version 13\n1..1\n# selftests: vm: soft\n# TAP version 13\n# 1..2\n# ok 1 x\n# not ok 2 y\nok 1 selftests: vm: soft\n', 'pass', 'ok selftests: vm: soft [ok x, FAIL y]'],
  ['ok # XFAIL', 'KTAP version 1\n1..1\nok 1 a # XFAIL broken\n', 'pass', 'xfail a'],
  ['not ok # XFAIL', 'KTAP version 1\n1..1\nnot ok 1 a # XFAIL broken\n', 'pass', 'xfail a'],
  ['not ok # TIMEOUT', 'TAP version 13\n1..1\nnot ok 1 a # TIMEOUT 45 seconds\n', 'fail', 'FAIL a'],
  ['not ok # ERROR', 'KTAP version 1\n1..1\nnot ok 1 a # ERROR set-up\n', 'fail', 'FAIL a'],
  ['not ok # SKIP', 'TAP version 13\n1..2\nok 1 b\nnot ok 2 a # SKIP\n', 'pass', 'ok b, skip a'],
  ['not ok # TODO', 'TAP version 13\n1..1\nnot ok 1 a # TODO later\n', 'pass', 'xfail a'],
  ['ok # TODO', 'TAP version 13\n1..1\nok 1 a # TODO later\n', 'pass', 'ok a'],
  ['a directive before its text', 'TAP version 13\n1..2\nok 1 x\nok 2 # SKIP CLOCK_X\n', 'pass', 'ok x, skip CLOCK_X'],
  ['printk splits a result line', 'KTAP version 1\n1..2\nok 1 a\nnot o[    5.123456] usb 1-1: new device\nk 2 b\n', 'fail', 'ok a, FAIL b'],
  ['ANSI colour before ok', 'KTAP version 1\n1..1\n\x1b[32mok\x1b[0m 1 a\n', 'pass', 'ok a'],
  ['two documents in one stream', 'TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..1\nok 1 b\n', 'pass', 'ok a | ok b'],
  ['panic in the middle', 'KTAP version 1\n1..2\nok 1 a\nKernel panic - not syncing: oh no\n', 'crash', 'ok a, MISSING test 2'],
  ['WARN splat between passing tests', 'KTAP version 1\n1..2\nok 1 a\nWARNING: CPU: 0 PID: 1 at kernel/a.c:1 f+0x1/0x2\nok 2 b\n', 'crash', 'ok a, ok b'],
  ['no plan', 'TAP version 13\nok 1 a\nok 2 b\n', 'pass', 'ok a, ok b'],
  ['no plan, and a gap', 'TAP version 13\nok 1 a\nok 3 b\n', 'fail', 'ok a, ok b, MISSING test 2'],
  ['a name that ends in {', 'TAP version 14\n1..1\nok 1 - name {\n', 'pass', 'ok name {'],
  ['printk lines between results', 'KTAP version 1\n1..2\nok 1 a\n[    5.123456] usb 1-1: new device\n[    5.200000] ok 2 not a result of user space\nok 2 b\n', 'pass', 'ok a, ok b'],
  ['YAML after a result', 'TAP version 14\n1..2\nnot ok 1 a\n  ---\n  message: x\n  ok 1 not a result\n  ...\nok 2 b\n', 'fail', 'FAIL a, ok b'],
  ['TAP 14 child without Subtest', 'TAP version 14\n1..1\n    1..1\n    ok 1 - c\nok 1 - p\n', 'pass', 'ok p [ok c]'],
  ['TAP 14 child announced at its parent', 'TAP version 14\n1..2\nok 1 - a\n# Subtest: p\n    1..1\n    not ok 1 - c\nok 2 - p\n', 'fail', 'ok a, FAIL p [FAIL c]'],
  ['results out of order', 'TAP version 13\nok 2 b\n1..3\nok 1 a\nok 3 c\n', 'pass', 'ok b, ok a, ok c'],
  ['5.x modules that go on counting', 'TAP version 14\nok 13 - kasan\nok 14 - next\n', 'pass', 'ok kasan, ok next'],
];

describe('dialects of KTAP', () => {
  it.each(dialects)('reads %s', (_, text, verdict, results) => {
    expect(documentsOf(text).map((document) => sketch(document.results)).join(' | ')).toBe(results);
    expect(verdictOf(text)).toBe(verdict);
  });

  it('is marked where a result was put together again', () => {
    const [document] = documentsOf('KTAP version 1\n1..1\nok 1 na[    5.123456] printk\nme\n');
    expect(document?.results).toMatchObject([{ name: 'name', repaired: true }]);
  });

  it('takes a head that only lacks its end as it is', () => {
    const [document] = documentsOf('KTAP version 1\n1..2\nok 1 a[    5.123456] printk\n\nok 2 b\n');
    expect(sketch(document?.results ?? [])).toBe('ok a, ok b');
  });

  it('agrees with tap-parser on clean TAP', () => {
    for (const ok of [[true], [true, false], [true, true, false, true]]) {
      const text = `TAP version 14\n1..${ok.length}\n${ok.map((one, index) => `${one ? 'ok' : 'not ok'} ${index + 1} - t${index}`).join('\n')}\n`;
      const parser = new Parser();
      parser.end(text);
      const [document] = documentsOf(text);
      expect(document?.results.map((result) => result.status === 'pass')).toEqual(ok);
      expect(verdictOf(text) === 'pass').toBe(parser.ok);
    }
  });

  it('keeps the last diagnostics of a failure as its detail', () => {
    const [document] = documentsOf('KTAP version 1\n1..1\n# a: EXPECTATION FAILED at lib/a.c:30\nnot ok 1 a\n');
    expect(document?.results[0]?.detail).toBe('a: EXPECTATION FAILED at lib/a.c:30');
  });

  it('ignores what stands between the frames of raw output', () => {
    const text = 'kit-test: init 1\nKTAP version 1\n1..1\nkit-test: begin\nnot ok 1 mine\nTAP version 13\n1..7\nkit-test: end exit=0\nok 1 run\n';
    expect(documentsOf(text).map((document) => sketch(document.results))).toEqual(['ok run']);
  });

  it('reads the entries of builtin:init with their own documents', () => {
    const text = ['kit-test: init 1', 'KTAP version 1', '1..3', '  hello', '  ok, said the program', 'ok 1 hello', '  KTAP version 1', '  1..2', '  ok 1 x', '  not ok 2 y', 'not ok 2 check # exit=1', 'ok 3 later # SKIP no device', '# dhcp: started', 'Moby test suite FAILED', ''].join('\n');
    const [document] = documentsOf(text);
    expect(sketch(document?.results ?? [])).toBe('ok hello, FAIL check [ok x, FAIL y], skip later');
    expect(document).toMatchObject({ planned: 3, complete: true, problems: [] });
  });

  it('names what never came by what had been announced', () => {
    expect(sketch(documentsOf('TAP version 13\n1..2\n# selftests: vm: a\nok 1 selftests: vm: a\n# selftests: vm: b\n')[0]?.results ?? [])).toBe('ok selftests: vm: a, MISSING selftests: vm: b');
    expect(sketch(documentsOf('KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..2\n    ok 1 a\n')[0]?.results ?? [])).toBe('MISSING suite [ok a, MISSING test 2]');
  });

  it.each([
    ['a number twice', 'KTAP version 1\n1..2\nok 1 a\nok 1 a\nok 2 b\n', 'result 1 came twice'],
    ['a number beyond the plan', 'KTAP version 1\n1..1\nok 1 a\nok 2 b\n', 'result 2 is not in the plan 1..1'],
    ['a plan that changes', 'KTAP version 1\n1..1\nok 1 a\n1..2\n', 'the plan 1..1 became 1..2'],
  ])('complains of %s', (_, text, problem) => {
    expect(documentsOf(text)[0]?.problems).toContain(problem);
    expect(verdictOf(text)).toBe('fail');
  });

  it.each([
    ['kselftest', 'TAP version 13\n1..2\nok 1 a\nok 2 b # SKIP no\n# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:1 error:0\n'],
    ['KUnit', 'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..2\n        KTAP version 1\n        # Subtest: a\n        ok 1 p1\n        ok 2 p2\n    # a: pass:2 fail:0 skip:0 total:2\n    ok 1 a\n    ok 2 b\n# suite: pass:2 fail:0 skip:0 total:2\n# Totals: pass:3 fail:0 skip:0 total:3\nok 1 suite\n'],
    ['KUnit for one case with parameters', 'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..1\n        KTAP version 1\n        # Subtest: a\n        ok 1 p1\n        ok 2 p2 # SKIP no\n    ok 1 a\n# Totals: pass:1 fail:0 skip:1 total:2\nok 1 suite\n'],
    ['a program in the comments of kselftest', 'TAP version 13\n1..2\n# selftests: x: y\n# TAP version 13\n# 1..2\n# ok 1 p\n# not ok 2 q # XFAIL known\n# # Totals: pass:1 fail:0 xfail:1 xpass:0 skip:0 error:0\nok 1 selftests: x: y\n# selftests: x: z\nok 2 selftests: x: z\n'],
  ])('compares the totals of %s with the results', (_, text) => {
    expect(verdictOf(text)).toBe('pass');
    for (const [totals] of text.matchAll(/# (?:Totals|suite|a): pass:\d.*\n/g)) {
      expect([totals, verdictOf(text.replace(totals, totals.replace(/pass:(\d)/, 'pass:9')))]).toEqual([totals, 'fail']);
    }
  });

  it('leaves programs alone that count otherwise: one document after another in the comments of one test', () => {
    const program = '# TAP version 13\n# 1..1\n# ok 1 p\n# # Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n';
    expect(verdictOf(`TAP version 13\n1..1\n${program}${program}ok 1 selftests: x: y\n`)).toBe('pass');
  });

  it('tells a test that crashed under KUnit, though the kernel went on', () => {
    const text = 'KTAP version 1\n1..2\n# a: kunit test case crashed!\nnot ok 1 a\nok 2 b\n';
    expect(documentsOf(text)[0]?.results).toMatchObject([{ name: 'a', status: 'fail', crashed: true }, { name: 'b', status: 'pass' }]);
    expect(countResults(documentsOf(text))).toMatchObject({ status: 'crash', passed: 1, failed: 0, crashed: 1, errors: 0 });
  });

  it('explains what never came by the crash that cut it off', () => {
    const { results } = judgeConsole(createWatch([ktapExpect]), [Buffer.from('KTAP version 1\n1..2\nok 1 a\nKernel panic - not syncing: oh no\n')], [ktapExpect]);
    expect(results[1]).toMatchObject({ status: 'missing', detail: 'the kernel crashed: kernel panic: oh no' });
  });

  it('misses the first result of a level without a plan: below a document counting begins at 1', () => {
    expect(sketch(documentsOf('KTAP version 1\n\t# Subtest: s\n\tok 2 - b\nok 7 - s\n')[0]?.results ?? [])).toBe('FAIL s [ok b, MISSING test 1]');
  });

  it('misses the result of a suite in front of the first one that reported', () => {
    const suite = (name: string): string => `\t# Subtest: ${name}\n\t1..1\n\tok 1 - x\n`;
    expect(verdictOf(`TAP version 14\n${suite('a')}ok 6 - a\n${suite('b')}ok 7 - b\n`)).toBe('pass');
    expect(verdictOf(`TAP version 14\n${suite('a')}${suite('b')}ok 7 - b\n`)).toBe('fail');
  });

  it('accepts a plan that is repeated', () => {
    expect(verdictOf('TAP version 13\n1..1\nok 1 a\n1..1\n')).toBe('pass');
  });

  it('says while the document goes on what the last test was', () => {
    const watch = createWatch([ktapExpect]);
    expect(watch.push(Buffer.from('KTAP version 1\n1..2\nok 1 a\n# selftests: x: y\nlast words\n'))).toMatchObject({ lastTest: 'selftests: x: y', lastLine: 'last words', decided: false });
    expect(watch.push(Buffer.from('ok 2 b\n')).decided).toBe(true);
    expect(watchText('').decided).toBe(false);
  });
});
