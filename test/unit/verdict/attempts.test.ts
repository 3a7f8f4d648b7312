import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/model/verdict.ts';
import { conclude, worthRetrying } from '../../../src/verdict/attempts.ts';

const pass: Verdict = { kind: 'pass' };
const fail: Verdict = { kind: 'fail', reason: 'x' };
const skip: Verdict = { kind: 'skip', reason: 'x' };
const of = (...verdicts: readonly [Verdict, ...Verdict[]]) => conclude(verdicts.map((verdict) => ({ verdict })) as [{ verdict: Verdict }, ...{ verdict: Verdict }[]]);

describe('conclude', () => {
  it.each([
    ['a pass at once', [pass], 'pass', false],
    ['a pass after a failure', [fail, pass], 'pass', true],
    ['a failure after a failure', [fail, fail], 'fail', false],
    ['a failure after a pass', [pass, fail], 'fail', false],
    ['a skip', [skip], 'skip', false],
  ] as const)('of %s', (_, verdicts, kind, flaky) => {
    const result = of(...(verdicts as unknown as [Verdict, ...Verdict[]]));
    expect([result.verdict.kind, result.flaky]).toEqual([kind, flaky]);
  });

  it('retries what another try may change', () => {
    expect([pass, fail, skip, { kind: 'timeout', phase: 'boot', limitMs: 1, reason: '' } satisfies Verdict].map((verdict) => worthRetrying({ verdict }))).toEqual([false, true, false, true]);
  });
});
