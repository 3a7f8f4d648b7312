import { expect, it } from 'vitest';
import { failureOf } from '../../../src/history/failure.ts';
import type { Verdict } from '../../../src/model/verdict.ts';

const fail = (reason: string): Verdict => ({ kind: 'fail', reason });
const hang = (where: string | undefined, reason: string): Verdict => ({ kind: 'timeout', phase: 'silence', limitMs: 1, reason, ...(where === undefined ? {} : { where }) });

it.each<[string, Verdict, Verdict]>([
  ['times', fail('too slow: took 21.3s, at most 20s expected'), fail('too slow: took 1m 2s, at most 20s expected')],
  ['ports and tries', fail('probe "web" failed: nothing at 127.0.0.1:40123 (13 tries in 30s)'), fail('probe "web" failed: nothing at 127.0.0.1:39999 (1 try in 31s)')],
  ['addresses', fail('the guest printed "oops": at 0xffff8881'), fail('the guest printed "oops": at 0xffff1234')],
  ['last lines of a hang', hang(undefined, 'silent for 1m 0s; last line: a'), hang(undefined, 'silent for 1m 0s; last line: b')],
  ['numbers of tasks and CPUs', hang('CPU 0 spinning in machine_halt (task busybox:143)', ''), hang('CPU 1 spinning in machine_halt (task busybox:7)', '')],
  ['numbers of tasks at the deadline of a dialog', fail('dialog step 1 of 1: no "x" within 3.0s; task sh:143 blocked in f; last line: y'), fail('dialog step 1 of 1: no "x" within 6.0s; task sh:7 blocked in f; last line: y')],
  ['lines of a crash', { kind: 'crash', title: 'WARNING in foo', line: 1, endLine: 2 }, { kind: 'crash', title: 'WARNING in foo', line: 8, endLine: 9 }],
])('failures that differ only in %s are equal', (_, a, b) => {
  expect(failureOf(a)).toBe(failureOf(b));
});

it.each<[string, Verdict, Verdict]>([
  ['the results that fail', fail('1 result failed: run › test_1'), fail('1 result failed: run › test_2')],
  ['the exit status', fail('exit status 3, expected 0'), fail('exit status 4, expected 0')],
  ['the kind', fail('x'), { kind: 'crash', title: 'x', line: 1, endLine: 1 }],
  ['the crash', { kind: 'crash', title: 'WARNING in foo', line: 1, endLine: 2 }, { kind: 'crash', title: 'WARNING in bar', line: 1, endLine: 2 }],
  ['the place of the hang', hang('task sh:1 blocked in f', ''), hang('task sh:1 blocked in g', '')],
])('failures that differ in %s are not', (_, a, b) => {
  expect(failureOf(a)).not.toBe(failureOf(b));
});

it('passes and skips are no failures', () => {
  expect([failureOf({ kind: 'pass' }), failureOf({ kind: 'skip', reason: 'x' })]).toEqual([undefined, undefined]);
});
