// What is to be run next, in a session that waits for files and keys. Pure.
import type { Cell } from '../../model/cell.ts';
import type { CellResult } from '../../model/report.ts';
import { isTrouble } from '../../report/summarize.ts';

export interface Wishes {
  /** No further run. */
  readonly quit: boolean;
  /** Every cell. */
  readonly all: boolean;
  /** The cells that failed when they ran last. */
  readonly failed: boolean;
  /** The cells that these files belong to. */
  readonly changed: readonly string[];
}

export const noWishes: Wishes = { quit: false, all: false, failed: false, changed: [] };

/** Both: what was asked for while something else ran is not forgotten. */
export const joined = (a: Wishes, b: Partial<Wishes>): Wishes => ({
  quit: a.quit || b.quit === true,
  all: a.all || b.all === true,
  failed: a.failed || b.failed === true,
  changed: [...new Set([...a.changed, ...(b.changed ?? [])])].sort(),
});

/** What a key of the terminal asks for; undefined for any other. */
export function wishOfKey(key: string): Partial<Wishes> | undefined {
  switch (key) {
    case '\r': case '\n': return { all: true };
    case 'f': return { failed: true };
    case 'q': return { quit: true };
    default: return undefined;
  }
}

/** The cells to run, in their order. `touched` are those that changed files belong to. */
export function wishedCells(cells: readonly Cell[], { all, failed }: Wishes, touched: ReadonlySet<string>, failing: ReadonlySet<string>): readonly Cell[] {
  return cells.filter(({ id }) => all || touched.has(id) || (failed && failing.has(id)));
}

/** Which cells fail, once these have ended so. What was cut off fails as before. */
export function failingAfter(before: ReadonlySet<string>, results: readonly CellResult[]): ReadonlySet<string> {
  const failing = new Set(before);
  for (const result of results) {
    if (isTrouble(result)) failing.add(result.id);
    else if (result.verdict.kind !== 'skip') failing.delete(result.id);
  }
  return failing;
}
