// go test's output: of packages, of a compiled test run by itself, and as JSON.
import { describe, expect, it } from 'vitest';
import { documentsOf, judged } from '../read.ts';

const run = (name: string, word = 'PASS', log = ''): string => `=== RUN   ${name}\n${log}--- ${word}: ${name} (0.10s)\n`;
const event = (fields: Readonly<Record<string, unknown>>): string => `${JSON.stringify({ Time: '2026-11-28T20:00:00Z', ...fields })}\n`;

describe('protocol: gotest', () => {
  it.each([
    ['a package', `${run('TestA')}${run('TestB')}PASS\nok  \texample.org/a\t0.203s\n`, 'pass: ok example.org/a [ok TestA, ok TestB]'],
    ['subtests, which end below their parent', '=== RUN   TestA\n=== RUN   TestA/x\n=== RUN   TestA/x/y/z\n--- PASS: TestA (0.10s)\n    --- PASS: TestA/x (0.00s)\n        --- PASS: TestA/x/y/z (0.00s)\nPASS\nok  \ta\t0.1s\n', 'pass: ok a [ok TestA [ok x [ok y/z]]]'],
    ['parallel tests', '=== RUN   TestA\n=== PAUSE TestA\n=== RUN   TestB\n=== PAUSE TestB\n=== CONT  TestA\n=== CONT  TestB\n--- PASS: TestB (0.00s)\n--- PASS: TestA (0.00s)\nPASS\nok  \ta\t0.1s\n', 'pass: ok a [ok TestA, ok TestB]'],
    ['a failure, and why', `${run('TestA', 'FAIL', '    a_test.go:12: want 1, got 2\n')}FAIL\nFAIL\ta\t0.1s\nFAIL\n`, 'fail (1 result failed: a › TestA (a_test.go:12: want 1, got 2)): FAIL a [FAIL TestA]'],
    ['a skipped test', `${run('TestA')}${run('TestB', 'SKIP', '    a_test.go:3: no device\n')}PASS\nok  \ta\t0.1s\n`, 'pass: ok a [ok TestA, skip TestB]'],
    ['several packages, one without tests, one from the cache', `?   \tn\t[no test files]\n${run('TestA')}PASS\nok  \ta\t0.1s\n${run('TestA')}PASS\nok  \tb\t(cached)\n`, 'pass: skip n, ok a [ok TestA], ok b [ok TestA]'],
    ['packages without -v', 'ok  \ta\t0.1s\nok  \tb\t0.1s\tcoverage: 50.0% of statements\n', 'pass: ok a, ok b'],
    ['failures without -v', '--- FAIL: TestA (0.00s)\n    a_test.go:12: no\nFAIL\nFAIL\ta\t0.1s\nFAIL\n', 'fail (1 result failed: a › TestA (a_test.go:12: no)): FAIL a [FAIL TestA]'],
    ['a build that fails', '# a\n./a.go:3:1: syntax error\nFAIL\ta [build failed]\nFAIL\n', 'fail (1 result failed: a (build failed)): FAIL a'],
    ['a compiled test in an entry of builtin:init', `KTAP version 1\n1..1\n${run('TestA').replace(/^/gm, '  ').trimEnd()}\n  PASS\nok 1 run\nMoby test suite PASSED\n`, 'pass: ok TestA'],
    ['text without an end before a result', '=== RUN   TestA\nhello--- PASS: TestA (0.10s)\nPASS\n', 'pass: ok TestA'],
    ['kernel lines in the middle of results', '=== RUN   TestA\n--- PA[    5.100000] usb\n[    5.200000] usb\nSS: TestA (0.10s)\nok  \ta\t[    5.300000] usb\n0.1s\n', 'pass: ok a [ok TestA]'],
    ['a test that runs twice', `${run('TestA')}${run('TestA', 'FAIL')}FAIL\nFAIL\ta\t0.1s\n`, 'fail (1 result failed: a › TestA): FAIL a [ok TestA, FAIL TestA]'],
    ['JSON', event({ Action: 'start', Package: 'a' }) + event({ Action: 'run', Package: 'a', Test: 'TestA' }) + event({ Action: 'run', Package: 'a', Test: 'TestA/x' }) + event({ Action: 'output', Package: 'a', Test: 'TestA/x', Output: '    a_test.go:3: bad\n' }) + event({ Action: 'fail', Package: 'a', Test: 'TestA/x', Elapsed: 0.1 }) + event({ Action: 'fail', Package: 'a', Test: 'TestA', Elapsed: 0.1 }) + event({ Action: 'fail', Package: 'a', Elapsed: 0.2 }), 'fail (1 result failed: a › TestA › x (a_test.go:3: bad)): FAIL a [FAIL TestA [FAIL x]]'],
    ['JSON of packages at once', event({ Action: 'run', Package: 'a', Test: 'T' }) + event({ Action: 'run', Package: 'b', Test: 'T' }) + event({ Action: 'pass', Package: 'b', Test: 'T', Elapsed: 0 }) + event({ Action: 'pass', Package: 'a', Test: 'T', Elapsed: 0 }) + event({ Action: 'pass', Package: 'b', Elapsed: 0 }) + event({ Action: 'pass', Package: 'a', Elapsed: 0 }), 'pass: ok b [ok T], ok a [ok T]'],
  ])('reads %s', (_, text, expected) => {
    expect(judged(text, 'gotest')).toBe(expected);
  });

  it.each([
    ['nothing', 'hello\n', 'fail (missing evidence: no go test on the console): '],
    ['a test that never ended', '=== RUN   TestA\npanic: oh no\n\ngoroutine 1 [running]:\nFAIL\ta\t0.1s\nFAIL\n', 'fail (missing evidence: an announced result never came, first: a › TestA): FAIL a [MISSING TestA]'],
    ['a test that never ended in a package that says ok', `=== RUN   TestA\n${run('TestB')}PASS\nok  \ta\t0.1s\n`, 'fail (missing evidence: an announced result never came, first: a › TestA): FAIL a [MISSING TestA, ok TestB]'],
    ['a package without its last line', run('TestA'), 'fail (missing evidence: an announced result never came, first: go test): ok TestA, MISSING go test'],
    ['a package that fails although its tests do not', `${run('TestA')}FAIL\nexit status 3\nFAIL\ta\t0.1s\n`, 'fail (1 result failed: a (exit status 3)): FAIL a [ok TestA]'],
    ['a failed test in a package that says ok', `${run('TestA', 'FAIL')}ok  \ta\t0.1s\n`, 'fail (1 result failed: a › TestA): FAIL a [FAIL TestA]'],
    ['FAIL behind packages that are ok', 'ok  \ta\t0.1s\nFAIL\n', 'fail (go test: FAIL, but no test has failed): ok a'],
    ['JSON that ends early', event({ Action: 'start', Package: 'a' }) + event({ Action: 'run', Package: 'a', Test: 'T' }) + event({ Action: 'pass', Package: 'a', Test: 'T', Elapsed: 0 }), 'fail (missing evidence: an announced result never came, first: a): MISSING a [ok T]'],
    ["what builtin:init says of its status", `KTAP version 1\n1..1\n  ok  \ta\t0.1s\nnot ok 1 run # exit=2\nMoby test suite FAILED\n`, 'fail (the guest printed "Moby test suite FAILED": Moby test suite FAILED): ok a'],
  ])('does not pass %s', (_, text, expected) => {
    expect(judged(text, 'gotest')).toBe(expected);
  });

  it('keeps durations, and says of a test that never ended what the panic was', () => {
    const [passed] = documentsOf(`${run('TestA')}PASS\nok  \ta\t0.203s\n`, 'gotest');
    expect(passed?.results).toEqual([{ name: 'a', status: 'pass', line: 4, durationMs: 203, children: [{ name: 'TestA', status: 'pass', line: 2, durationMs: 100, children: [] }] }]);
    const [ended] = documentsOf('=== RUN   TestA\npanic: oh no\nFAIL\ta\t0.1s\n', 'gotest');
    expect(ended?.results[0]?.children[0]?.detail).toBe('it began, and its end never came\npanic: oh no');
  });
});
