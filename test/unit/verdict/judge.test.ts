import { describe, expect, it } from 'vitest';
import type { BootExit } from '../../../src/model/boot.ts';
import type { Expect } from '../../../src/model/case.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { createWatch } from '../../../src/console/watch.ts';
import { judge } from '../../../src/verdict/judge.ts';

const ktap: Expect = { protocol: 'ktap', ordered: false };
const moby: Expect = { pass: 'Moby test suite PASSED', fail: ['FAILED'], ordered: false };
const ended: BootExit = { kind: 'exited', code: 0 };
const panic = 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n';

function verdict(text: string, expects: readonly Expect[], exit: BootExit = ended, stderr = ''): Verdict {
  const watch = createWatch(expects);
  watch.push(Buffer.from(text));
  const state = watch.end();
  return judge({ expect: expects, findings: state.findings, seen: state, boot: { exit, durationMs: 1, consoleBytes: text.length, stderr } }).verdict;
}
const limit = (why: 'boot-limit' | 'silence-limit' | 'total-limit'): BootExit => ({ kind: 'stopped', why, limitMs: 60_000 });
const decided: BootExit = { kind: 'stopped', why: 'decided' };
const good = 'kit-test: init 1\nKTAP version 1\n1..2\nok 1 a\nok 2 b\nMoby test suite PASSED\n';

