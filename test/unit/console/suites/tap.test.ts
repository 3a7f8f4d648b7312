// TAP of user space, as npm's tap-parser reads it from a console.
import { describe, expect, it } from 'vitest';
import { documentsOf, judged } from '../read.ts';

describe('protocol: tap', () => {
  it.each([
    ['a plan first', 'TAP version 13\n1..2\nok 1 - a\nok 2 - b\n', 'pass: ok a, ok b'],
    ['a plan last, and no version', 'ok 1 - a\nok 2 - b\n1..2\n', 'pass: ok a, ok b'],
    ['subtests', 'TAP version 14\n1..1\n# Subtest: c\n    1..2\n    ok 1 - c1\n    ok 2 - c2 # SKIP no device\nok 1 - c\n', 'pass: ok c [ok c1, skip c2]'],
    ['a failed subtest whose parent says ok', 'TAP version 14\n1..1\n# Subtest: c\n    1..1\n    not ok 1 - c1\nok 1 - c\n', 'fail (1 result failed: c › c1): FAIL c [FAIL c1]'],
    ['a subtest in braces', 'TAP version 14\n1..1\nok 1 - c {\n    1..1\n    ok 1 - c1\n}\n', 'pass: ok c [ok c1]'],
    ['directives', 'TAP version 14\n1..3\nnot ok 1 - a # TODO later\nok 2 - b # skip no device\nok 3 - c\n', 'pass: xfail a, skip b, ok c'],
    ['everything skipped', 'TAP version 14\n1..0 # SKIP no device\n', 'skip (the only result was skipped: no device): skip all tests'],
    ['a document inside an entry of builtin:init', 'kit-test: init 1\nKTAP version 1\n1..1\n  TAP version 13\n  1..1\n  ok 1 - a\nok 1 run\nMoby test suite PASSED\n', 'pass: ok a'],
    ['a plan inside an entry of builtin:init', 'KTAP version 1\n1..2\n  1..1\n  ok 1 - a\nok 1 x\nok 2 y\nMoby test suite PASSED\n', 'pass: ok a'],
    ['several documents', 'TAP version 13\n1..1\nok 1 - a\nTAP version 13\n1..1\nok 1 - b\n', 'pass: ok a, ok b'],
    ['kernel lines between and inside of results', 'TAP version 13\n1..2\n[    5.123456] usb 1-1: new device\nok 1 - na[    5.123456] usb\nme\nok 2 - b\n', 'pass: ok name, ok b'],
    ['not ok in two parts', 'TAP version 13\n1..1\nnot [    5.123456] usb\n[    5.123457] usb\nok 1 - a\n', 'fail (1 result failed: a): FAIL a'],
    ['numbers left out', 'TAP version 13\n1..2\nok - a\nok - b\n', 'pass: ok a, ok b'],
  ])('reads %s', (_, text, expected) => {
    expect(judged(text, 'tap')).toBe(expected);
  });

  it.each([
    ['nothing', 'hello\n', 'fail (missing evidence: no TAP on the console): '],
    ['a missing announced result', 'TAP version 13\n1..2\nok 1 - a\n', 'fail (missing evidence: an announced result never came, first: test 2): ok a, MISSING test 2'],
    ['no plan', 'TAP version 13\nok 1 - a\n', 'fail (TAP: no plan): ok a'],
    ['an empty plan', 'TAP version 13\n1..0\n', 'fail (missing evidence: TAP began and gave no result): '],
    ['a bail out', 'TAP version 13\n1..1\nok 1 - a\nBail out! no disk\n', 'fail (TAP: Bail out! no disk): ok a'],
    ['a number twice', 'TAP version 13\n1..2\nok 1 - a\nok 1 - b\n', 'fail (TAP: test point id 1 appears multiple times): ok a, ok b, MISSING test 2'],
    ['a number beyond the plan', 'TAP version 13\n1..1\nok 1 - a\nok 2 - b\n', 'fail (TAP: id greater than plan end): ok a, ok b'],
    ['noise where it asked for strictness', 'TAP version 14\npragma +strict\n1..1\nhello\nok 1 - a\n', 'fail (TAP: Non-TAP data encountered in strict mode): ok a'],
    ['an empty document beside a good one', 'TAP version 13\n1..0\nTAP version 13\n1..1\nok 1 - a\n', 'fail (TAP: a document told no result): ok a'],
    ["builtin:init's last word", 'KTAP version 1\n1..1\n  TAP version 13\n  1..1\n  ok 1 - a\nnot ok 1 run # exit=3\nMoby test suite FAILED\n', 'fail (the guest printed "Moby test suite FAILED": Moby test suite FAILED): ok a'],
  ])('does not pass %s', (_, text, expected) => {
    expect(judged(text, 'tap')).toBe(expected);
  });

  it('keeps line, diagnostics and duration of a result', () => {
    const [document] = documentsOf('TAP version 14\n1..2\nok 1 - a # time=12.5ms\nnot ok 2 - b\n  ---\n  severity: fail\n  message: expected 1\n  duration_ms: 3\n  ...\n', 'tap');
    expect(document?.results).toEqual([
      { name: 'a', status: 'pass', line: 3, children: [], durationMs: 12.5 },
      { name: 'b', status: 'fail', line: 4, children: [], durationMs: 3, detail: 'expected 1\nseverity: fail' },
    ]);
  });

  it('takes the comments before a failure for its diagnostics', () => {
    expect(documentsOf('TAP version 14\n1..1\n# got 2\n# wanted 1\nnot ok 1 - b\n', 'tap')[0]?.results[0]?.detail).toBe('got 2\nwanted 1');
  });

  it('ends YAML that never ends', () => {
    expect(judged(`TAP version 14\n1..2\nok 1 - a\n  ---\n${'  x: y\n'.repeat(5000)}ok 2 - b\n`, 'tap')).toBe('pass: ok a, ok b');
  });

  it('stops at more results than it can keep in mind', () => {
    const text = `TAP version 13\n1..100001\n${Array.from({ length: 100_001 }, (_, index) => `ok ${index + 1}\n`).join('')}`;
    expect(documentsOf(text, 'tap')[0]?.problems).toContain('more than 100000 results');
  });
});
