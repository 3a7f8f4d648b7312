// What a run left beside a saved console: when each line came, and what events.ndjson says of the attempt.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { RunEvent } from '../model/events.ts';
import type { Attempt } from '../model/report.ts';
import { readRunEvents } from '../report/run-folder.ts';

export interface SavedRecord {
  /** Milliseconds, one number for each line of the console. */
  readonly times?: Buffer;
  readonly attempt?: Attempt;
  /** Name of the architecture it ran on. */
  readonly arch?: string;
}

/** Reads what lies beside consoles; the events of a run are read once, however many of its consoles are asked for. */
export function openRecords(): (console: string) => Promise<SavedRecord> {
  const runs = new Map<string, Promise<ReadonlyMap<string, Omit<SavedRecord, 'times'>>>>();
  return async (console) => {
    const path = resolve(console);
    const run = join(dirname(path), '../..');
    const attempts = runs.get(run) ?? readAttempts(run);
    runs.set(run, attempts);
    const times = /^console(?:\.\d+)?\.log$/.test(basename(path)) ? await readFile(path.replace(/log$/, 'times')).catch(() => undefined) : undefined;
    return { ...(times === undefined ? {} : { times }), ...(await attempts).get(path) };
  };
}

/** By the absolute path of their consoles. A console that was moved elsewhere has no run around it. */
async function readAttempts(run: string): Promise<ReadonlyMap<string, Omit<SavedRecord, 'times'>>> {
  const { events } = await readRunEvents(run).catch(() => ({ events: [] as readonly RunEvent[] }));
  const archs = new Map(events.flatMap((event) => (event.kind === 'run-start' ? event.cells.map(({ id, arch }) => [id, arch] as const) : [])));
  return new Map(events.flatMap((event) => {
    if (event.kind !== 'attempt-end' || event.attempt.console === undefined) return [];
    const arch = archs.get(event.id);
    return [[join(run, event.attempt.console), { attempt: event.attempt, ...(arch === undefined ? {} : { arch }) }] as const];
  }));
}