describe('judge', () => {
  it.each<readonly [string, string, readonly Expect[], Verdict['kind'], string]>([
    ['silence', 'boot chatter\n', [ktap], 'fail', 'missing evidence: no KTAP on the console'],
    ['no byte at all', '', [ktap], 'fail', 'guest ended without a byte: too little memory?'],
    ['an empty plan', 'KTAP version 1\n1..0\n', [ktap], 'fail', 'missing evidence: the plan is empty (1..0)'],
    ['KTAP that stops after its first line', 'KTAP version 1\n', [ktap], 'fail', 'missing evidence: KTAP began and gave no result'],
    ['a missing announced result', 'KTAP version 1\n1..3\nok 1 a\nok 2 b\n', [ktap], 'fail', 'missing evidence: an announced result never came, first: test 3'],
    ['a clean power-off without the marker', 'reboot: Power down\n', [moby], 'fail', 'missing evidence: no line with "Moby test suite PASSED"'],
    ['a case that expects nothing', 'hello\n', [{ protocol: 'none', ordered: false }], 'fail', 'missing evidence: the case expects nothing that could be evidence'],
    ['FAILED after PASSED', 'Moby test suite PASSED\nMoby test suite FAILED\n', [moby], 'fail', 'the guest printed "FAILED": Moby test suite FAILED'],
    ['PASSED after FAILED', 'FAILED\nMoby test suite PASSED\n', [moby], 'fail', 'the guest printed "FAILED": FAILED'],
    ["builtin:init's FAILED after good results", 'KTAP version 1\n1..1\nok 1 a\nMoby test suite FAILED\n', [ktap], 'fail', 'the guest printed "Moby test suite FAILED": Moby test suite FAILED'],
    ['a failed result', 'KTAP version 1\n1..2\nok 1 a\nnot ok 2 b # exit=3\n', [ktap], 'fail', '1 result failed: b (exit=3)'],
    ['a failed result below a good one', 'KTAP version 1\n1..1\n  1..1\n  not ok 1 inner\nok 1 outer\n', [ktap], 'fail', '1 result failed: outer › inner'],
    ['a bad second document', 'TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..1\nnot ok 1 b\n', [ktap], 'fail', '1 result failed: b'],
    ['a crash after a pass', `${good}${panic}`, [ktap], 'crash', 'kernel panic: Attempted to kill init!'],
    ['a crash before a pass', `BUG: Bad page state in process x\n${good}`, [ktap], 'crash', 'BUG: Bad page state'],
    ['an expected crash that does not come', 'hello\n', [{ crash: true, ordered: false }], 'fail', 'expected a crash, but the kernel did not crash'],
    ['an expected crash by title that does not come', 'hello\n', [{ crash: 'sysrq', ordered: false }], 'fail', 'expected a crash matching "sysrq", but the kernel did not crash'],
    ['another crash than the expected one', panic, [{ crash: 'sysrq triggered crash', ordered: false }], 'crash', 'kernel panic: Attempted to kill init!'],
    ['one expectation of two unmet', 'Moby test suite PASSED\n', [moby, ktap], 'fail', 'missing evidence: no KTAP on the console'],
    ['markers out of order', 'two\none\n', [{ pass: ['one', 'two'], ordered: true }], 'fail', 'missing evidence: no line with "two" in its order'],
    ['only skips', 'KTAP version 1\n1..1\nok 1 a # SKIP no device\n', [ktap], 'skip', 'the only result was skipped: no device'],
  ])('does not pass %s', (_, text, expects, kind, reason) => {
    const result = verdict(text, expects);
    expect(result.kind).toBe(kind);
    expect(result.kind === 'crash' ? result.title : 'reason' in result ? result.reason : '').toBe(reason);
  });

  it('names in a timeout where the guest hung', () => {
    const boot = { exit: limit('silence-limit'), durationMs: 1, consoleBytes: 5, stderr: '' } as const;
    const where = 'task sh:7 blocked in mnt_want_write';
    expect(judge({ expect: [ktap], findings: [{ kind: 'milestone', name: 'userspace', line: 1 }], boot, hang: { where } }).verdict)
      .toEqual({ kind: 'timeout', phase: 'silence', limitMs: 60_000, where, reason: `silent for 1m 0s in user space; ${where}` });
  });

  it('does not speak of memory where a command of the user ends without a byte', () => {
    const boot = { exit: { kind: 'exited', code: 0 }, durationMs: 1, consoleBytes: 0, stderr: '', command: 'boot.sh' } as const;
    expect(judge({ expect: [ktap], findings: [], boot }).verdict).toEqual({ kind: 'fail', reason: 'boot.sh ended without a byte on its standard output' });
  });

  it.each<readonly [string, string, readonly Expect[]]>([
    ['good results', good, [ktap]],
    ['a marker', 'x Moby test suite PASSED\n', [moby]],
    ['markers in order', 'one\ntwo\n', [{ pass: ['one', 'two'], ordered: true }]],
    ['markers in any order', 'two\none\n', [{ pass: ['one', 'two'], ordered: false }]],
    ['a regular expression', 'took 17 ms\n', [{ pass: '/^took \\d+ ms$/', ordered: false }]],
    ['an expected crash', panic, [{ crash: true, ordered: false }]],
    ['an expected crash by pattern', panic, [{ crash: '/^kernel panic: Attempted/', ordered: false }]],
    ['a marker and results', good, [moby, ktap]],
    ['expected failures', 'KTAP version 1\n1..1\nnot ok 1 a # XFAIL known\n', [ktap]],
  ])('passes %s', (_, text, expects) => {
    expect(verdict(text, expects)).toEqual({ kind: 'pass' });
    expect(verdict(text, expects, decided)).toEqual({ kind: 'pass' });
  });

  it.each([
    ['a saved console of KUnit that ends for want of a root file system', '', true, 'pass'],
    ['the same from a cell of ours, which has one', '', undefined, 'crash'],
    ['a saved console that stops amid the results', '[    1.000000] KTAP version 1\n[    1.000000] 1..2\n[    1.000000] ok 1 b\n', true, 'crash'],
    ['a saved console where user space ran', 'kit-test: init 1\n', true, 'crash'],
  ] as const)('judges %s', (_, text, kunit, kind) => {
    const watch = createWatch([ktap]);
    const head = text.includes('KTAP') ? '' : '[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000] ok 1 a\n';
    watch.push(Buffer.from(`${head}${text}[    1.000000] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n`));
    const boot = { exit: ended, durationMs: 1, consoleBytes: 100, stderr: '' };
    expect(judge({ expect: [ktap], findings: watch.end().findings, boot, ...(kunit === undefined ? undefined : { kunit }) }).verdict.kind).toBe(kind);
  });

  it("does not take the kernel's own results for those of user space", () => {
    expect(verdict('[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000] ok 1 a\n', [ktap])).toMatchObject({ kind: 'fail', reason: 'missing evidence: KTAP from the kernel only, none from user space' });
  });

  it("blames QEMU's failure on nobody else, whatever the console says", () => {
    const exit: BootExit = { kind: 'failed', message: 'KVM internal error', hint: 'use --accel tcg' };
    expect(verdict(`${good}${panic}`, [ktap], exit)).toEqual({ kind: 'error', stage: 'boot', reason: 'KVM internal error', hint: 'use --accel tcg' });
  });

  it('takes a killed or failing QEMU for an error, with its last words', () => {
    expect(verdict('', [ktap], { kind: 'signalled', signal: 'SIGKILL' })).toMatchObject({ kind: 'error', stage: 'boot', reason: 'QEMU was killed by SIGKILL' });
    expect(verdict('', [ktap], { kind: 'exited', code: 1 }, 'warning: x\nqemu: cannot set up guest memory\n')).toMatchObject({ kind: 'error', reason: 'QEMU exited with status 1: qemu: cannot set up guest memory' });
  });

  it.each<readonly [string, 'boot-limit' | 'silence-limit' | 'total-limit', string, string]>([
    ['before the first byte', 'boot-limit', '', 'not one byte on the console in 1m 0s'],
    ['in firmware', 'boot-limit', 'iPXE\n', 'no sign of user space in 1m 0s before the kernel started; last line: iPXE'],
    ['in the kernel', 'boot-limit', 'Linux version 6.1\nlast words\n', 'no sign of user space in 1m 0s while the kernel booted; last line: last words'],
    ['in user space', 'silence-limit', 'kit-test: init 1\n', 'silent for 1m 0s in user space; last line: kit-test: init 1'],
    ['in a test', 'total-limit', 'kit-test: init 1\nKTAP version 1\n1..2\nok 1 a\n', 'not finished after 1m 0s after or during test "a"; last line: ok 1 a'],
    ['while powering off', 'silence-limit', 'kit-test: init 1\nreboot: Power down\n', 'silent for 1m 0s while powering off; last line: reboot: Power down'],
  ])('says what was last seen when a limit ends a guest %s', (_, why, text, reason) => {
    expect(verdict(text, [ktap], limit(why))).toEqual({ kind: 'timeout', phase: why.replace('-limit', ''), limitMs: 60_000, reason });
  });

  it('lets the guest hang after it has said everything', () => {
    expect(verdict(good, [ktap], limit('silence-limit')).kind).toBe('pass');
    expect(verdict('KTAP version 1\n1..1\nnot ok 1 a\n', [ktap], limit('silence-limit')).kind).toBe('fail');
    expect(verdict('FAILED\n', [moby], limit('total-limit')).kind).toBe('fail');
  });

  it('does not take results without a plan for all results when the guest hangs', () => {
    expect(verdict('TAP version 13\nok 1 a\n', [ktap], limit('silence-limit')).kind).toBe('timeout');
  });

  it('reports what is known of an interrupted boot', () => {
    const exit: BootExit = { kind: 'stopped', why: 'interrupted' };
    expect(verdict('hello\n', [ktap], exit)).toEqual({ kind: 'skip', reason: 'interrupted' });
    expect(verdict('KTAP version 1\n1..2\nnot ok 1 a\n', [ktap], exit).kind).toBe('fail');
    expect(verdict(panic, [ktap], exit).kind).toBe('crash');
  });

  it('puts no control characters into a reason', () => {
    const result = verdict('Linux version 6.1\n\x07bell \x9b31m\n', [ktap], limit('boot-limit'));
    expect('reason' in result ? result.reason : '').not.toMatch(/[\0-\x1f\x7f-\x9f]/);
  });
});
