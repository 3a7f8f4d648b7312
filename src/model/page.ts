// What a run's page holds besides its program: written by report/, read in the browser by page/.
import type { Comparison } from './comparison.ts';
import type { RunReport } from './report.ts';

export interface PageData {
  readonly report: RunReport;
  /** Against the run before, where there was one. */
  readonly comparison?: Comparison;
}

/** Id of the element whose text is a PageData: JSON, gzipped, in base64. Its cells are in outline. */
export const pageDataId = 'kit-test-data';

/** Id of the element that holds all of the cells: on each line so many of them, an array, packed in the same way. */
export const pageCellsId = 'kit-test-cells';
export const cellsInPart = 50;

/**
 * Name of the function by which a console that lies beside the page as a script hands itself over: a page that was opened
 * from a file system may run scripts that lie beside it, and read nothing.
 */
export const consoleHandOver = 'kitTestConsole';

/** Beside `console.log` lies `console.log.js`: the same bytes as such a script. */
export const consoleScript = (console: string): string => `${console}.js`;
