// pytest's terminal report, in the forms that its options give it; recorded ones are in test/corpus/suites.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countResults } from '../../../../src/verdict/results.ts';
import { documentsOf, judged } from '../read.ts';

const recorded = (name: string): string => readFileSync(new URL(`../../../corpus/suites/${name}.log`, import.meta.url), 'utf8');
const verbose = recorded('pytest-9-verbose');

describe('protocol: pytest', () => {
  it('reads a recorded session with every outcome', () => {
    expect(judged(verbose, 'pytest')).toBe('fail (3 results failed: tests/test_a.py › test_bad (assert 1 == 2), tests/test_a.py › test_error (ERROR: RuntimeError: no fixture), tests/test_a.py › test_torn (ERROR: RuntimeError: no teardown)): FAIL tests/test_a.py [ok test_ok, FAIL test_bad, skip test_skip, xfail test_xfail, ok test_xpass, FAIL test_error, FAIL test_torn, ok TestC [ok test_p[x y], ok test_p[b::c], ok test_p[1]]], ok tests/test_good.py [ok test_one, ok TestC [ok test_p[1], ok test_p[2]], skip test_skip]');
    expect(documentsOf(verbose, 'pytest')[0]).toMatchObject({ complete: true, problems: [] });
  });

  it('reads the same with every report printed, and with the output of tests between', () => {
    const results = judged(verbose, 'pytest');
    expect(judged(recorded('pytest-9-verbose-report'), 'pytest')).toBe(results);
    expect(judged(recorded('pytest-9-verbose-output'), 'pytest')).toBe(results);
  });

  it.each(['pytest-9-quiet', 'pytest-9-plain'])('counts what %s does not name', (name) => {
    expect(judged(recorded(name), 'pytest')).toContain('FAIL test_bad');
    expect(countResults(documentsOf(recorded(name), 'pytest'))).toMatchObject({ status: 'fail', passed: 9, failed: 3, skipped: 2, xfailed: 1, errors: 0 });
  });

  it.each([
    ['a good session', recorded('pytest-9-good'), 'pass: ok tests/test_good.py [ok test_one, ok TestC [ok test_p[1], ok test_p[2]], skip test_skip]'],
    ['workers', '[gw0] [ 50%] PASSED a.py::one\n[gw1] [100%] PASSED a.py::two\n===== 2 passed in 0.01s =====\n', 'pass: ok a.py [ok one, ok two]'],
    ['one inside builtin:init', `KTAP version 1\n1..1\n${recorded('pytest-9-good').replace(/^(?=.)/gm, '  ')}ok 1 run\nMoby test suite PASSED\n`, 'pass: ok tests/test_good.py [ok test_one, ok TestC [ok test_p[1], ok test_p[2]], skip test_skip]'],
    ['kernel lines in the middle', recorded('pytest-9-good').replace('PASSED  ', 'PAS[    5.100000] usb\n[    5.100000] usb\nSED  '), 'pass: ok tests/test_good.py [ok test_one, ok TestC [ok test_p[1], ok test_p[2]], skip test_skip]'],
  ])('reads %s', (_, text, expected) => {
    expect(judged(text, 'pytest')).toBe(expected);
  });

  it.each([
    ['nothing', 'hello\n', 'fail (missing evidence: no pytest on the console): '],
    ['no tests', '===== no tests ran in 0.01s =====\n', 'fail (missing evidence: pytest began and gave no result): '],
    ['a session without its last line', 'a.py::one PASSED [100%]\n', 'fail (missing evidence: an announced result never came, first: pytest): ok a.py [ok one], MISSING pytest'],
    ['a test that began', 'a.py::one PASSED [ 50%]\na.py::two \n', 'fail (missing evidence: 2 announced results never came, first: a.py › two): FAIL a.py [ok one, MISSING two], MISSING pytest'],
    ['a last line that counts more', 'a.py::one PASSED [100%]\n===== 2 passed in 0.01s =====\n', 'fail (pytest: its last line says 2 passed, but 1 came): ok a.py [ok one]'],
    ['collected tests that never ran', 'collected 3 items\na.py::one PASSED [100%]\n===== 1 passed in 0.01s =====\n', 'fail (missing evidence: an announced result never came, first: 2 of 3 collected tests): ok a.py [ok one], MISSING 2 of 3 collected tests'],
    ['a session that was stopped', recorded('pytest-9-stopped'), 'fail (1 result failed: tests/test_a.py › test_bad (assert 1 == 2)): FAIL tests/test_a.py [ok test_ok, FAIL test_bad], MISSING 12 of 14 collected tests'],
  ])('does not pass %s', (_, text, expected) => {
    expect(judged(text, 'pytest')).toBe(expected);
  });
});
