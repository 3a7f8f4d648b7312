// The kernel failures of a whole run: each once, with every cell it hit. Titles are stable across builds, so they are the key.
import { count } from '../model/format.ts';
import type { CellResult, DistinctCrash, RunReport } from '../model/report.ts';
import { clip, safeLine } from './text.ts';

type Found = { -readonly [K in keyof DistinctCrash]: DistinctCrash[K] } & { cells: string[]; expectedIn?: string[] };

/** In the order in which cells and their attempts show them. */
export function distinctCrashes(cells: readonly CellResult[]): readonly DistinctCrash[] {
  const found = new Map<string, Found>();
  for (const cell of cells) {
    for (const attempt of cell.attempts) {
      for (const { title, type, function: where, source, line, expected, repeated = 0 } of attempt.crashes ?? []) {
        const known = found.get(title) ?? {
          title,
          type,
          ...(where === undefined ? {} : { function: where }),
          count: 0,
          cells: [],
          first: { cell: cell.id, attempt: attempt.number, line, ...(attempt.console === undefined ? {} : { console: attempt.console }) },
        };
        found.set(title, known);
        if (source !== undefined) known.source ??= source;
        known.count += 1 + repeated;
        add(known.cells, cell.id);
        if (expected === true) add((known.expectedIn ??= []), cell.id);
      }
    }
  }
  return [...found.values()];
}

/** Cells come one after the other, so only the last one can be there already. */
function add(ids: string[], id: string): void {
  if (ids.at(-1) !== id) ids.push(id);
}

/** A crash with the cells that it hit although their case does not expect it. */
interface Listed {
  readonly crash: DistinctCrash;
  readonly cells: readonly string[];
}

/** What a report lists: crashes that some case did not expect. */
export function listedCrashes({ crashes }: Pick<RunReport, 'crashes'>): readonly Listed[] {
  return crashes
    .map((crash) => ({ crash, cells: crash.cells.filter((id) => crash.expectedIn?.includes(id) !== true) }))
    .filter(({ cells }) => cells.length > 0);
}

/** `2 distinct crashes`. */
export const crashHeadline = (listed: readonly unknown[]): string => `${listed.length} distinct crash${listed.length === 1 ? '' : 'es'}`;

/** `WARNING in foo (fs/foo.c:12): 4 cells`, safe to print. */
export const crashLine = ({ crash, cells }: Listed): string => `${clip(safeLine(crash.title), 200)}${crash.source === undefined ? '' : ` (${clip(safeLine(crash.source), 200)})`}: ${count(cells.length, 'cell')}`;
