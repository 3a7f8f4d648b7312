// Exit status, number of results and duration: each must hold beside all else that a case expects.
import { describe, expect, it } from 'vitest';
import type { Expect } from '../../../src/model/case.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { createWatch } from '../../../src/console/watch.ts';
import { judge } from '../../../src/verdict/judge.ts';
import type { Took } from '../../../src/verdict/duration.ts';

const ktap: Expect = { protocol: 'ktap', ordered: false };
const none: Expect = { protocol: 'none', ordered: false };

function verdict(text: string, expects: readonly Expect[], took?: Took): Verdict {
  const watch = createWatch(expects);
  watch.push(Buffer.from(text));
  const { findings } = watch.end();
  return judge({ expect: expects, findings, boot: { exit: { kind: 'exited', code: 0 }, durationMs: 1, consoleBytes: text.length, stderr: '' }, ...(took === undefined ? {} : { took }) }).verdict;
}
const say = (verdict: Verdict): string => `${verdict.kind}${'reason' in verdict ? `: ${verdict.reason}` : ''}`;
const console = (...lines: readonly string[]): string => ['kit-test: init 1', 'KTAP version 1', ...lines, ''].join('\n');
const good = (result: string): string => console('1..1', result, 'Moby test suite PASSED');
const bad = (result: string): string => console('1..1', result, 'Moby test suite FAILED');

describe('an expected exit status', () => {
  it.each([
    ['passes where it comes', good('ok 1 run # exit=3 as expected'), { ...ktap, exit: 3 }, 'pass'],
    ['passes as the only evidence', good('ok 1 run # exit=3 as expected'), { ...none, exit: 3 }, 'pass'],
    ['passes after raw output', console('1..1', 'kit-test: begin', 'hello', '', 'kit-test: end exit=0', 'ok 1 run'), { ...none, exit: 0 }, 'pass'],
    ['is no skip, even if it is 4', good('ok 1 run # exit=4 as expected'), { ...ktap, exit: 4 }, 'pass'],
    ['passes with a kernel message in the middle of its line', 'kit-test: init 1\nKTAP version 1\n1..1\nok 1 run # ex[    1.000000] usb: new device\r\nit=3 as expected\n', { ...ktap, exit: 3 }, 'pass'],
    ['fails where another comes, by its result', bad('not ok 1 run # exit=0, expected 3'), { ...ktap, exit: 3 }, 'fail: 1 result failed: run (exit=0, expected 3)'],
    ['fails where another comes', bad('not ok 1 run # exit=0, expected 3'), { ...none, exit: 3 }, 'fail: exit status 0, expected 3'],
    ['fails where the guest was told another one', good('ok 1 run # exit=2 as expected'), { ...ktap, exit: 3 }, 'fail: exit status 2, expected 3'],
    ['fails where any of several is another', console('1..2', 'ok 1 a # exit=3 as expected', 'ok 2 b # exit=2 as expected'), { ...none, exit: 3 }, 'fail: exit status 2, expected 3'],
    ['is missing evidence where none comes', good('ok 1 run'), { ...ktap, exit: 0 }, 'fail: missing evidence: no exit status on the console, expected 0; builtin:init tells it'],
    ['is not taken from a result of the command itself', console('1..1', '  ok 1 mine # exit=3 as expected', 'ok 1 run'), { ...none, exit: 3 }, 'fail: missing evidence: no exit status on the console, expected 3; builtin:init tells it'],
    ['is not taken from raw output', console('1..1', 'kit-test: begin', 'ok 1 mine # exit=3 as expected', ''), { ...none, exit: 3 }, 'fail: missing evidence: no exit status on the console, expected 3; builtin:init tells it'],
    ['is not taken from a failure that nobody watched', bad('not ok 1 other # exit=3'), { ...none, exit: 3 }, 'fail: missing evidence: no exit status on the console, expected 3; builtin:init tells it'],
    ['does not make up for a failed result', console('1..2', 'not ok 1 a', 'ok 2 run # exit=3 as expected'), { ...ktap, exit: 3 }, 'fail: 1 result failed: a'],
  ] as const)('%s', (_, text, expected, outcome) => {
    expect(say(verdict(text, [expected]))).toBe(outcome);
  });

  it('decides what is judged while the guest prints', () => {
    const watch = createWatch([{ ...none, exit: 3 }]);
    expect(watch.push(Buffer.from(console('1..1'))).decided).toBe(false);
    expect(watch.push(Buffer.from('ok 1 run # exit=3 as expected\n')).decided).toBe(true);
  });

  it('does not outrank a crash', () => {
    expect(verdict(`${good('ok 1 run # exit=3 as expected')}Kernel panic - not syncing: x\n`, [{ ...ktap, exit: 3 }]).kind).toBe('crash');
  });
});

