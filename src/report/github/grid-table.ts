// The grid of a run as a table of HTML, as large as there is room for. Pure.
import { knownText } from '../../model/known-text.ts';
import type { CellResult } from '../../model/report.ts';
import { gridOf, placeOf } from '../grid.ts';
import { cellReason } from '../round-words.ts';
import { outlookOf, outlooks, type Outlook } from '../summarize.ts';
import { clip } from '../text.ts';
import { html } from './html.ts';

export const marks: Readonly<Record<Outlook, string>> = { pass: '✅', cached: '♻️', flaky: '🔁', known: '📌', fail: '❌', crash: '💥', timeout: '⏰', error: '❔', skip: '➖' };

/** From what says most to what takes least. */
export function gridTables(cells: readonly CellResult[]): readonly (() => string)[] {
  return [() => gridTable(cells, titledMark), () => gridTable(cells, (cell) => marks[outlookOf(cell)]), () => countTable(cells)];
}

/** Cases down, kernels and architectures across. */
function gridTable(cells: readonly CellResult[], markOf: (cell: CellResult) => string): string {
  const { cases, kernels } = gridOf(cells);
  const byPlace = new Map(cells.map((cell) => [placeOf(cell), cell]));
  const rows = cases.map((name) => {
    const places = kernels.flatMap(({ kernel, archs }) => archs.map((arch) => byPlace.get(`${name}/${kernel}/${arch}`)));
    return `<tr><th align="left">${html(name)}</th>${places.map((cell) => `<td align="center">${cell === undefined ? '' : markOf(cell)}</td>`).join('')}</tr>`;
  });
  return [`<table>`, ...headings(kernels), ...rows, `</table>`].join('\n');
}

/** How many cells of each kernel and architecture came to what. */
function countTable(cells: readonly CellResult[]): string {
  const { kernels } = gridOf(cells);
  const rows = outlooks.map((look) => {
    const counts = kernels.flatMap(({ kernel, archs }) => archs.map((arch) => cells.filter((cell) => cell.kernel === kernel && cell.arch === arch && outlookOf(cell) === look).length));
    return counts.every((number) => number === 0) ? '' : `<tr><th align="left">${marks[look]} ${look}</th>${counts.map((number) => `<td align="right">${number === 0 ? '' : number}</td>`).join('')}</tr>`;
  });
  return ['<table>', ...headings(kernels), ...rows.filter((row) => row !== ''), '</table>'].join('\n');
}

function headings(kernels: ReturnType<typeof gridOf>['kernels']): readonly string[] {
  const top = kernels.map(({ kernel, archs }) => `<th colspan="${archs.length}">${html(kernel)}</th>`).join('');
  const below = kernels.flatMap(({ archs }) => archs).map((arch) => `<th>${html(arch)}</th>`).join('');
  return [`<tr><th rowspan="2" align="left">case</th>${top}</tr>`, `<tr>${below}</tr>`];
}

function titledMark(cell: CellResult): string {
  const look = outlookOf(cell);
  const reason = cell.known === undefined ? cellReason(cell) : knownText(cell.known);
  return `<span title="${html(clip(`${cell.id}: ${look}${reason === '' ? '' : `: ${reason}`}`, 200))}">${marks[look]}</span>`;
}
