// A dialog among all else that is expected: what its steps prove, and which reason a missing one gives.
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import type { BootResult } from '../../../src/model/boot.ts';
import type { Expect } from '../../../src/model/case.ts';
import type { DialogOutcome } from '../../../src/model/dialog.ts';
import { KnownSchema } from '../../../src/model/known.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import type { JudgeInput } from '../../../src/verdict/judge.ts';
import { judgeKnown } from '../../../src/verdict/known.ts';

const step = (wait: string, send?: string) => ({ wait, within: 30_000, ...(send === undefined ? {} : { send }) });
const login = [step('login: ', 'root\n'), step('Password: ', 'x'), step('/# $/')];
const alone: Expect = { protocol: 'none', ordered: false, dialog: login };
const ended: BootResult['exit'] = { kind: 'exited', code: 0 };

function input(text: string, more: Partial<JudgeInput> & { readonly exit?: BootResult['exit'] } = {}): JudgeInput {
  const { exit = ended, expect: expects = [alone], ...rest } = more;
  const watch = createWatch(expects);
  watch.push(Buffer.from(text));
  const seen = watch.end();
  return { expect: expects, findings: seen.findings, seen, boot: { exit, durationMs: 1, consoleBytes: text.length, stderr: '' }, ...rest };
}
const say = (verdict: Verdict): string => ('reason' in verdict ? `${verdict.kind}: ${verdict.reason}` : verdict.kind === 'crash' ? `crash: ${verdict.title}` : verdict.kind);
const judged = (text: string, more: Parameters<typeof input>[1] = {}, known: readonly object[] = []): string => {
  const outcome = judgeKnown(input(text, more), known.map((entry) => KnownSchema.parse({ reason: 'upstream bug', ...entry })));
  return outcome.known === undefined ? say(outcome.verdict) : `known: ${outcome.verdict.kind}`;
};
const outcomes = (...statuses: readonly DialogOutcome['status'][]): readonly DialogOutcome[] => statuses.map((status, index) => ({ wait: login[index]?.wait ?? '', status, durationMs: 10, limitMs: 90_000 }));

const whole = 'host login: root\r\nPassword: \r\n# ';
const ktap = (result: string): string => `kit-test: init 1\nKTAP version 1\n1..1\n${result}\n`;

