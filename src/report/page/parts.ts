// What a page knows of its run, in parts: the run with its cells in outline, and all of the cells, some at a time. A browser
// reads the outline at once, and of the others the part whose cell is opened: what thousands of guests said is not read to
// show a grid.
import { cellsInPart, type PageData } from '../../model/page.ts';
import { inParts } from '../../model/parts.ts';
import type { Attempt, CellResult } from '../../model/report.ts';

export const outlineOfRun = ({ report, ...rest }: PageData): PageData => ({ ...rest, report: { ...report, cells: report.cells.map(outlineOf) } });

export const partsOfCells = (cells: readonly CellResult[]): readonly (readonly CellResult[])[] => inParts(cells, cellsInPart);

/** A cell as the grid, the groups, the search and the timeline show it: without what its guest said, and without its files. */
export function outlineOf(cell: CellResult): CellResult {
  const [first, ...rest] = cell.attempts;
  return { ...cell, attempts: [outlineOfAttempt(first), ...rest.map(outlineOfAttempt)] };
}

/** What is said of an attempt only where its cell is opened. */
const leftOut: ReadonlySet<string> = new Set<keyof Attempt>(['crashes', 'console', 'times', 'resultsLog', 'qemuCmd', 'usage', 'dialog', 'probes', 'artifacts', 'hang', 'kernel', 'image']);

function outlineOfAttempt(attempt: Attempt): Attempt {
  const shown = Object.fromEntries(Object.entries(attempt).filter(([name]) => !leftOut.has(name))) as unknown as Attempt;
  return { ...shown, results: [], excerpt: [], ...(attempt.boot === undefined ? {} : { boot: { ...attempt.boot, stderr: '' } }) };
}
