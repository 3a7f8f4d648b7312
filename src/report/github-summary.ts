// What GitHub shows of a run: a job summary and annotations.
// The summary is HTML without blank lines, so that Markdown has no say in what a guest printed.
// https://docs.github.com/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions
import { knownText } from '../model/known.ts';
import type { Attempt, CellResult, RunReport } from '../model/report.ts';
import { formatDuration } from '../model/units.ts';
import { decisiveAttempt, otherAttempts, shownAttempt } from './attempts.ts';
import { crashHeadline, listedCrashes } from './crashes.ts';
import { selectExcerpt } from './excerpt.ts';
import { commonHistory, historyNews, historyWords, recoveredCells } from './history-words.ts';
import { gridOf, placeOf } from './grid.ts';
import { failureGroups, knownGroups, outlookOf, outlooks, skipGroups, type CellGroup, type Outlook } from './summarize.ts';
import { cellReason, roundDetails, roundsRun, roundWords } from './round-words.ts';
import { clip, count, safeLine, safeText } from './text.ts';

export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
}

/** GitHub shows ten annotations of a kind for each step, and drops the others. */
const annotationLimit = 10;
/** A summary may have 1 MiB. */
const groupLimit = 40;

const marks: Readonly<Record<Outlook, string>> = { pass: '✅', flaky: '🔁', known: '📌', fail: '❌', crash: '💥', timeout: '⏰', error: '❔', skip: '➖' };

/** One for each group of failures, and one for each flaky cell. */
export function annotationsOf({ cells }: RunReport): readonly Annotation[] {
  const failures = failureGroups(cells).map((group): Annotation => ({ level: 'error', title: `${group.kind}: ${cellNames(group)}`, message: `${[safeText(group.cells.length === 1 ? cellReason(group.cells[0]) : group.reason), ...historyOf(group)].join('\n')}\nrepeat: ${safeLine(group.cells[0].repeat)}` }));
  const flaky = cells.filter((cell) => cell.flaky).map((cell): Annotation => ({ level: 'warning', title: `flaky: ${cell.id}`, message: otherAttempts(cell).map(safeLine).join('\n') }));
  return [...limited(failures), ...limited(flaky)];
}

const historyOf = ({ cells }: CellGroup): readonly string[] => {
  const words = commonHistory(cells);
  return words === undefined ? [] : [safeLine(words)];
};

function limited(annotations: readonly Annotation[]): readonly Annotation[] {
  if (annotations.length <= annotationLimit) return annotations;
  const rest = annotations.slice(annotationLimit - 1);
  const more = { level: rest[0]?.level ?? 'error', title: `${rest.length} more`, message: rest.map(({ title }) => title).join('\n') } as const;
  return [...annotations.slice(0, annotationLimit - 1), more];
}

const cellNames = ({ cells: [first, ...others] }: CellGroup): string => safeLine(first.id) + (others.length === 0 ? '' : ` and ${count(others.length, 'more cell')}`);

