// How expectations combine, whichever a case has: all must hold, each alone decides, and nothing but evidence makes a pass.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import type { BootExit } from '../../../src/model/boot.ts';
import type { Expect } from '../../../src/model/case.ts';
import type { Finding, TestResult } from '../../../src/model/console.ts';
import { KnownSchema, type KnownFailure } from '../../../src/model/known.ts';
import { verdictReason, type Verdict } from '../../../src/model/verdict.ts';
import { judge, type JudgeInput } from '../../../src/verdict/judge.ts';
import { judgeKnown } from '../../../src/verdict/known.ts';
import { blocksOf, expectOf, guestArbitrary, guestThat, unmet, wantsArbitrary, warningIn, type Guest, type Wants } from './guest-arbitrary.ts';

const ended: BootExit = { kind: 'exited', code: 0 };
const boot = (exit: BootExit, consoleBytes = 1000) => ({ exit, durationMs: 1, consoleBytes, stderr: '' });
const runs = { numRuns: 1000 };

function inputOf(blocks: readonly string[], wants: Wants, tookMs: number): JudgeInput {
  const expects = expectOf(wants);
  const watch = createWatch(expects);
  watch.push(Buffer.from(`kit-test: init 1\n${blocks.join('')}`));
  return { expect: expects, findings: watch.end().findings, boot: boot(ended), took: { ms: tookMs, scale: 1 } };
}
const verdictOf = (blocks: readonly string[], wants: Wants, tookMs: number): Verdict => judge(inputOf(blocks, wants, tookMs)).verdict;

/** A guest that does all that is wanted but this. */
const breaks: Readonly<Record<string, (guest: Guest, wants: Wants) => Guest | undefined>> = {
  'other crash': (guest, wants) => (wants.crash === undefined ? { ...guest, warning: 'udp_reset' } : undefined),
  crash: (guest, wants) => (wants.crash === undefined ? undefined : { ...guest, warning: undefined }),
  pass: (guest, wants) => (wants.words.length === 0 ? undefined : { ...guest, words: guest.words.slice(1) }),
  dialog: (guest, wants) => (wants.dialog.length === 0 ? undefined : { ...guest, prompts: guest.prompts.slice(1) }),
  fail: (guest, wants) => (wants.forbid ? { ...guest, forbidden: true } : undefined),
  protocol: (guest, wants) => (wants.ktap ? { ...guest, cut: true } : undefined),
  results: (guest, wants) => (wants.results === undefined ? undefined : { ...guest, results: Array.from({ length: wants.results.max === undefined ? (wants.results.min ?? 1) - 1 : wants.results.max + 1 }, () => 'ok' as const).concat([]) }),
  exit: (guest, wants) => (wants.exit === undefined ? undefined : { ...guest, exit: wants.exit + 1 }),
  duration: (guest, wants) => (wants.duration === undefined ? undefined : { ...guest, tookMs: wants.duration.max === undefined ? (wants.duration.min ?? 1) - 1 : wants.duration.max + 1 }),
};
const reasons: Readonly<Record<string, RegExp>> = {
  'other crash': /^WARNING in udp_reset$/,
  crash: /expected a crash matching "tcp_reset", but the kernel did not crash/,
  pass: /no line with "(?:alpha|beta)"/,
  dialog: /dialog step 1 of \d: no "(?:login|secret): "/,
  fail: /the guest printed "segfault"/,
  protocol: /an announced result never came/,
  results: /results? that (?:was|were) not skipped|KTAP began and gave no result|the plan is empty/,
  exit: /exit status \d, expected \d/,
  duration: /too (?:slow|fast)/,
};

