// Lets reporters tell a run to a GitHub, as a run does.
import { setTimeout as sleep } from 'node:timers/promises';
import { GithubSchema, type GithubSettings } from '../../../../src/model/github.ts';
import type { RunEvent } from '../../../../src/model/events.ts';
import { createReporters } from '../../../../src/report/create.ts';
import { createFanout } from '../../../../src/report/fanout.ts';
import { foldEvents } from '../../../../src/report/fold.ts';
import { sampleEvents } from '../sample.ts';

export interface Told {
  readonly warnings: readonly string[];
  /** How long the end of the run waited. */
  readonly endMs: number;
}

export interface Telling {
  readonly events?: readonly RunEvent[];
  readonly settings?: Partial<GithubSettings>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Waits after an event, as a run that takes its time. */
  readonly after?: (event: RunEvent) => Promise<void>;
}

export async function reportRun(names: readonly string[], { events = sampleEvents, settings, env, after }: Telling): Promise<Told> {
  const warnings: string[] = [];
  const github = { ...GithubSchema.parse({}), ...settings };
  const reporters = await createReporters(names, { folder: '/nowhere', root: '/nowhere', cwd: '/', stdout: process.stdout, env, github, warn: (message) => void warnings.push(message) });
  const fanout = createFanout(reporters);
  for (const event of events) {
    fanout.emit(event);
    await after?.(event);
  }
  const report = foldEvents(events);
  const from = Date.now();
  const failures = await fanout.finish(report);
  if (failures.length > 0) throw failures[0]?.error;
  return { warnings, endMs: Date.now() - from };
}

/** Holds the run at its start, or after another event, until something has come to pass. */
export const holdUntil = (reached: () => boolean, isAt: (event: RunEvent) => boolean = ({ kind }) => kind === 'run-start') => async (event: RunEvent): Promise<void> => {
  for (const endMs = Date.now() + 20_000; isAt(event) && !reached() && Date.now() < endMs; ) await sleep(20);
};
