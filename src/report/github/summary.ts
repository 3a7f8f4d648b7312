// What GitHub shows of a run: the grid, and each failure with lines of its console. Pure.
import { count } from '../../model/format.ts';
import { knownText } from '../../model/known-text.ts';
import type { Attempt, CellResult, RunReport } from '../../model/report.ts';
import { formatDuration } from '../../model/units.ts';
import { decisiveAttempt, otherAttempts, shownAttempt } from '../attempts.ts';
import { crashHeadline, listedCrashes } from '../crashes.ts';
import { selectExcerpt } from '../excerpt.ts';
import { commonHistory, historyNews, historyWords, recoveredCells } from '../history-words.ts';
import { cellReason, roundDetails, roundsRun, roundWords } from '../round-words.ts';
import { cachedGroups, countsOf, failureGroups, knownGroups, outlooks, skipGroups, type CellGroup } from '../summarize.ts';
import { clip } from '../text.ts';
import { gridTables, marks } from './grid-table.ts';
import { html, prose } from './html.ts';

/** Bytes that a step may write into its summary; GitHub shows nothing of a longer one. */
export const jobSummaryLimit = 1024 * 1024;

const groupLimit = 40;
/** After so many that do not fit no further one is tried. */
const misfitLimit = 20;
const idLimit = 200;
const listLimit = 200;

/**
 * The run in at most `limit` bytes: what is last is left out first, and is counted then.
 * HTML without blank lines, so that Markdown has no say in what a guest printed.
 */
export function renderSummary(report: RunReport, limit = jobSummaryLimit): string {
  const head = `<h3>kit-test: ${html(headline(report))}</h3>`;
  const grid = gridThatFits(report.cells, limit / 2);
  const sections = [
    ...failureGroups(report.cells).map((group) => () => failureBlock(group)),
    ...[
      ...crashBlock(report),
      ...flakyBlocks(report.cells),
      ...listBlock('🕘', 'that failed earlier', recoveredCells(report.cells).map((cell) => `${cell.id}: ${historyWords(cell) ?? ''}`)),
      ...listBlock(marks.known, 'known', knownGroups(report.cells).flatMap(({ known, cells }) => cells.map((cell) => `${cell.id}: ${knownText(known)}: ${cellReason(cell)}`))),
      ...listBlock(marks.cached, 'cached', cachedGroups(report.cells).flatMap(({ cells }) => cells.map((cell) => `${cell.id}: ${cellReason(cell)}`))),
      ...listBlock(marks.skip, 'skip', skipGroups(report.cells).map(({ reason, cells }) => `${reason}: ${cells.map(({ id }) => id).join(', ')}`)),
    ].map((section) => () => section),
  ];
  return `${fitting([head, ...(grid === undefined ? [] : [grid])], sections, limit).join('\n\n')}\n`;
}

function gridThatFits(cells: readonly CellResult[], limit: number): string | undefined {
  for (const render of gridTables(cells)) {
    const table = render();
    if (bytesOf(table) <= limit) return table;
  }
  return undefined;
}

