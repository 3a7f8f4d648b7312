// A limit keeps order and never lets more work run than it says.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLimit } from '../../../src/registry/limit.ts';

it('runs all, in order, never more at once', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.record({ turns: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }), { maxLength: 20 }), async (atOnce, pieces) => {
    const limit = createLimit(atOnce);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const results = await Promise.allSettled(pieces.map(({ turns, fails }, index) => limit(async () => {
      begun.push(index);
      most = Math.max(most, ++running);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      running -= 1;
      if (fails) throw new Error('failed');
      return index;
    })));
    expect(most).toBeLessThanOrEqual(atOnce);
    expect(begun).toEqual(pieces.map((_, index) => index));
    expect(results.map(({ status }) => status === 'rejected')).toEqual(pieces.map(({ fails }) => fails));
  }));
});

it('does not begin work that was given up while it waited', async () => {
  const limit = createLimit(1);
  const abort = new AbortController();
  let begun = false;
  const first = limit(() => new Promise<void>((resolve) => setImmediate(resolve)));
  const second = limit(() => Promise.resolve((begun = true)), abort.signal);
  abort.abort(new Error('enough'));
  await first;
  await expect(second).rejects.toThrow('enough');
  expect(begun).toBe(false);
});
