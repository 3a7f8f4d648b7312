// Failures that are known, at the end of a run on the terminal: why they do not count, and what they are.
import { count } from '../../model/format.ts';
import type { CellResult } from '../../model/report.ts';
import { knownText } from '../../model/known-text.ts';
import { cellReason } from '../round-words.ts';
import { knownGroups } from '../summarize.ts';
import { clip, safeLine } from '../text.ts';
import { paint, paintLook, symbolOf, type Theme } from './theme.ts';

const cellLimit = 8;

export function knownSection(cells: readonly CellResult[], { theme, columns }: { readonly theme: Theme; readonly columns: number }): readonly string[] {
  return knownGroups(cells).flatMap(({ known, cells: group }) => [
    `${paintLook(theme, 'known', `${symbolOf(theme, 'known')} known`)}  ${clip(safeLine(knownText(known)), 500)}`,
    ...group.slice(0, cellLimit).map((cell) => paint(theme, 'dim', `  ${clip(`${cell.id}  ${cell.verdict.kind}: ${safeLine(cellReason(cell))}`, Math.max(40, columns - 3))}`)),
    ...(group.length > cellLimit ? [paint(theme, 'dim', `  and ${count(group.length - cellLimit, 'more cell')}`)] : []),
  ]);
}