/** The job summary. */
export function renderSummary(report: RunReport): string {
  const groups = failureGroups(report.cells);
  const blocks = [
    `<h3>kit-test: ${html(headline(report))}</h3>`,
    gridTable(report.cells),
    ...groups.slice(0, groupLimit).map(failureBlock),
    ...(groups.length > groupLimit ? [`<p>and ${count(groups.length - groupLimit, 'more kind')} of failure, in report.json</p>`] : []),
    ...crashBlock(report),
    ...flakyBlocks(report.cells),
    ...listBlock('🕘', 'that failed earlier', recoveredCells(report.cells).map((cell) => `${cell.id}: ${historyWords(cell) ?? ''}`)),
    ...listBlock(marks.known, 'known', knownGroups(report.cells).flatMap(({ known, cells }) => cells.map((cell) => `${cell.id}: ${knownText(known)}: ${cellReason(cell)}`))),
    ...listBlock(marks.skip, 'skip', skipGroups(report.cells).map(({ reason, cells }) => `${reason}: ${cells.map(({ id }) => id).join(', ')}`)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headline({ totals, durationMs, interrupted, rounds, cells }: RunReport): string {
  const counts = { ...totals, pass: totals.pass - totals.flaky };
  const parts = outlooks.filter((look) => counts[look] > 0).map((look) => `${counts[look]} ${look}`);
  return `${interrupted ? 'interrupted, ' : ''}${parts.join(', ')} of ${count(totals.total, 'cell')}${rounds === undefined ? '' : `, ${count(roundsRun(cells), 'round')}`} in ${formatDuration(durationMs)}`;
}

function gridTable(cells: readonly CellResult[]): string {
  const { cases, kernels } = gridOf(cells);
  const byPlace = new Map(cells.map((cell) => [placeOf(cell), cell]));
  const top = kernels.map(({ kernel, archs }) => `<th colspan="${archs.length}">${html(kernel)}</th>`).join('');
  const below = kernels.flatMap(({ archs }) => archs).map((arch) => `<th>${html(arch)}</th>`).join('');
  const rows = cases.map((name) => {
    const places = kernels.flatMap(({ kernel, archs }) => archs.map((arch) => byPlace.get(`${name}/${kernel}/${arch}`)));
    return `<tr><th align="left">${html(name)}</th>${places.map((cell) => `<td align="center">${cell === undefined ? '' : tableMark(cell)}</td>`).join('')}</tr>`;
  });
  return [`<table>`, `<tr><th rowspan="2" align="left">case</th>${top}</tr>`, `<tr>${below}</tr>`, ...rows, `</table>`].join('\n');
}

function tableMark(cell: CellResult): string {
  const look = outlookOf(cell);
  const reason = cell.known === undefined ? cellReason(cell) : knownText(cell.known);
  return `<span title="${html(clip(`${cell.id}: ${look}${reason === '' ? '' : `: ${reason}`}`, 200))}">${marks[look]}</span>`;
}

function failureBlock(group: CellGroup): string {
  const [cell] = group.cells;
  const others = otherAttempts(cell);
  return [
    `<details><summary>${marks[group.kind]} <b>${group.kind}</b> ${html(clip(group.cells.length === 1 ? cellReason(cell) : group.reason, 300))}</summary>`,
    `<p>${group.cells.map(({ id }) => `<code>${html(id)}</code>`).join(' ')}</p>`,
    ...historyOf(group).map((words) => `<p>${html(words)}</p>`),
    ...group.cells.flatMap(({ id, rounds }) => (rounds === undefined ? [] : [`<p>${group.cells.length === 1 ? '' : `<code>${html(id)}</code> `}${html(`${roundWords({ rounds }) ?? ''}, ${roundDetails(rounds)}`)}</p>`])),
    ...excerptBlock(decisiveAttempt(cell)),
    ...(others.length === 0 ? [] : [`<p>${others.map(html).join('<br>')}</p>`]),
    `<p>repeat: <code>${html(cell.repeat)}</code></p>`,
    '</details>',
  ].join('\n');
}

function excerptBlock(attempt: Attempt): readonly string[] {
  const lines = selectExcerpt(attempt, 14).map(({ number, text, marked }) => `${marked ? '&gt;' : ' '} ${html(`${number} ${clip(text, 300)}`)}`);
  return lines.length === 0 ? [] : [`<pre>${lines.join('\n')}</pre>`];
}

/** Each with what its first failure looked like: the pass that followed explains nothing. */
function flakyBlocks(cells: readonly CellResult[]): readonly string[] {
  const flaky = cells.filter((cell) => cell.flaky);
  const blocks = flaky.slice(0, groupLimit).map((cell) => [
    `<details><summary>${marks.flaky} <b>flaky</b> ${html(cell.id)} ${html(clip([...otherAttempts(cell), historyNews(cell) ?? []].flat().join('; '), 300))}</summary>`,
    ...excerptBlock(shownAttempt(cell)),
    `<p>repeat: <code>${html(cell.repeat)}</code></p>`,
    '</details>',
  ].join('\n'));
  return flaky.length > groupLimit ? [...blocks, `<p>and ${flaky.length - groupLimit} more flaky</p>`] : blocks;
}

function crashBlock(report: RunReport): readonly string[] {
  const listed = listedCrashes(report);
  if (listed.length === 0) return [];
  const rows = listed.slice(0, groupLimit).map(({ crash, cells }) => `<tr><td>${html(clip(crash.title, 300))}</td><td>${cells.length}</td><td>${html(clip(cells.join(', '), 2000))}</td></tr>`);
  return [`<details><summary>${marks.crash} ${crashHeadline(listed)}</summary>\n<table>\n<tr><th align="left">title</th><th>cells</th><th align="left">where</th></tr>\n${rows.join('\n')}\n</table>\n</details>`];
}

function listBlock(mark: string, name: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  return [`<details><summary>${mark} ${items.length} ${name}</summary>\n<ul>${items.map((item) => `<li>${html(clip(item, 2000))}</li>`).join('')}</ul>\n</details>`];
}

const html = (text: string): string => safeLine(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
