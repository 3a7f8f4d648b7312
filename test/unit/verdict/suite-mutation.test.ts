// Takes passing consoles of every suite and deletes or alters each line: the verdict turns, or the line is one of those that
// say nothing the others do not.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../../../src/model/protocol.ts';
import { judged } from '../console/read.ts';
import { gotestArbitrary, pytestArbitrary } from '../console/suite-arbitrary.ts';
import type { SuiteLine } from '../console/suite-arbitrary.ts';

interface Console {
  readonly protocol: Protocol;
  readonly text: string;
  /** How a good result turns bad. */
  readonly spoil: readonly (readonly [good: RegExp, bad: string])[];
  /** Lines without which the console still proves all, and why. */
  readonly unaffected: readonly (readonly [line: RegExp, why: string])[];
}

const summary = (passed: number, skipped = 0): string => `\nSummary:\npassed   ${passed}\nfailed   0\nbroken   0\nskipped  ${skipped}\nwarnings 0\n`;

const consoles: Readonly<Record<string, Console>> = {
  'TAP 14': {
    protocol: 'tap',
    text: 'TAP version 14\n1..3\nok 1 - a\n# talk\nok 2 - b # time=1ms\n  ---\n  x: y\n  ...\n# Subtest: c\n    1..2\n    ok 1 - c1\n    ok 2 - c2\nok 3 - c\n',
    spoil: [[/^( *)ok (\d)/, '$1not ok $2']],
    unaffected: [
      [/^TAP version/, 'a plan begins a document too'],
      [/^ *(?:#|---|\.\.\.|x: )/, 'comments and diagnostics tell no result'],
    ],
  },
  'LTP, new style': {
    protocol: 'ltp',
    text: `tst_test.c:1: TINFO: Timeout per run is 0h 05m 00s\na01.c:1: TPASS: one\na01.c:2: TPASS: two\n${summary(2)}b01 1 TINFO: hello\nb01 1 TPASS: one\n${summary(1)}`,
    spoil: [[/TPASS/, 'TFAIL'], [/TPASS/, 'TBROK'], [/^passed {3}(\d)/, 'passed   1$1'], [/^(failed|broken|warnings)( +)0/, '$1$21']],
    unaffected: [[/TINFO/, 'talk'], [/^$/, 'nothing']],
  },
  'LTP, old style in the frames of runltp': {
    protocol: 'ltp',
    text: ['a01', 'b01'].map((name) => `<<<test_start>>>\ntag=${name} stime=1\ncmdline="${name}"\n<<<test_output>>>\n${name}     1  TPASS  :  one\n${name}     2  TPASS  :  two\n<<<execution_status>>>\ninitiation_status="ok"\nduration=0 termination_type=exited termination_id=0 corefile=no\n<<<test_end>>>\n`).join(''),
    spoil: [[/TPASS/, 'TFAIL'], [/termination_id=0/, 'termination_id=1'], [/termination_type=exited/, 'termination_type=signaled']],
    unaffected: [
      [/^tag=|^cmdline=|^<<<(?:test_output|execution_status)|^initiation/, 'names and headings: how the program ended stays told'],
      [/ 2 {2}TPASS/, "the last line of an old program: nothing announces it, but the program's status stays told"],
      [/^<<<test_start/, "what the program's own lines tell begins it too"],
      [/^<<<test_end/, 'the next frame ends it, or the end of the console does, after its status was told'],
    ],
  },
  'the table of runltp': {
    protocol: 'ltp',
    text: 'Testcase       Result     Exit Value\n--------       ------     ----------\na01            PASS       0\nb01            PASS       0\nTotal Tests: 2\n',
    spoil: [[/PASS( +)0/, 'FAIL$11'], [/PASS( +)0/, 'PASS$12'], [/Tests: 2/, 'Tests: 3']],
    unaffected: [[/^---/, 'a rule']],
  },
  'go test -v': {
    protocol: 'gotest',
    text: '=== RUN   TestA\n=== RUN   TestA/x\n    a_test.go:3: talk\n--- PASS: TestA (0.10s)\n    --- PASS: TestA/x (0.10s)\n=== RUN   TestB\n--- PASS: TestB (0.00s)\nPASS\nok  \ta\t0.2s\n',
    spoil: [[/--- PASS/, '--- FAIL'], [/^PASS$/, 'FAIL'], [/^ok {2}\ta/, 'FAIL\ta']],
    unaffected: [
      [/^=== RUN/, 'its result stays told'],
      [/a_test\.go/, 'talk'],
      [/^PASS$/, 'the line of the package says the same'],
      [/^ok/, 'PASS is the last word of the test program'],
    ],
  },
  'go test -json': {
    protocol: 'gotest',
    text: [{ Action: 'start' }, { Action: 'run', Test: 'TestA' }, { Action: 'output', Test: 'TestA', Output: 'talk\n' }, { Action: 'pass', Test: 'TestA', Elapsed: 0.1 }, { Action: 'output', Output: 'PASS\n' }, { Action: 'pass', Elapsed: 0.2 }].map((event) => `${JSON.stringify({ ...event, Package: 'a' })}\n`).join(''),
    spoil: [[/"pass"/, '"fail"']],
    unaffected: [[/"start"|"run"/, 'its end stays told'], [/"output"/, 'talk']],
  },
  'go test -v of packages with parallel tests, of one without tests and of one from the cache': {
    protocol: 'gotest',
    text: '?   \tn\t[no test files]\n=== RUN   TestA\n=== PAUSE TestA\n=== RUN   TestB\n=== PAUSE TestB\n=== CONT  TestA\n=== CONT  TestB\n--- PASS: TestB (0.00s)\n--- PASS: TestA (0.00s)\nPASS\nok  \ta\t0.1s\n=== RUN   TestA\n    a_test.go:3: no device\n--- SKIP: TestA (0.00s)\nPASS\nok  \tb\t(cached)\n',
    spoil: [[/--- (?:PASS|SKIP)/, '--- FAIL'], [/^PASS$/, 'FAIL'], [/^ok {2}\ta/, 'FAIL\ta']],
    unaffected: [
      [/^=== /, 'its result stays told'],
      [/a_test\.go/, 'talk'],
      [/^PASS$/, 'the line of the package says the same'],
      [/^ok/, 'PASS is the last word of the test program'],
      [/^\?/, 'a package without tests proves nothing'],
    ],
  },
  'pytest -v': {
    protocol: 'pytest',
    text: readFileSync(new URL('../../corpus/suites/pytest-9-good.log', import.meta.url), 'utf8'),
    spoil: [[/PASSED/, 'FAILED'], [/PASSED/, 'ERROR'], [/\d passed/, '4 passed'], [/collected 4/, 'collected 5']],
    unaffected: [
      [/^===+ test session|^platform|^rootdir|^$/, 'a heading'],
      [/collected/, 'the last line counts as well'],
    ],
  },
};

describe.each(Object.entries(consoles))('a passing console of %s', (_, { protocol, text, spoil, unaffected }) => {
  const lines = text.split('\n').slice(0, -1);
  const verdict = (changed: readonly string[]): string => judged(changed.map((line) => `${line}\n`).join(''), protocol).replace(/[: ].*/s, '');

  it('passes', () => {
    expect(verdict(lines)).toBe('pass');
  });

  it('passes no more when any line is deleted that tells a result', () => {
    const silent = lines.flatMap((line, index) => (verdict(lines.toSpliced(index, 1)) === 'pass' ? [line] : []));
    expect(silent.filter((line) => !unaffected.some(([pattern]) => pattern.test(line)))).toEqual([]);
    // What is called unaffected really is, at least in one place.
    expect(unaffected.filter(([pattern]) => !silent.some((line) => pattern.test(line)))).toEqual([]);
  });

  it('passes no more when any line says otherwise', () => {
    for (const [good, bad] of spoil) {
      const hit = lines.flatMap((line, index) => (good.test(line) ? [index] : []));
      expect([good, hit.length]).not.toEqual([good, 0]);
      for (const index of hit) expect([lines[index], verdict(lines.with(index, (lines[index] ?? '').replace(good, bad)))]).toEqual([lines[index], 'fail']);
    }
  });

  it('passes no more when it is cut off before its last result', () => {
    const last = lines.findLastIndex((line) => spoil.some(([good]) => good.test(line)));
    const cut = lines.slice(0, last).flatMap((line, index) => (verdict(lines.slice(0, index)) === 'pass' ? [line] : []));
    expect(cut.filter((line) => !unaffected.some(([pattern]) => pattern.test(line)))).toEqual([]);
  });
});

describe.each([['gotest', gotestArbitrary], ['pytest', pytestArbitrary]] as const)('any passing console of %s', (protocol, consoles) => {
  const verdict = (lines: readonly string[]): string => judged(lines.map((line) => `${line}\n`).join(''), protocol).replace(/[: ].*/s, '');
  const results = (lines: readonly SuiteLine[]): readonly (SuiteLine & { readonly index: number })[] => lines.flatMap((line, index) => (line.failed === undefined ? [] : [{ ...line, index }]));
  const texts = (lines: readonly SuiteLine[]): readonly string[] => lines.map(({ text }) => text);

  it('passes', () => {
    fc.assert(fc.property(consoles, (lines) => { expect(verdict(texts(lines))).toBe('pass'); }));
  });

  it('passes no more when any result is deleted, unless it proves nothing of its own', () => {
    fc.assert(fc.property(consoles, (lines) => {
      for (const { index, text, spare } of results(lines)) expect([text, verdict(texts(lines).toSpliced(index, 1))]).toEqual([text, spare === true ? 'pass' : 'fail']);
    }));
  });

  it('passes no more when any result failed', () => {
    fc.assert(fc.property(consoles, (lines) => {
      for (const { index, text, failed = '' } of results(lines)) expect([text, verdict(texts(lines).with(index, failed))]).toEqual([text, 'fail']);
    }));
  });
});