describe('expectations', () => {
  it('all hold for a pass, and a pass is when all hold', () => {
    fc.assert(fc.property(guestArbitrary, wantsArbitrary, (guest, wants) => {
      const kind = verdictOf(blocksOf(guest), wants, guest.tookMs).kind;
      const broken = unmet(guest, wants);
      const skipped = wants.ktap && guest.results?.every((status) => status === 'skip') === true && wants.words.length === 0 && wants.dialog.length === 0 && wants.exit === undefined && wants.crash === undefined;
      if (broken.length > 0) expect(kind === 'skip' && broken.join() === 'duration' ? 'fail' : kind, broken.join()).not.toMatch(/^(?:pass|skip)$/);
      else expect(kind).toBe(skipped ? 'skip' : 'pass');
    }), runs);
  });

  it('are met by a guest that does all of them, in any combination', () => {
    fc.assert(fc.property(wantsArbitrary, (wants) => {
      const guest = guestThat(wants);
      expect(verdictOf(blocksOf(guest), wants, guest.tookMs)).toEqual({ kind: 'pass' });
    }), runs);
  });

  it.each(Object.entries(breaks))('are not met where only one is not, and the reason is that one: %s', (key, breakIt) => {
    let tried = 0;
    fc.assert(fc.property(wantsArbitrary, (wants) => {
      const guest = breakIt(guestThat(wants), wants);
      if (guest === undefined) return;
      tried += 1;
      const verdict = verdictOf(blocksOf(guest), wants, guest.tookMs);
      expect(verdict.kind).toBe(key === 'other crash' ? 'crash' : 'fail');
      expect(verdictReason(verdict)).toMatch(reasons[key] ?? /never/);
    }), runs);
    expect(tried).toBeGreaterThan(100);
  });

  it('do not mind in which order what is independent comes', () => {
    const orders = fc.tuple(guestArbitrary, wantsArbitrary).chain(([guest, wants]) => {
      const blocks = blocksOf(guest);
      const unordered = { ...wants, ordered: false };
      return fc.record({ guest: fc.constant(guest), wants: fc.constant(unordered), blocks: fc.constant(blocks), other: fc.shuffledSubarray([...blocks], { minLength: blocks.length }) });
    });
    fc.assert(fc.property(orders, ({ guest, wants, blocks, other }) => {
      const [one, two] = [verdictOf(blocks, wants, guest.tookMs), verdictOf(other, wants, guest.tookMs)];
      expect([two.kind, verdictReason(two)]).toEqual([one.kind, verdictReason(one)]);
    }), runs);
  });

  it('take no pass from what failed, wherever it comes', () => {
    const worse = fc.constantFrom<(wants: Wants) => string | undefined>(
      () => warningIn('udp_reset'),
      () => '[    2.000000] Kernel panic - not syncing: out of luck\n',
      (wants) => (wants.forbid ? 'segfault\n' : undefined),
      (wants) => (wants.ktap ? 'KTAP version 1\n1..1\nnot ok 1 late\n' : undefined),
      (wants) => (wants.ktap ? 'KTAP version 1\n1..2\nok 1 late\n' : undefined),
      (wants) => (wants.exit === undefined ? undefined : `kit-test: begin\nkit-test: end exit=${wants.exit + 1}\n`),
    );
    fc.assert(fc.property(guestArbitrary, wantsArbitrary, worse, fc.nat(9), fc.boolean(), (any, wants, add, at, good) => {
      const guest = good ? guestThat(wants) : any;
      const bad = add(wants);
      if (bad === undefined) return;
      const blocks = blocksOf(guest);
      expect(verdictOf(blocks.toSpliced(at % (blocks.length + 1), 0, bad), wants, guest.tookMs).kind).not.toMatch(/^(?:pass|skip)$/);
    }), runs);
  });
});

const line = fc.integer({ min: 1, max: 50 });
const leaf = (statuses: readonly TestResult['status'][]) => fc.record({ name: fc.constantFrom('a', 'b'), status: fc.constantFrom(...statuses), line, children: fc.constant([]) });
const document = (statuses: readonly TestResult['status'][], minLength: number): fc.Arbitrary<Finding> => fc.record({
  kind: fc.constant('results' as const), protocol: fc.constantFrom('ktap' as const, 'tap' as const), line, results: fc.array(leaf(statuses), { minLength, maxLength: 3 }), complete: fc.boolean(), problems: fc.constant([]), kernel: fc.boolean(),
});
const milestone: fc.Arbitrary<Finding> = fc.record({ kind: fc.constant('milestone' as const), name: fc.constantFrom('kernel' as const, 'userspace' as const, 'ready' as const, 'poweroff' as const), line });
const anything: fc.Arbitrary<Finding> = fc.oneof(
  milestone, document(['pass', 'fail', 'skip', 'xfail', 'missing'], 0),
  fc.record({ kind: fc.constant('marker' as const), role: fc.constantFrom('pass' as const, 'fail' as const), pattern: fc.constantFrom('alpha', 'beta', 'segfault'), line, text: fc.constant('x') }),
  fc.record({ kind: fc.constant('dialog' as const), step: fc.constantFrom(1, 2), wait: fc.constantFrom('login: ', 'secret: '), line, expect: fc.nat(2) }),
  fc.record({ kind: fc.constant('exit' as const), status: fc.constantFrom(0, 3), line }),
  fc.record({ kind: fc.constant('crash' as const), title: fc.constantFrom('WARNING in tcp_reset', 'WARNING in udp_reset'), type: fc.constant('WARNING'), line, endLine: line, panicked: fc.boolean() }),
);
const exits = fc.constantFrom<BootExit>(ended, { kind: 'exited', code: 1 }, { kind: 'signalled', signal: 'SIGKILL' }, { kind: 'stopped', why: 'decided' }, { kind: 'stopped', why: 'silence-limit', limitMs: 1 }, { kind: 'stopped', why: 'total-limit', limitMs: 1 }, { kind: 'stopped', why: 'interrupted' }, { kind: 'failed', message: 'x' });

