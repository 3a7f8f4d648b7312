// The counts of verdicts in one line: `✓ 88 pass  ✗ 3 fail  – 5 skip`. It is the legend of the grid as well.
import type { Totals } from '../../model/report.ts';
import { countsOf, outlooks } from '../summarize.ts';
import { paintLook, symbolOf, type Theme } from './theme.ts';

/** Flaky and cached cells are shown apart from the other passes, so that the numbers add up. */
export function tally(totals: Totals, theme: Theme, words = true): string {
  const counts = countsOf(totals);
  const shown = outlooks.filter((look) => counts[look] > 0);
  return shown.map((look) => paintLook(theme, look, `${symbolOf(theme, look)} ${counts[look]}${words ? ` ${look}` : ''}`)).join('  ');
}
