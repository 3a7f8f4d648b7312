// What earlier runs say, on the terminal: beside each failure whether it is new, and at the end what was fixed or comes and goes.
import { count } from '../../model/format.ts';
import type { CellResult } from '../../model/report.ts';
import { historyWords, recoveredCells } from '../history-words.ts';
import { clip, safeLine } from '../text.ts';
import { placesOf } from './places.ts';
import { paint, paintLook, symbolOf, type Theme } from './theme.ts';

interface Options {
  readonly theme: Theme;
  readonly columns: number;
}

/** One line for all cells that have it in common, or for each history the cells that have it. */
export function historyLines(cells: readonly [CellResult, ...CellResult[]], { theme, columns }: Options): readonly string[] {
  const told = (words: string): string => paint(theme, words === 'first run' ? 'dim' : 'yellow', words);
  const groups = byWords(cells);
  const [[only] = []] = groups;
  if (only === undefined) return [];
  if (groups.length === 1) return [told(only)];
  return groups.flatMap(([words, group]) => placesOf(group, Math.max(20, columns - words.length - 5)).map((place) => `${told(words)}  ${paint(theme, 'dim', place)}`));
}

function byWords(cells: readonly CellResult[]): readonly (readonly [words: string, cells: readonly [CellResult, ...CellResult[]]])[] {
  const groups = new Map<string, [CellResult, ...CellResult[]]>();
  for (const cell of cells) {
    const words = safeLine(historyWords(cell) ?? '');
    const group = groups.get(words);
    if (words === '') continue;
    if (group === undefined) groups.set(words, [cell]);
    else group.push(cell);
  }
  return [...groups];
}

const cellLimit = 10;

/** Cells that pass, and did not always. What needed a retry now has a section of its own. */
export function historySection(cells: readonly CellResult[], { theme, columns }: Options): readonly string[] {
  const recovered = recoveredCells(cells);
  const lines = recovered.slice(0, cellLimit).map((cell) => {
    const look = cell.history?.flaky === true ? 'flaky' : 'pass';
    return `${paintLook(theme, look, symbolOf(theme, look))} ${clip(`${cell.id}  ${safeLine(historyWords(cell) ?? '')}`, Math.max(40, columns - 3))}`;
  });
  return recovered.length > cellLimit ? [...lines, paint(theme, 'dim', `  and ${count(recovered.length - cellLimit, 'more cell')} that failed earlier`)] : lines;
}
