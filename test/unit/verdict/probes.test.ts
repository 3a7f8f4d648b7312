import { describe, expect, it } from 'vitest';
import type { BootExit } from '../../../src/model/boot.ts';
import type { Expect } from '../../../src/model/case.ts';
import type { ProbeOutcome } from '../../../src/model/probe.ts';
import { verdictReason, type Verdict } from '../../../src/model/verdict.ts';
import { createWatch } from '../../../src/console/watch.ts';
import { judge } from '../../../src/verdict/judge.ts';

const ktap: Expect = { protocol: 'ktap', ordered: false };
const none: Expect = { protocol: 'none', ordered: false };
const ended: BootExit = { kind: 'exited', code: 0 };
const good = 'kit-test: init 1\nKTAP version 1\n1..1\nkit-test: ready\nok 1 web\nMoby test suite PASSED\n';
const bad = 'kit-test: init 1\nKTAP version 1\n1..1\nkit-test: ready\nnot ok 1 web # exit=1\nMoby test suite FAILED\n';
const died = 'kit-test: init 1\nKTAP version 1\n1..1\n';
const panic = 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n';

const asked = 'GET / on port 80';
const passed: ProbeOutcome = { name: 'page', asked, status: 'pass', tries: 3, durationMs: 900 };
const failed: ProbeOutcome = { name: 'page', asked, status: 'fail', tries: 7, durationMs: 30_000, last: 'status 503 instead of 200' };
const missing: ProbeOutcome = { name: 'page', asked, status: 'missing', tries: 2, durationMs: 800, last: 'the guest had ended before; last answer: status 503 instead of 200' };
const never: ProbeOutcome = { name: asked, asked, status: 'missing', tries: 0, durationMs: 0, last: 'never asked: the guest had ended before it was ready' };

function decide(text: string, probes: readonly ProbeOutcome[], exit: BootExit = ended, expects = [ktap]): ReturnType<typeof judge> {
  const watch = createWatch(expects);
  watch.push(Buffer.from(text));
  const state = watch.end();
  return judge({ expect: expects, findings: state.findings, seen: state, probes, boot: { exit, durationMs: 1, consoleBytes: text.length, stderr: '' } });
}

describe('the verdict of a case with probes', () => {
  it.each<[string, string, readonly ProbeOutcome[], BootExit, Verdict['kind'], string]>([
    ['passes when guest and probes succeed', good, [passed], ended, 'pass', ''],
    ['fails with what was asked, what came back last and how often', good, [failed], ended, 'fail', 'probe "page" (GET / on port 80) failed: status 503 instead of 200 (7 tries in 30.0s)'],
    ["names the guest's own failure first", bad, [failed], ended, 'fail', '1 result failed: web (exit=1)'],
    ['lets a kernel crash outrank the probe', `${good}${panic}`, [failed], ended, 'crash', 'kernel panic: Attempted to kill init! (init was killed by SIGSEGV)'],
    ['says first what a guest that died did not do', died, [missing], ended, 'fail', 'missing evidence: an announced result never came, first: test 1; probe "page" (GET / on port 80) did not succeed: the guest had ended before; last answer: status 503 instead of 200 (2 tries in 800ms)'],
    ['does not pass without its probe', good, [never], ended, 'fail', 'probe "GET / on port 80" did not succeed: never asked: the guest had ended before it was ready'],
    ['is a timeout while the guest still waits for a probe', died, [missing], { kind: 'stopped', why: 'total-limit', limitMs: 60_000 }, 'timeout', 'not finished after 1m 0s in user space; last line: 1..1; probe "page" (GET / on port 80) did not succeed: the guest had ended before; last answer: status 503 instead of 200 (2 tries in 800ms)'],
    ['keeps the failed probe where the guest then hangs', died, [failed], { kind: 'stopped', why: 'silence-limit', limitMs: 60_000 }, 'fail', 'probe "page" (GET / on port 80) failed: status 503 instead of 200 (7 tries in 30.0s)'],
    ['is skipped when interrupted before the probe had an answer', died, [missing], { kind: 'stopped', why: 'interrupted' }, 'skip', 'interrupted'],
    ['is our error when QEMU failed', '', [never], { kind: 'failed', message: 'no QEMU' }, 'error', 'no QEMU'],
  ])('%s', (_, text, probes, exit, kind, reason) => {
    const { verdict } = decide(text, probes, exit);
    expect([verdict.kind, verdictReason(verdict)]).toEqual([kind, reason]);
  });

  it('rests on the probe alone where the case expects nothing of the console', () => {
    expect(decide('hello\n', [passed], ended, [none]).verdict).toEqual({ kind: 'pass' });
    expect(decide('hello\n', [failed], ended, [none]).verdict.kind).toBe('fail');
    expect(decide('hello\n', [], ended, [none]).verdict.kind).toBe('fail');
  });

  it('has a result of its own for each probe, after those of the guest', () => {
    expect(decide(good, [passed, failed]).results).toEqual([
      expect.objectContaining({ name: 'web', status: 'pass' }),
      { name: 'probe: page', status: 'pass', line: 0, children: [] },
      { name: 'probe: page', status: 'fail', detail: 'status 503 instead of 200 (7 tries in 30.0s)', line: 0, children: [] },
    ]);
  });

  it('is not skipped because all results of the guest are skips', () => {
    expect(decide('KTAP version 1\n1..1\nok 1 a # SKIP no device\n', [passed]).verdict).toEqual({ kind: 'pass' });
  });
});

