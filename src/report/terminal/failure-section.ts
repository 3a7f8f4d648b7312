// A failure on the terminal: its reason, the cells that have it, the console lines around it and the command that repeats it.
import type { CellResult } from '../../model/report.ts';
import { decisiveAttempt, otherConsoles } from '../attempts.ts';
import { flatPoints, pointsOf } from '../points.ts';
import { roundDetails, roundWords } from '../round-words.ts';
import type { CellGroup } from '../summarize.ts';
import { clip, safeLine, safeText } from '../text.ts';
import { evidenceLines, type ClosingOptions } from './evidence-lines.ts';
import { historyLines } from './history-section.ts';
import { placesOf } from './places.ts';
import { glyphsOf, paint, paintLook, symbolOf, type Theme } from './theme.ts';

const excerptLimit = 14;
const resultLimit = 8;
const reasonLimit = 10;
const attemptLimit = 4;

export function failureSection({ kind, reason, cells }: CellGroup, options: ClosingOptions): readonly string[] {
  const { theme, columns, folder } = options;
  const [cell] = cells;
  const words = cells.length === 1 ? roundWords(cell) : undefined;
  const [headline = '', ...more] = reasonLines(words === undefined ? reason : `${words}: ${reason}`);
  const hint = cell.verdict.kind === 'error' && cell.verdict.hint !== undefined ? [`${paint(theme, 'cyan', glyphsOf(theme).arrow)} ${safeLine(cell.verdict.hint)}`] : [];
  const body = [
    ...more,
    ...placesOf(cells, columns - 3).map((line) => paint(theme, 'bold', line)),
    ...roundsOf(cells).map((line) => paint(theme, 'dim', line)),
    ...historyLines(cells, options),
    ...hint,
    ...failingResults(cell, theme),
    ...evidenceLines(decisiveAttempt(cell), excerptLimit, options),
    ...attemptsLines(cell, folder).map((line) => paint(theme, 'dim', line)),
    `${paint(theme, 'dim', 'repeat')} ${paint(theme, 'cyan', safeLine(cell.repeat))}`,
  ];
  return [`${paintLook(theme, kind, `${symbolOf(theme, kind)} ${kind}`)}  ${headline}`, ...body.map((line) => (line === '' ? '' : `  ${line}`))];
}

function reasonLines(reason: string): readonly string[] {
  const lines = safeText(reason.trim() === '' ? 'no reason was recorded' : reason).split('\n').map((line) => clip(line, 500));
  return lines.length > reasonLimit ? [...lines.slice(0, reasonLimit), `and ${lines.length - reasonLimit} more lines`] : lines;
}

/** Of cells that went in rounds: when which failed first, and how long a round took. The headline of one cell says how often. */
function roundsOf(cells: readonly CellResult[]): readonly string[] {
  return cells.flatMap(({ id, rounds }) => {
    if (rounds === undefined) return [];
    return cells.length === 1 ? [roundDetails(rounds)] : [`${id}  ${roundWords({ rounds }) ?? ''}, ${roundDetails(rounds)}`];
  });
}

/** Names what failed where the verdict's reason cannot: when several results did. */
function failingResults(cell: CellResult, theme: Theme): readonly string[] {
  const failed = flatPoints(pointsOf(cell)).filter(({ outcome }) => outcome === 'fail');
  if (failed.length < 2) return [];
  const shown = failed.slice(0, resultLimit).map(({ name, detail }) => `${paintLook(theme, 'fail', symbolOf(theme, 'fail'))} ${clip(safeLine(name), 200)}${detail === '' ? '' : paint(theme, 'dim', `  ${clip(safeLine(detail), 200)}`)}`);
  return failed.length > resultLimit ? [...shown, paint(theme, 'dim', `  and ${failed.length - resultLimit} more`)] : shown;
}

/** The other attempts that failed, each with its console. */
function attemptsLines(cell: CellResult, folder: string): readonly string[] {
  const lines = otherConsoles(cell, folder).map((line) => clip(safeLine(line), 300));
  return lines.length > attemptLimit ? [...lines.slice(0, attemptLimit), `and ${lines.length - attemptLimit} more ${cell.rounds === undefined ? 'attempts' : 'rounds'} that failed`] : lines;
}
