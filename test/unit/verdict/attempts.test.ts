import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/model/verdict.ts';
import { worthRetrying } from '../../../src/verdict/attempts.ts';

const verdicts: readonly Verdict[] = [{ kind: 'pass' }, { kind: 'fail', reason: 'x' }, { kind: 'skip', reason: 'x' }, { kind: 'timeout', phase: 'boot', limitMs: 1, reason: '' }];

describe('another attempt', () => {
  it('is made where it may change something', () => {
    expect(verdicts.map((verdict) => worthRetrying({ verdict }))).toEqual([false, true, false, true]);
  });

  it('is not made of a failure that is known', () => {
    expect(verdicts.map((verdict) => worthRetrying({ verdict, known: { reason: 'x' } }))).toEqual([false, false, false, false]);
  });
});
