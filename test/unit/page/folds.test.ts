import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layRows, type Fold } from '../../../src/page/folds.ts';

/** Sorted and apart, as they come; the last may reach beyond the end. */
const folds = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 6 }))).map((pairs) => {
  let at = 1;
  return pairs.map(([gap, length]): Fold => {
    const from = at + gap;
    at = from + length + 1;
    return { from, to: from + length, title: '' };
  });
});

describe('the rows of a console', () => {
  it('show every line once: by itself, or in its fold', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 60 }), folds, (lineCount, all) => {
      const rows = layRows(lineCount, all);
      const shown = Array.from({ length: rows.count }, (_, index) => rows.row(index)).flatMap((row) => row.kind === 'line' ? [row.line] : Array.from({ length: row.fold.to - row.fold.from + 1 }, (_, index) => row.fold.from + index));
      expect(shown).toEqual(Array.from({ length: lineCount }, (_, index) => index + 1));
    }));
  });

  it('are found by their lines', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), folds, (lineCount, all) => {
      const rows = layRows(lineCount, all);
      for (let line = 1; line <= lineCount; line += 1) {
        const row = rows.row(rows.indexOf(line));
        if (row.kind === 'line') expect(row.line).toBe(line);
        else expect(line >= row.fold.from && line <= row.fold.to).toBe(true);
      }
    }));
  });
});
