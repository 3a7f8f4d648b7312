// The end of a run on the terminal: the grid, every failure with its reason, the console lines around it and the command
// that repeats it, what was flaky or skipped, and the totals.
import type { Attempt, CellResult, RunReport } from '../../model/report.ts';
import { formatDuration } from '../../model/units.ts';
import { verdictReason } from '../../model/verdict.ts';
import { selectExcerpt } from '../excerpt.ts';
import { earlierAttempts } from '../facts.ts';
import { gridOf, placeOf } from '../grid.ts';
import { flatPoints, pointsOf } from '../points.ts';
import { failureGroups, outlookOf, skipGroups, slowestCells, type CellGroup } from '../summarize.ts';
import { clip, count, padEnd, safeLine, safeText } from '../text.ts';
import { crashSection } from './crash-section.ts';
import { excerptLines } from './excerpt-lines.ts';
import { gridTime, renderGrid } from './grid-view.ts';
import { fitList, placesOf } from './places.ts';
import { tally } from './tally.ts';
import { glyphsOf, paint, paintLook, symbolOf, type Theme } from './theme.ts';

export interface ClosingOptions {
  readonly theme: Theme;
  readonly columns: number;
  /** The run folder as the reader would type it. */
  readonly folder: string;
}

/** All of it as text that ends with a line feed. */
export function renderClosing(report: RunReport, options: ClosingOptions): string {
  const sections = [
    gridSection(report, options),
    ...failureGroups(report.cells).map((group) => failureSection(group, options)),
    crashSection(report, options),
    flakySection(report.cells, options),
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
    return cell && { look: outlookOf(cell), time: cell.verdict.kind === 'skip' ? '' : gridTime(cell.durationMs) };
  };
  return renderGrid(gridOf(cells), viewOf, columns - 1, theme, true) ?? [];
}

/** One finished cell: `✓ pass     boot/6.12/x86_64  1.9s`. */
export function cellLine(cell: CellResult, theme: Theme): string {
  const look = outlookOf(cell);
  const reason = look === 'flaky' ? earlierAttempts(cell).map(safeLine).join('; ') : clip(safeLine(verdictReason(cell.verdict)), 300);
  const time = look === 'skip' ? '' : `  ${paint(theme, 'dim', formatDuration(cell.durationMs))}`;
  return `${paintLook(theme, look, `${symbolOf(theme, look)} ${padEnd(look, 7)}`)}  ${cell.id}${time}${reason === '' ? '' : `  ${reason}`}`;
}

const excerptLimit = 14;
const resultLimit = 8;
const reasonLimit = 10;

function failureSection({ kind, reason, cells }: CellGroup, { theme, columns, folder }: ClosingOptions): readonly string[] {
  const [cell] = cells;
  const attempt = cell.attempts.at(-1) ?? cell.attempts[0];
  const [headline = '', ...more] = reasonLines(reason);
  const hint = cell.verdict.kind === 'error' && cell.verdict.hint !== undefined ? [`${paint(theme, 'cyan', glyphsOf(theme).arrow)} ${safeLine(cell.verdict.hint)}`] : [];
  const lines = selectExcerpt(attempt, excerptLimit);
  const place = lines.find(({ marked }) => marked)?.number;
  const log = attempt.console === undefined ? [] : [`${folder}/${attempt.console}${place === undefined ? '' : `:${place}`}`];
  const body = [
    ...more,
    ...placesOf(cells, columns - 3).map((line) => paint(theme, 'bold', line)),
    ...hint,
    ...failingResults(cell, theme),
    ...excerptLines(lines, log, columns - 3, theme),
    ...hangLine(attempt, folder).map((line) => paint(theme, 'dim', line)),
    ...artifactsLine(attempt, folder).map((line) => paint(theme, 'dim', line)),
    `${paint(theme, 'dim', 'repeat')} ${paint(theme, 'cyan', safeLine(cell.repeat))}`,
  ];
  return [`${paintLook(theme, kind, `${symbolOf(theme, kind)} ${kind}`)}  ${headline}`, ...body.map((line) => (line === '' ? '' : `  ${line}`))];
}

/** Where the answers of a guest that hung are. */
function hangLine({ hang }: Attempt, folder: string): readonly string[] {
  if (hang === undefined) return [];
  const screen = hang.screen === undefined ? '' : `, ${folder}/${hang.screen}`;
  return [`asked  ${folder}/${hang.log}${screen}${hang.memory === undefined ? '' : `  ${hang.memory}`}`];
}

function artifactsLine({ artifacts }: Attempt, folder: string): readonly string[] {
  return artifacts === undefined ? [] : [`files  ${folder}/${artifacts.folder}  ${count(artifacts.files.length, 'file')}`];
}

function reasonLines(reason: string): readonly string[] {
  const lines = safeText(reason.trim() === '' ? 'no reason was recorded' : reason).split('\n').map((line) => clip(line, 500));
  return lines.length > reasonLimit ? [...lines.slice(0, reasonLimit), `and ${lines.length - reasonLimit} more lines`] : lines;
}

/** Names what failed where the verdict's reason cannot: when several results did. */
function failingResults(cell: CellResult, theme: Theme): readonly string[] {
  const failed = flatPoints(pointsOf(cell)).filter(({ outcome }) => outcome === 'fail');
  if (failed.length < 2) return [];
  const shown = failed.slice(0, resultLimit).map(({ name, detail }) => `${paintLook(theme, 'fail', symbolOf(theme, 'fail'))} ${clip(safeLine(name), 200)}${detail === '' ? '' : paint(theme, 'dim', `  ${clip(safeLine(detail), 200)}`)}`);
  return failed.length > resultLimit ? [...shown, paint(theme, 'dim', `  and ${failed.length - resultLimit} more`)] : shown;
}

function flakySection(cells: readonly CellResult[], { theme }: ClosingOptions): readonly string[] {
  return cells.filter(({ flaky }) => flaky).map((cell) => {
    const head = paintLook(theme, 'flaky', `${symbolOf(theme, 'flaky')} flaky`);
    return `${head}  ${paint(theme, 'bold', cell.id)}  passed at attempt ${cell.attempts.length}; ${earlierAttempts(cell).map(safeLine).join('; ')}`;
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
  const slowest = totals.total < 10 ? [] : slowestCells(report.cells, 3).map(({ id, durationMs }) => `${id} ${formatDuration(durationMs)}`);
  return [
    ...(report.interrupted ? [paint(theme, 'yellow', 'interrupted: this is what was known by then')] : []),
    tally(totals, theme),
    paint(theme, 'dim', `cells    ${totals.total} in ${formatDuration(report.durationMs)}`),
    ...(slowest.length === 0 ? [] : [paint(theme, 'dim', `slowest  ${slowest.join(', ')}`)]),
    paint(theme, 'dim', `folder   ${folder}`),
  ];
}
