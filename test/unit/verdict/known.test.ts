// Known failures: what is listed does not count, what is beside it does, and what no longer fails is a failure.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import type { BootResult } from '../../../src/model/boot.ts';
import type { Expect } from '../../../src/model/case.ts';
import { KnownSchema, type KnownFailure } from '../../../src/model/known.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { judge, type JudgeInput } from '../../../src/verdict/judge.ts';
import { judgeKnown } from '../../../src/verdict/known.ts';

const ktap: Expect = { protocol: 'ktap', ordered: false };
const ended: BootResult['exit'] = { kind: 'exited', code: 0 };
const silent: BootResult['exit'] = { kind: 'stopped', why: 'silence-limit', limitMs: 60_000 };

function inputOf(text: string, more: Partial<JudgeInput> & { readonly exit?: BootResult['exit'] } = {}): JudgeInput {
  const { exit = ended, expect: expects = [ktap], ...rest } = more;
  const watch = createWatch(expects);
  watch.push(Buffer.from(text));
  return { expect: expects, findings: watch.end().findings, boot: { exit, durationMs: 1, consoleBytes: text.length, stderr: '' }, ...rest };
}
const entry = (text: Partial<Record<keyof KnownFailure, unknown>>): KnownFailure => KnownSchema.parse({ reason: 'upstream bug', ...text });
const say = (verdict: Verdict): string => ('reason' in verdict ? `${verdict.kind}: ${verdict.reason}` : verdict.kind === 'crash' ? `crash: ${verdict.title}` : verdict.kind);
const outcome = (input: JudgeInput, entries: readonly KnownFailure[]): string => {
  const { verdict, known } = judgeKnown(input, entries);
  return known === undefined ? say(verdict) : `known (${known.reason}): ${verdict.kind}`;
};

const guest = (...lines: readonly string[]): string => ['kit-test: init 1', 'KTAP version 1', '1..1', '  KTAP version 1', ...lines, ''].join('\n');
const failing = guest('  1..3', '  ok 1 a', '  not ok 2 b', '  ok 3 c', 'not ok 1 run # exit=1', 'Moby test suite FAILED');
const twice = guest('  1..3', '  ok 1 a', '  not ok 2 b', '  not ok 3 c', 'not ok 1 run # exit=1', 'Moby test suite FAILED');
const good = guest('  1..3', '  ok 1 a', '  ok 2 b', '  ok 3 c', 'ok 1 run', 'Moby test suite PASSED');
const skipping = guest('  1..3', '  ok 1 a', '  ok 2 b # SKIP no device', '  ok 3 c', 'ok 1 run', 'Moby test suite PASSED');
const report = [
  '------------[ cut here ]------------', 'WARNING: CPU: 0 PID: 1 at net/a.c:1 tcp_reset+0x1/0x2', 'Modules linked in:', 'CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1', 'RIP: 0010:tcp_reset+0x1/0x2',
  'Call Trace:', ' <TASK>', ' tcp_rcv+0x1/0x2', ' do_syscall_64+0x1/0x2', ' </TASK>', '---[ end trace 0000000000000000 ]---',
];
const warning = report.map((line) => `[    1.000000] ${line}\n`).join('');
const other = warning.replaceAll('tcp_reset', 'udp_reset');
const panic = '[    2.000000] Kernel panic - not syncing: out of luck\n';
const begun = guest('  1..3', '  ok 1 a');

describe('a known result', () => {
  it.each<[string, string, Partial<Record<keyof KnownFailure, unknown>>, string]>([
    ['fails as listed, by its name', failing, { result: 'b' }, 'known (upstream bug): fail'],
    ['fails as listed, by its path', failing, { result: 'run > b' }, 'known (upstream bug): fail'],
    ['fails as listed, as the terminal writes its path', failing, { result: 'run › b' }, 'known (upstream bug): fail'],
    ['fails as listed, by an expression', failing, { result: '/^run > [bc]$/' }, 'known (upstream bug): fail'],
    ['stands for all below it', twice, { result: 'run' }, 'known (upstream bug): fail'],
    ['is no part of a name', failing, { result: 'ru' }, 'fail: 1 result failed: run › b'],
    ['does not cover another', twice, { result: 'b' }, 'fail: 1 result failed: run › c'],
    ['turns red when it passes', good, { result: 'b' }, 'fail: result "b" passes, but is listed as known to fail (upstream bug): take it off `known`'],
    ['tells the link of what can be taken off', good, { result: 'b', link: 'https://bugs.example/1' }, 'fail: result "b" passes, but is listed as known to fail (upstream bug (https://bugs.example/1)): take it off `known`'],
    ['may pass where it fails only sometimes', good, { result: 'b', sometimes: true }, 'pass'],
    ['is nothing to say of a skip', skipping, { result: 'b' }, 'pass'],
    ['turns red when there is none of that name', good, { result: 'bb' }, 'fail: no result is called "bb", which is listed as known to fail (upstream bug)'],
  ])('%s', (_, text, known, expected) => {
    expect(outcome(inputOf(text), [entry(known)])).toBe(expected);
  });

  it('is beside others, each with an entry', () => {
    expect(outcome(inputOf(twice), [entry({ result: 'b' }), entry({ result: 'c', reason: 'no driver' })])).toBe('known (upstream bug; no driver): fail');
  });
  it('turns red when it passes although another still fails', () => {
    expect(outcome(inputOf(failing), [entry({ result: 'b' }), entry({ result: 'c' })])).toBe('fail: result "c" passes, but is listed as known to fail (upstream bug): take it off `known`');
  });
  it('makes up for no other evidence', () => {
    const wanted: Expect = { ...ktap, pass: 'all is well' };
    expect(outcome(inputOf(failing, { expect: [wanted] }), [entry({ result: 'b' })])).toBe('fail: missing evidence: no line with "all is well"');
    expect(outcome(inputOf(failing.replace('Moby test suite FAILED\n', ''), { exit: silent }), [entry({ result: 'b' })])).toBe('known (upstream bug): fail');
    expect(outcome(inputOf(`${begun}  not ok 2 b\n`, { exit: silent }), [entry({ result: 'b' })])).toMatch(/^timeout: silent for 1m 0s/);
  });
  it('may be a probe', () => {
    const probe = { name: 'web', asked: 'GET /', status: 'fail', tries: 3, durationMs: 5 } as const;
    expect(outcome(inputOf(good, { probes: [probe] }), [entry({ result: 'probe: web' })])).toBe('known (upstream bug): fail');
    expect(outcome(inputOf(good, { probes: [probe, { ...probe, name: 'mail' }] }), [entry({ result: 'probe: web' })])).toMatch(/^fail: probe "mail"/);
  });
});

