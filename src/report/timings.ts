// How long cells took in an earlier run, from whatever tells it: a run's folder, a report.json, the JSON of a plan.
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { TimingsSchema, type Timings } from '../model/shard.ts';
import { findRun, readRun, type RunsPlace } from './stored-run.ts';

/**
 * Durations of the cells that ran. Skips and our own errors tell nothing of how long a cell takes.
 * @param name a file, or a run by any of its names.
 * @throws UsageError `TIMINGS_UNREADABLE`, or `NO_SUCH_RUN`.
 */
export async function readTimings(name: string, place: RunsPlace): Promise<Timings> {
  const path = resolve(place.cwd, name);
  const isFile = await stat(path).then((found) => found.isFile(), () => false);
  const { success, data, error } = TimingsSchema.safeParse(isFile ? await readJson(path) : await readRun(await findRun(name, place)));
  if (!success) throw unreadable(path, error);
  const cells = 'cells' in data ? data.cells : data.shards.flatMap((shard) => shard.cells);
  return new Map(cells.filter(({ verdict }) => verdict?.kind !== 'skip' && verdict?.kind !== 'error').map(({ id, durationMs, rounds }) => [id, rounds?.durationMs.median ?? durationMs]));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): UsageError {
  return new UsageError('TIMINGS_UNREADABLE', `${path} says of no cell how long it took`, {
    hint: 'name a run, its report.json, or what "kit-test plan --output" wrote',
    cause,
  });
}
