// One shard's run, as it is taken over from another machine: checked, for what is in it was not written here.
import { cellFolder } from '../model/cell.ts';
import { HarnessError, UsageError } from '../model/errors.ts';
import type { RunEvent, ShardedMatrix } from '../model/events.ts';
import { RunReportSchema } from '../model/report-schema.ts';
import type { Attempt, RunReport } from '../model/report.ts';
import { ShardedMatrixSchema } from '../model/shard.ts';
import { foldEvents } from './fold.ts';

/** What a folder recorded; `name` is how the user calls it. */
export interface RecordedPart {
  readonly name: string;
  readonly events: readonly RunEvent[];
}

export type RunStart = Extract<RunEvent, { kind: 'run-start' }>;

export interface Part extends RecordedPart {
  readonly start: RunStart & { readonly shard: ShardedMatrix };
  readonly report: RunReport;
}

/**
 * Undefined where the run was killed before it said what it would do.
 * @throws UsageError `NOT_A_SHARD`, or HarnessError `PART_UNREADABLE`.
 */
export function openPart({ name, events }: RecordedPart): Part | undefined {
  const start = events.find((event) => event.kind === 'run-start');
  if (start === undefined) return undefined;
  const { shard } = start;
  if (shard === undefined) throw new UsageError('NOT_A_SHARD', `${name} is a run of its own, no part of one`, { hint: 'only what "kit-test run --shard i/n" made can be put together' });
  const report = readable(name, () => {
    ShardedMatrixSchema.parse(shard);
    return RunReportSchema.parse(foldEvents(events));
  });
  const planned = shard.matrix.filter((cell) => cell.shard === shard.index).map(({ id }) => id);
  if (report.cells.map(({ id }) => id).join() !== planned.join()) throw unreadable(name, new Error('its cells are not those of its shard'));
  for (const { id, attempts } of report.cells) {
    const outside = attempts.flatMap(filesOf).find((path) => !path.startsWith(`cells/${cellFolder(id)}/`) || path.split('/').includes('..'));
    if (outside !== undefined) throw unreadable(name, new Error(`${JSON.stringify(outside)} is no file of ${id}`));
  }
  return { name, events, start: { ...start, shard }, report };
}

/** Every path that a report says of an attempt: each is read, or linked to, without another look. */
const filesOf = ({ console, times, resultsLog, qemuCmd, artifacts, hang }: Attempt): readonly string[] =>
  [console, times, resultsLog, qemuCmd, artifacts?.folder, ...(artifacts?.files.map(({ path }) => `${artifacts.folder}/${path}`) ?? []), hang?.log, hang?.screen].filter((path) => path !== undefined);

function readable<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, cause: unknown): HarnessError {
  return new HarnessError('PART_UNREADABLE', `${name} is no run that this version of kit-test reads: ${cause instanceof Error ? firstLine(cause.message) : String(cause)}`, {
    hint: 'take the version that made it, or leave it out: its shard is then reported as missing',
    cause,
  });
}

const firstLine = (message: string): string => message.slice(0, 200).split('\n').join(' ');
