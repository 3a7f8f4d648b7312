import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../src/model/verdict.ts';
import type { ObservedBoot } from '../../../../src/run/cell/observe.ts';
import { compareStarts } from '../../../../src/run/warm/both.ts';

const pass: Verdict = { kind: 'pass' };
const crash = (title: string): Verdict => ({ kind: 'crash', title, line: 1, endLine: 2 });
const restored = { afterMs: 80, bootMs: 1000 };
const observed = (verdict: Verdict, extra: object = {}): ObservedBoot => ({
  verdict, results: [], excerpt: [], startedAt: '', console: 'c', times: 't', qemuCmd: 'q', ...extra,
  boot: { exit: { kind: 'exited', code: 0 }, durationMs: 300, consoleBytes: 0, stderr: '', ...('restored' in extra ? { restored } : {}) },
});
const warm = (verdict: Verdict, extra: object = {}): ObservedBoot => observed(verdict, { restored, ...extra });

describe('a cell that is started both ways', () => {
  it('ends as its cold boot where they agree, with the times of both', () => {
    expect(compareStarts(observed(pass), warm(pass))).toMatchObject({ verdict: pass, warm: { verdict: pass, startedAt: '', durationMs: 300, restored } });
    expect(compareStarts(observed({ kind: 'fail', reason: 'a' }), warm({ kind: 'fail', reason: 'b', line: 7 })).verdict).toEqual({ kind: 'fail', reason: 'a' });
  });

  it.each([
    [pass, { kind: 'fail', reason: 'no marker' } as const],
    [crash('WARNING in a'), crash('WARNING in b')],
    [{ kind: 'fail', reason: 'x' } as const, crash('x')],
  ])('fails where they do not: %j and %j', (one, other) => {
    for (const [cold, hot] of [[one, other], [other, one]] as const) {
      const { verdict } = compareStarts(observed(cold), warm(hot));
      expect(verdict).toMatchObject({ kind: 'fail', reason: expect.stringMatching(/^the starts differ: cold .+; warm .+/) as string });
    }
  });

  it('fails by what went wrong on our side, where something did', () => {
    const error = { kind: 'error', stage: 'boot', reason: 'QEMU died' } as const;
    for (const [cold, hot] of [[error, pass], [pass, error]] as const) {
      expect(compareStarts(observed(cold), warm(hot)).verdict).toMatchObject({ kind: 'error', stage: 'boot', reason: expect.stringMatching(/^the starts differ: .*QEMU died/) as string });
    }
  });

  it('fails where only one of them is a known failure, and is known no more', () => {
    const fail: Verdict = { kind: 'fail', reason: 'x' };
    const both = compareStarts(observed(fail, { known: { reason: 'listed' } }), warm(fail));
    expect(both.verdict.kind).toBe('fail');
    expect(both.known).toBeUndefined();
  });

  it('has nothing to compare where the warm start became a cold one', () => {
    const cold = observed(pass);
    expect(compareStarts(cold, observed({ kind: 'fail', reason: 'x' }))).toBe(cold);
  });
});
