// The run before: of the runs that lie beside this one, the newest that is older.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Comparison } from '../../model/comparison.ts';
import type { RunReport } from '../../model/report.ts';
import { compareRuns } from '../compare.ts';
import { readRun } from '../stored-run.ts';

/** Folders looked into, where the newest cannot be read or had other cells. */
const tries = 10;

/** Against the newest earlier run that has a cell in common; undefined where there is none. A run that cannot be read is passed over. */
export async function comparePrevious(folder: string, report: RunReport): Promise<Comparison | undefined> {
  // A folder that was chosen with --output has no runs beside it, only whatever is there.
  if (basename(folder) !== report.id) return undefined;
  const runs = dirname(folder);
  const names = (await readdir(runs).catch(() => [])).filter((name) => /^\d{8}T\d{9}-[0-9a-f]{4}$/.test(name) && name < report.id).sort().reverse();
  const ids = new Set(report.cells.map(({ id }) => id));
  for (const name of names.slice(0, tries)) {
    const before = await readRun(join(runs, name)).catch(() => undefined);
    if (before?.cells.some(({ id }) => ids.has(id)) === true) return compareRuns(before, report);
  }
  return undefined;
}
