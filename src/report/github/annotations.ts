// What GitHub shows at a case's YAML: why it failed, one annotation for cells that failed alike. Pure.
import type { CaseSource } from '../../model/case.ts';
import { count } from '../../model/format.ts';
import type { CellResult, RunReport } from '../../model/report.ts';
import { decisiveAttempt, otherAttempts, shownAttempt } from '../attempts.ts';
import { selectExcerpt } from '../excerpt.ts';
import { commonHistory } from '../history-words.ts';
import { cellReason } from '../round-words.ts';
import { failureGroups, type CellGroup } from '../summarize.ts';
import { safeLine, safeText, shorten } from '../text.ts';

export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
  /** Lines of the console. */
  readonly details?: string;
  /** Where to show it. */
  readonly source?: CaseSource;
}

/** GitHub takes 255 characters of a title, and 64 KB of a message. */
const titleLength = 200;
const messageLength = 4000;
const excerptLines = 20;

/** One for each group of failures whatever their cases, and one for each flaky cell. */
export function groupAnnotations({ cells }: RunReport): readonly Annotation[] {
  return [...failureGroups(cells).map(failureOf), ...flakyOf(cells)];
}

/** The same, but for each case one of its own. */
export function caseAnnotations({ cells }: RunReport): readonly Annotation[] {
  const byCase = failureGroups(cells).flatMap((group) => {
    const names = [...new Set(group.cells.map((cell) => cell.case))];
    return names.map((name) => ({ ...group, cells: group.cells.filter((cell) => cell.case === name) as unknown as CellGroup['cells'] }));
  });
  return [...byCase.map(failureOf), ...flakyOf(cells)];
}

function failureOf({ kind, reason, cells }: CellGroup): Annotation {
  const [first] = cells;
  const history = commonHistory(cells);
  const where = cells.length === 1 ? [] : [`cells: ${shorten(cells.map(({ id }) => id).join(', '), 1000)}`];
  return {
    level: 'error',
    title: shorten(`${kind}: ${cellNames(cells)}`, titleLength),
    message: [shorten(safeText(cells.length === 1 ? cellReason(first) : reason), messageLength), ...(history === undefined ? [] : [safeLine(history)]), ...where, `repeat: ${safeLine(first.repeat)}`].join('\n'),
    ...detailsOf(decisiveAttempt(first)),
    ...sourceOf(first),
  };
}

function flakyOf(cells: readonly CellResult[]): readonly Annotation[] {
  return cells.filter((cell) => cell.flaky).map((cell) => ({
    level: 'warning',
    title: shorten(`flaky: ${safeLine(cell.id)}`, titleLength),
    message: shorten(otherAttempts(cell).map(safeLine).join('\n'), messageLength),
    ...detailsOf(shownAttempt(cell)),
    ...sourceOf(cell),
  }));
}

function detailsOf(attempt: Parameters<typeof selectExcerpt>[0]): { readonly details?: string } {
  const lines = selectExcerpt(attempt, excerptLines).map(({ number, text, marked }) => `${marked ? '>' : ' '} ${number} ${shorten(safeLine(text), 300)}`);
  return lines.length === 0 ? {} : { details: lines.join('\n') };
}

const sourceOf = ({ source }: CellResult): { readonly source?: CaseSource } => (source === undefined ? {} : { source });

const cellNames = ([first, ...others]: CellGroup['cells']): string => safeLine(first.id) + (others.length === 0 ? '' : ` and ${count(others.length, 'more cell')}`);