describe('a dialog', () => {
  it.each<[string, string, Parameters<typeof input>[1], string]>([
    ['is evidence when all its steps came', whole, {}, 'pass'],
    ['is missing evidence from the first step that did not come', 'host login: root\r\nLogin incorrect\r\n', {}, 'fail: missing evidence: dialog step 2 of 3: no "Password: " on the console; last line: Login incorrect'],
    ['is missing evidence where the console is empty', '', { boot: { exit: ended, durationMs: 1, consoleBytes: 1, stderr: '' } }, 'fail: missing evidence: dialog step 1 of 3: no "login: " on the console'],
    ['shows nothing that a terminal would obey', 'host login: \n\u009b2J', {}, 'fail: missing evidence: dialog step 2 of 3: no "Password: " on the console; last line: \ufffd2J'],
    ['fails at a deadline', 'host login: root', { dialog: outcomes('pass', 'fail', 'missing') }, 'fail: dialog step 2 of 3: no "Password: " within 1m 30s; last line: host login: root'],
    ['says where a guest hung that was asked at a deadline', 'host login: root', { dialog: outcomes('pass', 'fail', 'missing'), hang: { where: 'task login:146 blocked in mnt_want_write' } }, 'fail: dialog step 2 of 3: no "Password: " within 1m 30s; task login:146 blocked in mnt_want_write; last line: host login: root'],
    ['fails at a deadline, whatever comes later', whole, { dialog: outcomes('pass', 'fail', 'missing') }, 'fail: dialog step 2 of 3: no "Password: " within 1m 30s; last line: #'],
    ['says that Enter was missing where it was', 'login: Password: ', { dialog: outcomes('pass', 'pass', 'fail') }, 'fail: dialog step 3 of 3: no /# $/ within 1m 30s; last line: login: Password:; what step 2 sent had no line end'],
    ['passes live when all its steps came in time', whole, { dialog: outcomes('pass', 'pass', 'pass') }, 'pass'],
    ['says what a guest that hung was waited for', 'kit-test: init 1\nlogin: ', { exit: { kind: 'stopped', why: 'total-limit', limitMs: 60_000 } }, 'timeout: not finished after 1m 0s in user space; last line: login:; dialog step 2 of 3 waited for "Password: "'],
    ['is no failure of a run that was interrupted', 'login: ', { exit: { kind: 'stopped', why: 'interrupted' } }, 'skip: interrupted'],
    ['does not make up for a crash', `${whole}\nKernel panic - not syncing: x\n`, {}, 'crash: kernel panic: x'],
    ['gives way to a crash', 'login: \nKernel panic - not syncing: x\n', { dialog: outcomes('pass', 'fail', 'missing') }, 'crash: kernel panic: x'],
    ['does not make up for a result that failed', `${ktap('not ok 1 a')}${whole}`, { expect: [{ ...alone, protocol: 'ktap' }] }, 'fail: 1 result failed: a'],
    ['does not make up for results that never came', whole, { expect: [{ ...alone, protocol: 'ktap' }] }, 'fail: missing evidence: no KTAP on the console'],
    ['does not make up for another expectation', whole, { expect: [alone, { protocol: 'none', ordered: false, pass: 'PASSED' }] }, 'fail: missing evidence: no line with "PASSED"'],
    ['is not made up for by results', ktap('ok 1 a'), { expect: [{ ...alone, protocol: 'ktap' }] }, 'fail: missing evidence: dialog step 1 of 3: no "login: " on the console; last line: ok 1 a'],
    ['is not made up for by another expectation', 'PASSED\n', { expect: [{ protocol: 'none', ordered: false, pass: 'PASSED' }, alone] }, 'fail: missing evidence: dialog step 1 of 3: no "login: " on the console; last line: PASSED'],
    ['passes beside results', `${ktap('ok 1 a')}${whole}`, { expect: [{ ...alone, protocol: 'ktap' }] }, 'pass'],
    ['passes where all results are skips', `${ktap('ok 1 a # SKIP no device')}${whole}`, { expect: [{ ...alone, protocol: 'ktap' }] }, 'pass'],
  ])('%s', (_, text, more, expected) => {
    expect(judged(text, more)).toBe(expected);
  });

  it('gives a result for each step', () => {
    const { results } = judgeKnown(input('x\nhost login: root', { dialog: outcomes('pass', 'fail', 'missing') }), []);
    expect(results).toEqual([
      { name: 'dialog step 1: "login: "', status: 'pass', line: 2, children: [], durationMs: 10 },
      { name: 'dialog step 2: "Password: "', status: 'fail', detail: 'not within 1m 30s', line: 0, children: [] },
      { name: 'dialog step 3: /# $/', status: 'missing', detail: 'not reached', line: 0, children: [] },
    ]);
  });

  it('says of a step that never came that it did not, and of those after it that they were not reached', () => {
    const { results } = judgeKnown(input('host login: root'), []);
    expect(results.map(({ status, detail }) => [status, detail])).toEqual([['pass', undefined], ['missing', 'never came'], ['missing', 'not reached']]);
  });

  it('is decided with its last step', () => {
    const watch = createWatch([alone]);
    expect(Array.from(whole).map((letter) => watch.push(Buffer.from(letter)).decided).indexOf(true)).toBe(whole.length - 1);
  });
});

describe('a step that is known to fail', () => {
  const known = { result: '/^dialog step 2: /' };
  it.each<[string, string, Parameters<typeof input>[1], object, string]>([
    ['does not count, and neither do those after it', 'login: ', {}, known, 'known: fail'],
    ['does not count at its deadline', 'login: ', { dialog: outcomes('pass', 'fail', 'missing') }, known, 'known: fail'],
    ['does not count at its deadline, though it came later', whole, { dialog: outcomes('pass', 'fail', 'missing') }, known, 'known: fail'],
    ['covers no step before it', '', { boot: { exit: ended, durationMs: 1, consoleBytes: 1, stderr: '' } }, known, 'fail: missing evidence: dialog step 1 of 3: no "login: " on the console'],
    ['covers nothing else', `${ktap('not ok 1 a')}login: `, { expect: [{ ...alone, protocol: 'ktap' }] }, known, 'fail: 1 result failed: a'],
    ['turns red when it comes', whole, {}, known, 'fail: result /^dialog step 2: / passes, but is listed as known to fail (upstream bug): take it off `known`'],
  ])('%s', (_, text, more, entry, expected) => {
    expect(judged(text, more, [entry])).toBe(expected);
  });
});
