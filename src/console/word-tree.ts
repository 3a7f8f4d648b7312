// The automaton of Aho and Corasick: a tree of words, and from each place in it a way on for every kind of byte, at last to where the
// longest end of what came begins a word.

export interface WordTree {
  /** `kinds` are those of the bytes of a word; `told` is told where it ends. */
  add(kinds: readonly number[], told: number): void;
  /**
   * The automaton as a table: each state is a row with a column for each kind of byte, where the next row begins, as its complement
   * (`~`) where that row tells something; what it tells is in its last column.
   */
  rows(): Int32Array;
}

/** A tree of words with at most so many bytes together; `width` is that of a row. */
export function createWordTree(most: number, width: number): WordTree {
  // Nodes count from 0, the root. The first of those below a node, the next beside it, by what it is reached, what it tells.
  const [below, beside, by, told] = [new Int32Array(most + 1), new Int32Array(most + 1), new Int32Array(most + 1), new Int32Array(most + 1)];
  let last = 0;

  function step(node: number, kind: number): number {
    let to = below[node] ?? 0;
    while (to !== 0 && by[to] !== kind) to = beside[to] ?? 0;
    if (to !== 0) return to;
    last += 1;
    beside[last] = below[node] ?? 0;
    below[node] = last;
    by[last] = kind;
    return last;
  }

  return {
    add(kinds, telling) {
      const node = kinds.reduce(step, 0);
      told[node] = (told[node] ?? 0) | telling;
    },
    rows() {
      const rows = new Int32Array((last + 1) * width);
      // For each node the one that stands for the longest end of it: its row is this one's but for the ways further down.
      const shorter = new Int32Array(last + 1);
      for (const queue = [0]; queue.length > 0;) {
        for (const node of queue.splice(0)) {
          const row = node * width;
          if (node !== 0) rows.copyWithin(row, (shorter[node] ?? 0) * width, (shorter[node] ?? 0) * width + width - 1);
          for (let to = below[node] ?? 0; to !== 0; to = beside[to] ?? 0) {
            const cell = row + (by[to] ?? 0);
            const before = rows[cell] ?? 0;
            shorter[to] = (before < 0 ? ~before : before) / width;
            told[to] = (told[to] ?? 0) | (told[shorter[to] ?? 0] ?? 0);
            rows[cell] = told[to] === 0 ? to * width : ~(to * width);
            rows[to * width + width - 1] = told[to] ?? 0;
            queue.push(to);
          }
        }
      }
      return rows;
    },
  };
}