describe('an expected number of results', () => {
  const nested = console('1..2', '  KTAP version 1', '  1..3', '  ok 1 a', '  ok 2 b # SKIP no device', '  not ok 3 c # XFAIL known', 'ok 1 outer', 'ok 2 other');
  it.each([
    ['passes where as many come', nested, { min: 3, max: 3 }, 'pass'],
    ['counts no skips', nested, { min: 4, max: undefined }, 'fail: missing evidence: 3 results that were not skipped, at least 4 expected'],
    ['fails where there are more', nested, { min: undefined, max: 2 }, 'fail: 3 results that were not skipped, at most 2 expected'],
    ['does not pass a suite that skips all', good('ok 1 a # SKIP no device'), { min: 1, max: undefined }, 'fail: missing evidence: 0 results that were not skipped, at least 1 expected'],
    ['counts the results of all documents', `${nested}TAP version 13\n1..1\nok 1 z\n`, { min: 4, max: undefined }, 'pass'],
    ['says once that there are none', 'hello\n', { min: 1, max: undefined }, 'fail: missing evidence: no KTAP on the console'],
    ['does not hide a failure', good('not ok 1 a'), { min: 1, max: undefined }, 'fail: 1 result failed: a'],
  ] as const)('%s', (_, text, results, outcome) => {
    expect(say(verdict(text, [{ ...ktap, results }]))).toBe(outcome);
  });

  const decided = (text: string, expected: Expect, min: number, max?: number): boolean => createWatch([{ ...expected, results: { min, max } }]).push(Buffer.from(text)).decided;

  it('keeps a guest going that may give more', () => {
    expect(decided(good('ok 1 a'), ktap, 2)).toBe(false);
    expect(decided(good('ok 1 a # SKIP no device'), ktap, 1)).toBe(false);
  });

  it('keeps a guest going that has given as many, while its plan says that others are to come', () => {
    expect(decided(console('1..3', 'ok 1 a', 'ok 2 b'), ktap, 2)).toBe(false);
    expect(decided(console('ok 1 a', 'ok 2 b'), ktap, 2)).toBe(false);
    expect(decided(console('1..1', '  KTAP version 1', '  1..2', '  ok 1 a', '  ok 2 b'), ktap, 2)).toBe(false);
  });

  it('is enough with the last result that was planned', () => {
    expect(decided(console('1..3', 'ok 1 a', 'ok 2 b', 'ok 3 c'), ktap, 2)).toBe(true);
    expect(decided(nested, ktap, 3, 3)).toBe(true);
    expect(decided(nested, ktap, 4)).toBe(false);
    expect(decided(console('1..2', 'ok 1 a', 'not ok 2 b'), ktap, 2)).toBe(true);
    expect(decided(`${nested}KTAP version 1\n1..1\nok 1 z\n`, ktap, 4)).toBe(true);
  });

  it('is never enough where another program may begin', () => {
    const bats = 'kit-test: init 1\nTAP version 13\n1..2\nok 1 a\nok 2 b\n';
    expect(decided(bats, { ...ktap, protocol: 'tap' }, 2)).toBe(false);
    expect(verdict(bats, [{ ...ktap, protocol: 'tap', results: { min: 2, max: undefined } }])).toEqual({ kind: 'pass' });
  });

  it('takes the decision back where another document begins', () => {
    const watch = createWatch([{ ...ktap, results: { min: 1, max: undefined } }]);
    expect(watch.push(Buffer.from(good('ok 1 a'))).decided).toBe(true);
    expect(watch.push(Buffer.from('KTAP version 1\n1..2\nok 1 b\n')).decided).toBe(false);
    expect(watch.push(Buffer.from('not ok 2 c\n')).decided).toBe(true);
  });

  it('is missing evidence without a protocol to read results by', () => {
    expect(say(verdict('up\n', [{ ...none, pass: 'up', results: { min: 1, max: undefined } }]))).toBe('fail: missing evidence: 0 results that were not skipped, at least 1 expected');
  });
});

describe('an expected duration', () => {
  const text = good('ok 1 a');
  const limits = (duration: Expect['duration']): readonly Expect[] => [{ ...ktap, duration }];
  it.each([
    ['passes within its limits', { min: 1000, max: 2000 }, { ms: 1500, scale: 1 }, 'pass'],
    ['fails where it took longer', { min: undefined, max: 2000 }, { ms: 2500, scale: 1 }, 'fail: too slow: took 2.5s, at most 2.0s expected'],
    ['stretches the longest time', { min: undefined, max: 2000 }, { ms: 4500, scale: 3 }, 'pass'],
    ['tells the time that was stretched', { min: undefined, max: 2000 }, { ms: 6500, scale: 3 }, 'fail: too slow: took 6.5s, at most 6.0s expected (2.0s, stretched 3 times under TCG)'],
    ['does not stretch the shortest time', { min: 2000, max: undefined }, { ms: 2500, scale: 3 }, 'pass'],
    ['fails where it took less', { min: 2000, max: undefined }, { ms: 500, scale: 1 }, 'fail: too fast: took 500ms, at least 2.0s expected'],
    ['is missing evidence where user space was never seen', { min: undefined, max: 2000 }, { ms: undefined, scale: 1 }, 'fail: missing evidence: how long it took is not known, for nothing told when user space began'],
    ['does not make up for a wholly skipped case', { min: undefined, max: 2000 }, { ms: 2500, scale: 1 }, 'skip: the only result was skipped', good('ok 1 a # SKIP')],
  ] as const)('%s', (_, duration, took, outcome, other: string = text) => {
    expect(say(verdict(other, limits(duration), took))).toBe(outcome);
  });

  it('is not judged on a saved console, and is no evidence', () => {
    expect(verdict(text, limits({ min: undefined, max: 1 }))).toEqual({ kind: 'pass' });
    expect(verdict('hello\n', limits({ min: undefined, max: 1 })).kind).toBe('fail');
  });

  it('comes after whatever else failed', () => {
    expect(say(verdict(bad('not ok 1 a'), limits({ min: undefined, max: 1 }), { ms: 2500, scale: 1 }))).toBe('fail: 1 result failed: a');
  });
});
