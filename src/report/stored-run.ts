// Runs that have ended, or were ended: found by what people call them, and read from what they left.
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HarnessError, UsageError } from '../model/errors.ts';
import type { Project } from '../model/project.ts';
import { RunReportSchema } from '../model/report-schema.ts';
import type { RunReport } from '../model/report.ts';
import { foldEvents } from './fold.ts';
import { eventsFile, reportFile } from './layout.ts';
import { streamRunEvents } from './run-folder.ts';

/** Where runs are looked for. */
export interface RunsPlace {
  readonly cwd: string;
  /** Folder of the runs of a project, such as `.kit-test/runs`. */
  readonly runs: string;
}

/** Where the runs of a project are. */
export const runsPlace = ({ root, harness }: Project, cwd: string): RunsPlace => ({ cwd, runs: resolve(root, harness.output, 'runs') });

/**
 * Folder of a run: a path, the beginning of an id, or `latest`.
 * @throws UsageError `NO_SUCH_RUN` with what there is.
 */
export async function findRun(name: string, { cwd, runs }: RunsPlace): Promise<string> {
  const path = resolve(cwd, name);
  if (await isRun(path)) return realpath(path);
  if (await isRun(join(runs, name))) return realpath(join(runs, name));
  const ids = (await readdir(runs).catch(() => [])).filter((id) => id !== 'latest').sort();
  const found = name === '' ? [] : ids.filter((id) => id.startsWith(name) || id.endsWith(`-${name}`));
  const [only] = found;
  if (only !== undefined && found.length === 1 && (await isRun(join(runs, only)))) return join(runs, only);
  const known = ids.length === 0 ? `there are no runs in ${runs}` : `the newest runs are ${ids.slice(-3).reverse().join(', ')}`;
  throw new UsageError('NO_SUCH_RUN', found.length > 1 ? `"${name}" is the beginning of ${found.length} runs` : `there is no run "${name}"`, { hint: `name a run folder, an id, or latest; ${known}` });
}

async function isRun(folder: string): Promise<boolean> {
  for (const file of [eventsFile, reportFile]) {
    if (await stat(join(folder, file)).then((found) => found.isFile(), () => false)) return true;
  }
  return false;
}

/**
 * The report of a run; of one that was killed, what its events tell.
 * @throws HarnessError `RUN_UNREADABLE`, or `NO_RUN` where nothing was recorded.
 */
export async function readRun(folder: string): Promise<RunReport> {
  const text = await readFile(join(folder, reportFile), 'utf8').catch(() => undefined);
  if (text === undefined) return foldEvents(await streamRunEvents(folder));
  try {
    return RunReportSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new HarnessError('RUN_UNREADABLE', `${join(folder, reportFile)} is no report that this version of kit-test reads`, { hint: 'take the version that wrote it, or delete the file: events.ndjson beside it tells the same', cause: error });
  }
}