/** What fits; whole sections are left out, for a part of one would be broken HTML. They are made only while there is room. */
function fitting(first: readonly string[], sections: readonly (() => string)[], limit: number): readonly string[] {
  const left = (number: number): string => `<p>${count(number, 'further section')} left out for want of room: the whole is in index.html and report.json of the run</p>`;
  const taken = [...first];
  let room = limit - first.reduce((sum, text) => sum + bytesOf(text) + 2, 0) - bytesOf(left(sections.length)) - 2;
  let omitted = 0;
  for (const render of sections) {
    const section = omitted < misfitLimit ? render() : undefined;
    const bytes = section === undefined ? Infinity : bytesOf(section) + 2;
    if (section === undefined || bytes > room) {
      omitted += 1;
    } else {
      taken.push(section);
      room -= bytes;
    }
  }
  return omitted === 0 ? taken : [...taken, left(omitted)];
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** As `2 pass, 1 crash of 3 cells in 12s`. */
export function headline({ totals, durationMs, interrupted, rounds, cells }: RunReport): string {
  const counts = countsOf(totals);
  const parts = outlooks.filter((look) => counts[look] > 0).map((look) => `${counts[look]} ${look}`);
  return `${interrupted ? 'interrupted, ' : ''}${parts.join(', ')} of ${count(totals.total, 'cell')}${rounds === undefined ? '' : `, ${count(roundsRun(cells), 'round')}`} in ${formatDuration(durationMs)}`;
}

function failureBlock(group: CellGroup): string {
  const [cell] = group.cells;
  const others = otherAttempts(cell);
  const history = commonHistory(group.cells);
  return [
    `<details><summary>${marks[group.kind]} <b>${group.kind}</b> ${prose(clip(group.cells.length === 1 ? cellReason(cell) : group.reason, 300))}</summary>`,
    `<p>${idList(group.cells)}</p>`,
    ...(history === undefined ? [] : [`<p>${prose(history)}</p>`]),
    ...group.cells.slice(0, groupLimit).flatMap(({ id, rounds }) => (rounds === undefined ? [] : [`<p>${group.cells.length === 1 ? '' : `<code>${html(id)}</code> `}${html(`${roundWords({ rounds }) ?? ''}, ${roundDetails(rounds)}`)}</p>`])),
    ...excerptBlock(decisiveAttempt(cell)),
    ...(others.length === 0 ? [] : [`<p>${others.map(prose).join('<br>')}</p>`]),
    `<p>repeat: <code>${html(cell.repeat)}</code></p>`,
    '</details>',
  ].join('\n');
}

function idList(cells: readonly CellResult[]): string {
  const shown = cells.slice(0, idLimit).map(({ id }) => `<code>${html(id)}</code>`).join(' ');
  return cells.length > idLimit ? `${shown} and ${cells.length - idLimit} more` : shown;
}

function excerptBlock(attempt: Attempt): readonly string[] {
  const lines = selectExcerpt(attempt, 14).map(({ number, text, marked }) => `${marked ? '&gt;' : ' '} ${html(`${number} ${clip(text, 300)}`)}`);
  return lines.length === 0 ? [] : [`<pre>${lines.join('\n')}</pre>`];
}

/** Each with what its first failure looked like: the pass that followed explains nothing. */
function flakyBlocks(cells: readonly CellResult[]): readonly string[] {
  const flaky = cells.filter((cell) => cell.flaky);
  const blocks = flaky.slice(0, groupLimit).map((cell) => [
    `<details><summary>${marks.flaky} <b>flaky</b> ${html(cell.id)} ${prose(clip([...otherAttempts(cell), historyNews(cell) ?? []].flat().join('; '), 300))}</summary>`,
    ...excerptBlock(shownAttempt(cell)),
    `<p>repeat: <code>${html(cell.repeat)}</code></p>`,
    '</details>',
  ].join('\n'));
  return flaky.length > groupLimit ? [...blocks, `<p>and ${flaky.length - groupLimit} more flaky</p>`] : blocks;
}

function crashBlock(report: RunReport): readonly string[] {
  const listed = listedCrashes(report);
  if (listed.length === 0) return [];
  const rows = listed.slice(0, groupLimit).map(({ crash, cells }) => `<tr><td>${prose(clip(crash.source === undefined ? crash.title : `${crash.title} (${crash.source})`, 300))}</td><td>${cells.length}</td><td>${html(clip(cells.join(', '), 2000))}</td></tr>`);
  return [`<details><summary>${marks.crash} ${crashHeadline(listed)}</summary>\n<table>\n<tr><th align="left">title</th><th>cells</th><th align="left">where</th></tr>\n${rows.join('\n')}\n</table>\n</details>`];
}

function listBlock(mark: string, name: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const shown = items.length > listLimit ? [...items.slice(0, listLimit), `and ${items.length - listLimit} more`] : items;
  return [`<details><summary>${mark} ${items.length} ${name}</summary>\n<ul>${shown.map((item) => `<li>${prose(clip(item, 2000))}</li>`).join('')}</ul>\n</details>`];
}

