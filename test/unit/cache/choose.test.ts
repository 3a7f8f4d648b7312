// What limits take and what they leave: examples, then laws that hold for whatever a cache holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePruned, type PruneLimit } from '../../../src/cache/choose.ts';
import type { CacheItem } from '../../../src/cache/inventory.ts';

const hour = 3_600_000;
const day = 24 * hour;
const nowMs = 1000 * day;

const item = (name: string, unusedMs: number, bytes = 100, kind = 'kernel'): CacheItem => ({ kind, name, path: `/${kind}/${name}`, bytes, usedAtMs: nowMs - unusedMs, lock: `${kind}-${name}` });
const names = (items: readonly CacheItem[]): readonly string[] => items.map(({ name }) => name);

describe('choosePruned', () => {
  const items = [item('now', 0), item('old', 10 * day), item('ancient', 40 * day), item('snapshot', 20 * day, 300, 'template')];

  it.each<{ limit: PruneLimit; gone: readonly string[]; spared?: readonly string[] }>([
    { limit: {}, gone: [] },
    { limit: { unusedMs: 30 * day }, gone: ['ancient'] },
    { limit: { unusedMs: 0 }, gone: ['ancient', 'snapshot', 'old'] },
    { limit: { maxBytes: 600 }, gone: [] },
    { limit: { maxBytes: 599 }, gone: ['ancient'] },
    { limit: { maxBytes: 300 }, gone: ['ancient', 'snapshot'] },
    { limit: { maxBytes: 1 }, gone: ['ancient', 'snapshot', 'old'], spared: ['now'] },
    { limit: { kinds: ['template'], maxBytes: 299 }, gone: ['snapshot'] },
    { limit: { kinds: ['template'], maxBytes: 300 }, gone: [] },
    { limit: { kinds: ['kernel'], maxBytes: 200 }, gone: ['ancient'] },
    { limit: { unusedMs: 30 * day, maxBytes: 400 }, gone: ['ancient', 'snapshot'] },
    { limit: { all: true }, gone: ['ancient', 'snapshot', 'old', 'now'] },
    { limit: { all: true, kinds: ['kernel'] }, gone: ['ancient', 'old', 'now'] },
  ])('takes $gone by $limit', ({ limit, gone, spared = [] }) => {
    const choice = choosePruned(items, limit, { nowMs });
    expect({ gone: names(choice.gone), spared: names(choice.spared) }).toEqual({ gone, spared });
  });

  it.each<{ limit: PruneLimit; gone: readonly string[]; spared: readonly string[] }>([
    { limit: { all: true }, gone: ['ancient', 'snapshot'], spared: ['old', 'now'] },
    { limit: { unusedMs: 5 * day }, gone: ['ancient', 'snapshot'], spared: ['old'] },
    { limit: { unusedMs: 15 * day }, gone: ['ancient', 'snapshot'], spared: [] },
  ])('spares by $limit what was used since another process began', ({ limit, gone, spared }) => {
    const choice = choosePruned(items, limit, { nowMs, othersSinceMs: nowMs - 12 * day });
    expect({ gone: names(choice.gone), spared: names(choice.spared) }).toEqual({ gone, spared });
  });
});

const anyItems = fc.array(fc.record({ kind: fc.constantFrom('kernel', 'initrd', 'template'), unusedMs: fc.integer({ min: -hour, max: 60 * day }), bytes: fc.integer({ min: 0, max: 1000 }) }), { maxLength: 30 })
  .map((drawn) => drawn.map(({ kind, unusedMs, bytes }, index) => item(`${index}`, unusedMs, bytes, kind)));
const anyLimit: fc.Arbitrary<PruneLimit> = fc.record({
  kinds: fc.option(fc.subarray(['kernel', 'initrd', 'template'], { minLength: 1 }), { nil: undefined }),
  unusedMs: fc.option(fc.integer({ min: 0, max: 60 * day }), { nil: undefined }),
  maxBytes: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
  all: fc.boolean(),
});
const anyMoment = fc.record({ nowMs: fc.constant(nowMs), othersSinceMs: fc.option(fc.integer({ min: nowMs - 60 * day, max: nowMs }), { nil: undefined }) });
const sizeOf = (items: readonly CacheItem[]): number => items.reduce((sum, { bytes }) => sum + bytes, 0);

describe('whatever a cache holds, choosePruned', () => {
  const law = (holds: (items: readonly CacheItem[], limit: PruneLimit, moment: { readonly nowMs: number; readonly othersSinceMs: number | undefined }) => void): void => fc.assert(fc.property(anyItems, anyLimit, anyMoment, holds));

  it('takes nothing that may be in use, nor anything of another kind', () => {
    law((items, limit, moment) => {
      for (const { kind, usedAtMs } of choosePruned(items, limit, moment).gone) {
        expect(usedAtMs).toBeLessThan(moment.othersSinceMs ?? Infinity);
        if (limit.all !== true) expect(nowMs - usedAtMs).toBeGreaterThan(hour);
        if (limit.kinds !== undefined) expect(limit.kinds).toContain(kind);
      }
    });
  });

  it('takes no item while a longer unused one of the same kinds stays, and none more than the limit asks for', () => {
    law((items, limit, moment) => {
      const { gone } = choosePruned(items, limit, moment);
      const left = items.filter((one) => !gone.includes(one) && (limit.kinds?.includes(one.kind) ?? true));
      const last = gone.at(-1);
      if (last === undefined) return;
      for (const { usedAtMs } of left) expect(usedAtMs).toBeGreaterThanOrEqual(last.usedAtMs);
      const needless = limit.all !== true && (limit.unusedMs === undefined || nowMs - last.usedAtMs <= limit.unusedMs);
      if (needless) expect(sizeOf(left) + last.bytes).toBeGreaterThan(limit.maxBytes ?? Infinity);
    });
  });

  it('stays over the limit only by what it spares', () => {
    law((items, { kinds, maxBytes = 5000 }, moment) => {
      const { gone, spared } = choosePruned(items, { kinds, maxBytes }, moment);
      const left = items.filter((one) => !gone.includes(one) && (kinds?.includes(one.kind) ?? true));
      if (sizeOf(left) > maxBytes) expect(new Set(left)).toEqual(new Set(spared));
    });
  });

  it('chooses the same in whatever order the items come', () => {
    law((items, limit, moment) => {
      expect(choosePruned([...items].reverse(), limit, moment)).toEqual(choosePruned(items, limit, moment));
    });
  });
});
