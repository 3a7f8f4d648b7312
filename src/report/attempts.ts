// Which attempt of a cell speaks for it, and what the others had to say.
// A retried cell is judged by its last attempt, one that went in rounds by the first that failed.
import type { Attempt, CellResult } from '../model/report.ts';
import { verdictReason } from '../model/verdict.ts';
import { decisiveRound } from './rounds.ts';

const failed = ({ verdict }: Pick<Attempt, 'verdict'>): boolean => verdict.kind !== 'pass' && verdict.kind !== 'skip';

/** The attempt whose verdict is the cell's. */
export function decisiveAttempt({ attempts, rounds }: CellResult): Attempt {
  return rounds === undefined ? (attempts.at(-1) ?? attempts[0]) : decisiveRound(attempts);
}

/** The attempt whose evidence a reader wants to see: of a flaky cell the first that failed. */
export function shownAttempt(cell: CellResult): Attempt {
  return (cell.flaky ? cell.attempts.find(failed) : undefined) ?? decisiveAttempt(cell);
}

/** Attempts beside the decisive one that did not pass: those before it, or all rounds that failed. */
export function otherFailures(cell: CellResult): readonly Attempt[] {
  const decisive = decisiveAttempt(cell);
  return cell.attempts.filter((attempt) => attempt !== decisive && failed(attempt));
}

const shownLimit = 20;

/** As `attempt 1: timeout: no byte for 60s`, or `round 7: fail: no lease`. */
export function otherAttempts(cell: CellResult): readonly string[] {
  return limited(otherFailures(cell).map((attempt) => attemptLine(attempt, cell)));
}

/** The same with the console that shows it, below `folder`; without one as the report has it. */
export function otherConsoles(cell: CellResult, folder?: string): readonly string[] {
  const place = (path: string): string => (folder === undefined ? path : `${folder}/${path}`);
  return limited(otherFailures(cell).map((attempt) => `${attemptLine(attempt, cell)}${attempt.console === undefined ? '' : ` (${place(attempt.console)})`}`));
}

export function attemptLine({ number, verdict }: Attempt, { rounds }: Pick<CellResult, 'rounds'>): string {
  const reason = verdictReason(verdict);
  return `${rounds === undefined ? 'attempt' : 'round'} ${number}: ${verdict.kind}${reason === '' ? '' : `: ${reason}`}`;
}

function limited(lines: readonly string[]): readonly string[] {
  return lines.length > shownLimit ? [...lines.slice(0, shownLimit), `and ${lines.length - shownLimit} more, in report.json`] : lines;
}