describe('a known crash', () => {
  const tcp = entry({ crash: 'in tcp_reset' });
  it.each<[string, string, string]>([
    ['does not count where all else passes', warning + good, 'known (upstream bug): crash'],
    ['does not hide a result that fails', warning + failing, 'fail: 1 result failed: run › b'],
    ['does not hide another crash', warning + other + good, 'crash: WARNING in udp_reset'],
    ['does not hide one before it', other + warning + good, 'crash: WARNING in udp_reset'],
    ['explains results that never came', begun + warning, 'known (upstream bug): crash'],
    ['turns red when it no longer comes', good, 'fail: the kernel did not fail with "in tcp_reset", which is listed as known (upstream bug): take it off `known`'],
    ['is not what a failing result is', failing, 'fail: 1 result failed: run › b'],
  ])('%s', (_, text, expected) => {
    expect(outcome(inputOf(text), [tcp])).toBe(expected);
  });

  it('explains what a kernel that has panicked still says', () => {
    expect(outcome(inputOf(begun + panic + warning), [entry({ crash: 'out of luck' })])).toBe('known (upstream bug): crash');
  });
  it('explains that the guest then hangs', () => {
    expect(outcome(inputOf(begun + warning, { exit: silent }), [tcp])).toBe('known (upstream bug): crash');
  });
  it('is known beside a known result', () => {
    expect(outcome(inputOf(warning + failing), [tcp, entry({ result: 'b' })])).toBe('known (upstream bug): crash');
    expect(outcome(inputOf(warning + failing), [tcp, entry({ result: 'a' }), entry({ result: 'b' })])).toMatch(/^fail: result "a" passes/);
  });
});

describe('a cell that is known to fail', () => {
  it.each<[string, string, BootResult['exit'], Partial<Record<keyof KnownFailure, unknown>>, string]>([
    ['in any way', failing, ended, {}, 'known (upstream bug): fail'],
    ['by a crash', panic, ended, {}, 'known (upstream bug): crash'],
    ['in time', begun, silent, { verdict: 'timeout' }, 'known (upstream bug): timeout'],
    ['in another way', failing, ended, { verdict: ['crash', 'timeout'] }, 'fail: 1 result failed: run › b'],
    ['and passes', good, ended, { verdict: 'timeout' }, 'fail: passes, but is listed as known to fail (upstream bug): take it off `known`'],
    ['and cannot be run by us', failing, { kind: 'failed', message: 'no QEMU' }, {}, 'error: no QEMU'],
    ['and skips', guest('  1..0 # SKIP no device', 'ok 1 run # SKIP', 'Moby test suite PASSED'), ended, {}, 'skip: the only result was skipped'],
    ['and is cut off', begun, { kind: 'stopped', why: 'interrupted' }, {}, 'skip: interrupted'],
  ])('%s', (_, text, exit, known, expected) => {
    expect(outcome(inputOf(text, { exit }), [entry(known)])).toBe(expected);
  });
});

describe('whatever is listed', () => {
  const parts = fc.array(fc.constantFrom('  ok 1 a\n', '  not ok 2 b\n', '  ok 3 c # SKIP x\n', 'not ok 1 run # exit=1\n', 'ok 1 run\n', warning, other, panic, 'Moby test suite FAILED\n', 'Moby test suite PASSED\n'), { maxLength: 8 });
  const entries = fc.array(fc.constantFrom(entry({}), entry({ result: 'b' }), entry({ result: 'run' }), entry({ result: 'a', sometimes: true }), entry({ crash: 'in tcp_reset' }), entry({ crash: '/./' }), entry({ verdict: 'crash' }), entry({ verdict: 'timeout', sometimes: true })), { maxLength: 3 });
  const exits = fc.constantFrom(ended, silent, { kind: 'exited', code: 1 } as const, { kind: 'stopped', why: 'interrupted' } as const);
  it('makes no pass of anything, and no known failure but of a failure', () => {
    fc.assert(fc.property(parts, entries, exits, (lines, known, exit) => {
      const input = inputOf(guest('  1..3').concat(...lines), { exit });
      const plain = judge(input).verdict;
      const judged = judgeKnown(input, known);
      if (judged.verdict.kind === 'pass') expect(plain.kind).toBe('pass');
      if (judged.known !== undefined) expect(judged.verdict).toEqual(plain);
      if (judged.known !== undefined) expect(['fail', 'crash', 'timeout']).toContain(plain.kind);
      if (plain.kind === 'error' || plain.kind === 'skip') expect(judged.verdict).toEqual(plain);
    }), { numRuns: 500 });
  });
});
