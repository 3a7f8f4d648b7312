// Which lines of a console are folded away, and which line stands in which row then. Pure.

export interface Fold {
  /** First and last line that go into one row. */
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

export type Row = { readonly kind: 'line'; readonly line: number } | { readonly kind: 'fold'; readonly fold: Fold };

export interface Rows {
  readonly count: number;
  row(index: number): Row;
  /** The row of a line, or of the fold that hides it. */
  indexOf(line: number): number;
}

/** `folds` are sorted and do not overlap. */
export function layRows(lineCount: number, folds: readonly Fold[]): Rows {
  const closed = folds.map((fold) => ({ ...fold, to: Math.min(fold.to, lineCount) })).filter(({ from, to }) => to > from);
  // Lines that folds before an index have taken away.
  const hidden: number[] = [];
  let sum = 0;
  for (const { from, to } of closed) {
    hidden.push(sum);
    sum += to - from;
  }
  const firstRow = (index: number): number => (closed[index]?.from ?? Infinity) - 1 - (hidden[index] ?? 0);
  return {
    count: lineCount - sum,
    row(index) {
      const at = lastIndex(closed.length, (one) => firstRow(one) <= index);
      const fold = closed[at];
      if (fold === undefined) return { kind: 'line', line: index + 1 };
      if (firstRow(at) === index) return { kind: 'fold', fold };
      return { kind: 'line', line: index + 1 + (hidden[at] ?? 0) + fold.to - fold.from };
    },
    indexOf(line) {
      const at = lastIndex(closed.length, (one) => (closed[one]?.from ?? Infinity) <= line);
      const fold = closed[at];
      if (fold === undefined) return line - 1;
      if (line <= fold.to) return firstRow(at);
      return line - 1 - (hidden[at] ?? 0) - (fold.to - fold.from);
    },
  };
}

/** The greatest index below `length` for which `holds`, which holds for all before it; -1 where there is none. */
function lastIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
