import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, shardsFor, type WeighedCell } from '../../../src/matrix/shard.ts';

const cell = (group: string, weightMs: number): WeighedCell => ({ group, weightMs });
const many = (number: number, group: string, weightMs: number): readonly WeighedCell[] => Array.from({ length: number }, () => cell(group, weightMs));
const cellsArbitrary = fc.array(fc.record({ group: fc.constantFrom('6.1/arm', '6.1/x86_64', '6.12/arm', '7.x/x86_64', '7.x/aarch64'), weightMs: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(100_000)) }), { maxLength: 60 });
const countArbitrary = fc.integer({ min: 1, max: 20 });

const loads = (cells: readonly WeighedCell[], count: number): readonly number[] => {
  const shards = divide(cells, count);
  return Array.from({ length: count }, (_, index) => cells.filter((_cell, at) => shards[at] === index + 1).reduce((sum, { weightMs }) => sum + weightMs, 0));
};
const shardsOf = (cells: readonly WeighedCell[], count: number, group: string): number => new Set(divide(cells, count).filter((_, index) => cells[index]?.group === group)).size;

describe('divide', () => {
  it('puts every cell into exactly one shard that exists, equally each time', () => {
    fc.assert(fc.property(cellsArbitrary, countArbitrary, (cells, count) => {
      const shards = divide(cells, count);
      expect(shards).toHaveLength(cells.length);
      expect(shards.every((shard) => Number.isInteger(shard) && shard >= 1 && shard <= count)).toBe(true);
      expect(divide(structuredClone(cells), count)).toEqual(shards);
    }));
  });

  it('makes no shard longer than two fair shares and the longest cell', () => {
    fc.assert(fc.property(cellsArbitrary, countArbitrary, (cells, count) => {
      const total = cells.reduce((sum, { weightMs }) => sum + weightMs, 0);
      const longest = Math.max(0, ...cells.map(({ weightMs }) => weightMs));
      expect(Math.max(...loads(cells, count))).toBeLessThanOrEqual((2 * total) / count + longest + 1e-6);
    }));
  });

  it('makes shards that differ by no more than the longest cell where one group is all there is', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 60 }), countArbitrary, (weights, count) => {
      const all = loads(weights.map((weight) => cell('6.1/arm', weight)), count);
      expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(Math.max(...weights) + 1e-6);
    }));
  });

  it('keeps a group together that is no longer than a fair share, and spreads others over no more shards than their length needs', () => {
    fc.assert(fc.property(cellsArbitrary, countArbitrary, (cells, count) => {
      const fair = cells.reduce((sum, { weightMs }) => sum + weightMs, 0) / count;
      for (const group of new Set(cells.map((each) => each.group))) {
        const length = cells.filter((each) => each.group === group).reduce((sum, { weightMs }) => sum + weightMs, 0);
        const spread = shardsOf(cells, count, group);
        if (length <= fair) expect(spread).toBe(1);
        else expect(spread).toBeLessThanOrEqual(Math.floor(length / fair) + 1);
      }
    }));
  });

  it('gives whole shards to a group that fills them, and puts its rest to others', () => {
    const cells = [...many(30, 'long', 10), ...many(5, 'a', 10), ...many(5, 'b', 10)];
    expect(loads(cells, 4)).toEqual([100, 100, 100, 100]);
    expect([shardsOf(cells, 4, 'long'), shardsOf(cells, 4, 'a'), shardsOf(cells, 4, 'b')]).toEqual([3, 1, 1]);
    expect(loads([...many(4, 'a', 10), ...many(4, 'b', 10), ...many(4, 'c', 10)], 4)).toEqual([30, 30, 30, 30]);
  });

  it('spreads groups of cells that take no time', () => {
    const cells = [...many(3, 'a', 0), ...many(3, 'b', 0)];
    expect(divide(cells, 2)).toEqual([1, 1, 1, 2, 2, 2]);
  });
});

describe('shardsFor', () => {
  const options = { targetMs: 600_000, jobs: 2, max: 20 };
  it.each([
    ['one where all take less', 10, 60_000, 1],
    ['as many as bring each below the target', 100, 60_000, 5],
    ['one more where the last would be over it', 101, 60_000, 6],
    ['no more than the most', 10_000, 60_000, 20],
    ['no more than there are cells', 3, 24 * 3600_000, 3],
    ['one for cells that take no time', 5, 0, 1],
    ['one for nothing', 0, 0, 1],
  ])('is %s', (_, number, weightMs, shards) => {
    expect(shardsFor(many(number, 'a', weightMs), options)).toBe(shards);
  });

  it('counts the guests that run at once', () => {
    expect(shardsFor(many(100, 'a', 60_000), { ...options, jobs: 4 })).toBe(3);
  });
});
