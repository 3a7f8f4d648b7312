// The end of a run on the terminal: the grid, every failure with its reason, the console lines around it and the command
// that repeats it, what was flaky or skipped, and the totals.
import { count } from '../../model/format.ts';
import type { CellResult, RunReport } from '../../model/report.ts';
import { knownText } from '../../model/known-text.ts';
import { formatDuration } from '../../model/units.ts';
import { decisiveAttempt, otherAttempts } from '../attempts.ts';
import { costWords } from '../cost.ts';
import { gridOf, placeOf } from '../grid.ts';
import { historyTotals } from '../history-words.ts';
import { cellReason, planWords, roundsRun } from '../round-words.ts';
import { cachedGroups, failureGroups, outlookOf, skipGroups, slowestCells } from '../summarize.ts';
import { clip, padEnd, safeLine } from '../text.ts';
import { crashSection } from './crash-section.ts';
import type { ClosingOptions } from './evidence-lines.ts';
import { failureSection } from './failure-section.ts';
import { flakySections } from './flaky-section.ts';
import { gridTime, renderGrid } from './grid-view.ts';
import { historySection } from './history-section.ts';
import { knownSection } from './known-section.ts';
import { fitList } from './places.ts';
import { tally } from './tally.ts';
import { paint, paintLook, symbolOf, type Theme } from './theme.ts';

/** All of it as text that ends with a line feed. */
export function renderClosing(report: RunReport, options: ClosingOptions): string {
  const sections = [
    gridSection(report, options),
    ...failureGroups(report.cells).map((group) => failureSection(group, options)),
    crashSection(report, options),
    ...flakySections(report.cells, options),
    historySection(report.cells, options),
    knownSection(report.cells, options),
    cachedSection(report.cells, options),
    skipSection(report.cells, options),
    totalsSection(report, options),
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `\n${lines.join('\n')}\n`).join('');
}

function gridSection({ cells }: RunReport, { theme, columns }: ClosingOptions): readonly string[] {
  if (cells.length < 2) return cells.map((cell) => cellLine(cell, theme));
  const byPlace = new Map(cells.map((cell) => [placeOf(cell), cell]));
  const viewOf = (name: string, kernel: string, arch: string) => {
    const cell = byPlace.get(`${name}/${kernel}/${arch}`);
    return cell && { look: outlookOf(cell), time: cell.verdict.kind === 'skip' || cell.cached !== undefined ? '' : gridTime(cell.durationMs) };
  };
  return renderGrid(gridOf(cells), viewOf, columns - 1, theme, true) ?? [];
}

/** One finished cell: `✓ pass     boot/6.12/x86_64  1.9s`. */
export function cellLine(cell: CellResult, theme: Theme): string {
  const look = outlookOf(cell);
  const reason = look === 'flaky' ? otherAttempts(cell).map(safeLine).join('; ') : clip(safeLine(cell.known === undefined ? cellReason(cell) : `${knownText(cell.known)}: ${cellReason(cell)}`), 300);
  const time = look === 'skip' || look === 'cached' ? '' : `  ${paint(theme, 'dim', `${formatDuration(cell.durationMs)}${startWord(cell)}`)}`;
  return `${paintLook(theme, look, `${symbolOf(theme, look)} ${padEnd(look, 7)}`)}  ${cell.id}${time}${reason === '' ? '' : `  ${reason}`}`;
}

/** A boot goes without saying. */
function startWord(cell: CellResult): string {
  const { boot, warm } = decisiveAttempt(cell);
  if (warm !== undefined) return `, warm ${formatDuration(warm.durationMs)}`;
  return boot?.restored === undefined ? '' : ' warm';
}

function cachedSection(cells: readonly CellResult[], { theme, columns }: ClosingOptions): readonly string[] {
  return cachedGroups(cells).map(({ run, cells: [first, ...rest] }) => {
    const start = `passed in run ${run}  `;
    const places = rest.length === 0 ? first.id : `${count(rest.length + 1, 'cell')}: ${fitList([...new Set([first, ...rest].map((cell) => cell.case))], columns - start.length - 24)}`;
    return `${paintLook(theme, 'cached', `${symbolOf(theme, 'cached')} cached`)}  ${start}${paint(theme, 'dim', places)}`;
  });
}

function skipSection(cells: readonly CellResult[], { theme, columns }: ClosingOptions): readonly string[] {
  return skipGroups(cells).map((group) => {
    const head = paintLook(theme, 'skip', `${symbolOf(theme, 'skip')} skip`);
    const start = `${safeLine(group.reason)}  `;
    const places = group.cells.length === 1 ? group.cells[0].id : `${count(group.cells.length, 'cell')}: ${fitList([...new Set(group.cells.map((cell) => cell.case))], columns - start.length - 24)}`;
    return `${head}  ${start}${paint(theme, 'dim', places)}`;
  });
}

function totalsSection(report: RunReport, { theme, folder }: ClosingOptions): readonly string[] {
  const { totals } = report;
  const history = historyTotals(report.cells);
  const cost = costWords(report);
  const slowest = totals.total < 10 ? [] : slowestCells(report.cells, 3).map(({ id, durationMs }) => `${id} ${formatDuration(durationMs)}`);
  return [
    ...(report.interrupted ? [paint(theme, 'yellow', 'interrupted: this is what was known by then')] : []),
    tally(totals, theme),
    paint(theme, 'dim', `cells    ${totals.total} in ${formatDuration(report.durationMs)}`),
    ...(report.rounds === undefined ? [] : [paint(theme, 'dim', `rounds   ${roundsRun(report.cells)} ran; asked for ${planWords(report.rounds)}`)]),
    ...(history === undefined ? [] : [paint(theme, 'dim', `history  ${history}`)]),
    ...(cost === undefined ? [] : [paint(theme, 'dim', `took     ${cost}`)]),
    ...(slowest.length === 0 ? [] : [paint(theme, 'dim', `slowest  ${slowest.join(', ')}`)]),
    paint(theme, 'dim', `folder   ${folder}`),
  ];
}
