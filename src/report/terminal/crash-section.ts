// The kernel failures of a run on the terminal: each once, with the cells it hit.
import type { RunReport } from '../../model/report.ts';
import { crashHeadline, crashLine, listedCrashes } from '../crashes.ts';
import { fitList } from './places.ts';
import { paint, paintLook, symbolOf, type Theme } from './theme.ts';

const crashLimit = 20;

/** Nothing where no kernel failed but as its case expects. */
export function crashSection(report: RunReport, { theme, columns }: { readonly theme: Theme; readonly columns: number }): readonly string[] {
  const listed = listedCrashes(report);
  if (listed.length === 0) return [];
  const lines = listed.slice(0, crashLimit).flatMap((one) => [`  ${crashLine(one)}`, paint(theme, 'dim', `    ${fitList(one.cells, columns - 5)}`)]);
  const more = listed.length > crashLimit ? [paint(theme, 'dim', `  and ${listed.length - crashLimit} more in report.json`)] : [];
  return [paintLook(theme, 'crash', `${symbolOf(theme, 'crash')} ${crashHeadline(listed)}`), ...lines, ...more];
}