describe('the verdict of a boot by a command of the user', () => {
  const byCommand = (text: string, exit: BootExit): Verdict => {
    const watch = createWatch([ktap]);
    watch.push(Buffer.from(text));
    const state = watch.end();
    return judge({ expect: [ktap], findings: state.findings, seen: state, boot: { exit, durationMs: 1, consoleBytes: text.length, stderr: 'warning\nno quota left\n', command: 'gcloud.sh' } }).verdict;
  };
  it.each<[string, string, BootExit, Verdict['kind'], string]>([
    ['is an error that names the command where it failed and the console proves nothing', died, { kind: 'exited', code: 3 }, 'error', 'gcloud.sh exited with status 3: no quota left'],
    ['is an error where it was killed and the console proves nothing', '', { kind: 'signalled', signal: 'SIGSEGV' }, 'error', 'gcloud.sh was killed by SIGSEGV: no quota left'],
    ['is what the console says where that says it all', good, { kind: 'exited', code: 255 }, 'pass', ''],
    ['is the failure that the console tells', bad, { kind: 'exited', code: 255 }, 'fail', '1 result failed: web (exit=1)'],
    ['is the crash that the console shows', `${died}${panic}`, { kind: 'exited', code: 1 }, 'crash', 'kernel panic: Attempted to kill init! (init was killed by SIGSEGV)'],
    ['is a failure for want of evidence where the command ended well', died, ended, 'fail', 'missing evidence: an announced result never came, first: test 1'],
  ])('%s', (_, text, exit, kind, reason) => {
    const verdict = byCommand(text, exit);
    expect([verdict.kind, verdictReason(verdict)]).toEqual([kind, reason]);
  });
});

describe('a watched console', () => {
  it('tells when builtin:init waits, and when nothing can help any more', () => {
    const watch = createWatch([{ fail: 'LOST', pass: 'WON', protocol: 'none', ordered: false }]);
    expect(watch.push(Buffer.from('kit-test: init 1\n# web: kit-test: ready\n'))).toMatchObject({ userspace: true, ready: false, lost: false });
    expect(watch.push(Buffer.from('kit-test: re'))).toMatchObject({ ready: false });
    expect(watch.push(Buffer.from('ady\n'))).toMatchObject({ ready: true, lost: false });
    expect(watch.push(Buffer.from('LOST\n'))).toMatchObject({ lost: true });
    expect(createWatch([ktap]).push(Buffer.from(panic))).toMatchObject({ lost: true });
  });
});
