// Flaky cells on the terminal: what went wrong before they passed, for the pass explains nothing.
import type { CellResult } from '../../model/report.ts';
import { otherAttempts, shownAttempt } from '../attempts.ts';
import { historyNews } from '../history-words.ts';
import { safeLine } from '../text.ts';
import { evidenceLines, type ClosingOptions } from './evidence-lines.ts';
import { paint, paintLook, symbolOf } from './theme.ts';

const excerptLimit = 8;
/** With so many the lines of each would bury what failed. */
const evidenceLimit = 5;

export function flakySections(cells: readonly CellResult[], options: ClosingOptions): readonly (readonly string[])[] {
  const { theme } = options;
  return cells.filter(({ flaky }) => flaky).map((cell, index) => {
    const head = paintLook(theme, 'flaky', `${symbolOf(theme, 'flaky')} flaky`);
    const words = historyNews(cell);
    const line = `${head}  ${paint(theme, 'bold', cell.id)}  passed at attempt ${cell.attempts.length}; ${otherAttempts(cell).map(safeLine).join('; ')}${words === undefined ? '' : `; ${safeLine(words)}`}`;
    const evidence = index < evidenceLimit ? evidenceLines(shownAttempt(cell), excerptLimit, options) : [];
    return [line, ...evidence.map((each) => `  ${each}`)];
  });
}
