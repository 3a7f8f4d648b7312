// What a page knows of its run, as lines of JSON: the run with its cells in outline, then each cell whole. A browser reads
// the first line at once, and of the others the one that is opened: all that thousands of guests said is not read to show a grid.
import type { PageData } from '../../model/page.ts';
import type { Attempt, CellResult } from '../../model/report.ts';

/** One line for the run, and one for each of its cells, in their order. */
export function pageLines({ report, comparison }: PageData): string {
  const outline: PageData = { report: { ...report, cells: report.cells.map(outlineOf) }, ...(comparison === undefined ? {} : { comparison }) };
  return [outline, ...report.cells].map((line) => JSON.stringify(line)).join('\n');
}

/** A cell as the grid, the groups, the search and the timeline show it: without what its guest said, and without its files. */
export function outlineOf(cell: CellResult): CellResult {
  const [first, ...rest] = cell.attempts;
  return { ...cell, attempts: [outlineOfAttempt(first), ...rest.map(outlineOfAttempt)] };
}

/** What is said of an attempt only where its cell is opened. */
const leftOut: ReadonlySet<string> = new Set<keyof Attempt>(['crashes', 'console', 'times', 'resultsLog', 'qemuCmd', 'usage', 'dialog', 'probes', 'artifacts', 'hang', 'kernel', 'image', 'warm']);

function outlineOfAttempt(attempt: Attempt): Attempt {
  const shown = Object.fromEntries(Object.entries(attempt).filter(([name]) => !leftOut.has(name))) as unknown as Attempt;
  return { ...shown, results: [], excerpt: [], ...(attempt.boot === undefined ? {} : { boot: { ...attempt.boot, stderr: '' } }) };
}