describe('whatever was found', () => {
  it('is no pass with evidence of a failure added to it', () => {
    const failing = fc.constantFrom<(expects: readonly Expect[]) => Finding | undefined>(
      () => ({ kind: 'crash', title: 'kernel panic: x', type: 'DoS', line: 7, endLine: 7, panicked: true }),
      (expects) => (expects.some(({ protocol }) => protocol === 'ktap') ? { kind: 'results', protocol: 'ktap', line: 7, results: [{ name: 'x', status: 'fail', line: 7, children: [] }], complete: true, problems: [] } : undefined),
      (expects) => (expects.some(({ protocol }) => protocol === 'ktap') ? { kind: 'results', protocol: 'ktap', line: 7, results: [{ name: 'x', status: 'pass', line: 7, children: [] }], complete: true, problems: ['result 1 came twice'] } : undefined),
      (expects) => (expects.some(({ fail }) => fail !== undefined) ? { kind: 'marker', role: 'fail', pattern: 'segfault', line: 7, text: 'segfault' } : undefined),
      (expects) => (expects.some(({ exit }) => exit !== undefined) ? { kind: 'exit', status: 9, line: 7 } : undefined),
    );
    fc.assert(fc.property(fc.array(anything, { maxLength: 8 }), wantsArbitrary, failing, fc.nat(8), exits, (findings, wants, add, at, exit) => {
      const expects = expectOf(wants);
      const bad = add(expects);
      if (bad === undefined) return;
      expect(judge({ expect: expects, findings: findings.toSpliced(at % (findings.length + 1), 0, bad), boot: boot(exit) }).verdict.kind).not.toBe('pass');
    }), runs);
  });

  it('is no pass without evidence, however the machine ended', () => {
    const idle = fc.array(fc.oneof(milestone, document(['missing'], 0)), { maxLength: 6 });
    const took = fc.option(fc.record({ ms: fc.option(fc.nat(20), { nil: undefined }), scale: fc.constantFrom(1, 4) }), { nil: undefined });
    fc.assert(fc.property(idle, wantsArbitrary, exits, took, fc.boolean(), (findings, wants, exit, time, kunit) => {
      expect(judge({ expect: expectOf(wants), findings, boot: boot(exit), kunit, ...(time === undefined ? {} : { took: time }) }).verdict.kind).not.toBe('pass');
    }), runs);
  });
});

describe('a known failure', () => {
  const entry = (text: Partial<Record<keyof KnownFailure, unknown>>): KnownFailure => KnownSchema.parse({ reason: 'upstream bug', ...text });
  const cured = fc.constantFrom<(wants: Wants) => Partial<Record<keyof KnownFailure, unknown>> | undefined>(
    () => ({}),
    () => ({ verdict: 'timeout' }),
    () => ({ crash: 'in udp_reset' }),
    (wants) => (wants.ktap ? { result: 'r0' } : undefined),
  );

  it('that passes turns the cell red, whatever else is expected, unless it fails only sometimes', () => {
    fc.assert(fc.property(wantsArbitrary, cured, fc.boolean(), (wants, of, sometimes) => {
      const known = of(wants);
      if (known === undefined) return;
      const guest = guestThat(wants);
      const { verdict } = judgeKnown(inputOf(blocksOf(guest), wants, guest.tookMs), [entry({ ...known, sometimes })]);
      if (sometimes) expect(verdict).toEqual({ kind: 'pass' });
      else expect(verdict).toEqual({ kind: 'fail', reason: expect.stringContaining('listed as known') as string });
    }), runs);
  });

  it('does not cover another one beside it', () => {
    const others = Object.entries(breaks).filter(([key]) => key !== 'other crash');
    fc.assert(fc.property(wantsArbitrary, fc.constantFrom(...others), (wants, [, breakIt]) => {
      const guest = breakIt(guestThat(wants), wants);
      if (guest === undefined) return;
      const judged = judgeKnown(inputOf([...blocksOf(guest), warningIn('udp_reset')], wants, guest.tookMs), [entry({ crash: 'in udp_reset' })]);
      // What never came after a known crash may be its consequence; what the guest said no to is not.
      if (guest.forbidden || guest.exit !== wants.exit && guest.exit !== undefined) expect(judged).not.toHaveProperty('known');
      else expect(judged.verdict.kind).not.toBe('pass');
    }), runs);
  });
});
