// Names inside a run folder, relative to it, with `/` on every system: they are written into reports.
import { cellFolder } from '../model/cell.ts';

export const eventsFile = 'events.ndjson';
export const reportFile = 'report.json';
export const pageFile = 'index.html';

export interface AttemptFiles {
  readonly folder: string;
  readonly console: string;
  /** When each line of the console came. */
  readonly times: string;
  /** What came over the port of results. */
  readonly resultsLog: string;
  readonly qemuCmd: string;
  /** Folder of what the guest gave us. */
  readonly artifacts: string;
  /** What a guest that hung was asked and answered, and its screen without the extension. */
  readonly hang: string;
  readonly screen: string;
}

/** Where one try of a cell keeps its files; further attempts lie beside the first one: `console.2.log`, and so does the warm twin of a cold boot: `console.warm.log`. */
export function attemptFiles(cell: string, attempt: number, twin?: 'warm'): AttemptFiles {
  const folder = `cells/${cellFolder(cell)}`;
  const infix = `${attempt === 1 ? '' : `.${attempt}`}${twin === undefined ? '' : `.${twin}`}`;
  return {
    folder,
    console: `${folder}/console${infix}.log`,
    times: `${folder}/console${infix}.times`,
    resultsLog: `${folder}/results${infix}.log`,
    qemuCmd: `${folder}/qemu${infix}.cmd`,
    artifacts: `${folder}/artifacts${infix}`,
    hang: `${folder}/hang${infix}.log`,
    screen: `${folder}/screen${infix}`,
  };
}
