// Groups of scripts, as rtf's group.sh: init before the first cell of a group, deinit after its last one has ended, retries,
// rounds and interruption included. Neither is ever run beside a cell of the group.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Cell } from '../model/cell.ts';
import { HarnessError } from '../model/errors.ts';
import type { Harness } from '../model/harness.ts';
import { formatDuration } from '../model/units.ts';
import { unscaledLimits } from '../config/resolve.ts';
import { startGroup } from '../sys/group.ts';
import { scriptEnv, scriptRoot } from './cell/script.ts';
import { hostFacts } from './host-facts.ts';

export interface Groups {
  /** Waits until the groups of a cell are ready. @throws HarnessError `GROUP_FAILED` where an init failed. */
  enter(cell: Cell, signal: AbortSignal): Promise<void>;
  /** The cell is not run again. */
  leave(cell: Cell): Promise<void>;
}

export interface GroupPlace {
  /** Folder of the project. */
  readonly root: string;
  readonly harness: Pick<Harness, 'cases' | 'timeouts'>;
  /** The run folder. */
  readonly folder: string;
  readonly notice: (message: string) => void;
}

type Verb = 'init' | 'deinit';

/** `cells` are all of the run. */
export function openGroups(cells: readonly Cell[], place: GroupPlace): Groups {
  const left = new Map<string, Set<string>>();
  const begun = new Map<string, Promise<string | undefined>>();
  for (const cell of cells.filter(({ skip }) => skip === undefined)) for (const path of groupsOf(cell)) left.set(path, (left.get(path) ?? new Set()).add(cell.id));
  return {
    async enter(cell, signal) {
      for (const path of groupsOf(cell)) {
        const init = begun.get(path) ?? runGroup(path, 'init', cell, place, signal);
        begun.set(path, init);
        const problem = await init;
        signal.throwIfAborted();
        if (problem !== undefined) throw new HarnessError('GROUP_FAILED', `${relative(place.root, path)} init: ${problem}`, { hint: `its output is in ${logOf(path, place)}` });
      }
    },
    async leave(cell) {
      for (const path of [...groupsOf(cell)].reverse()) {
        const others = left.get(path);
        if (others?.delete(cell.id) !== true || others.size > 0 || !begun.has(path)) continue;
        const problem = await runGroup(path, 'deinit', cell, place);
        if (problem !== undefined) place.notice(`${relative(place.root, path)} deinit: ${problem}; its output is in ${logOf(path, place)}`);
      }
    },
  };
}

/** The outermost first. */
const groupsOf = ({ case: { group, dir } }: Cell): readonly string[] => (group ?? []).map((path) => resolve(dir, path));

const logOf = (path: string, { root, folder }: GroupPlace): string => join(folder, 'groups', `${relative(root, path).replaceAll(/[^A-Za-z0-9._-]+/g, '+')}.log`);

const graceMs = 5000;

/** Gives why it failed. An abort ends it; without a signal it is run whatever happens to the run. */
async function runGroup(path: string, verb: Verb, cell: Cell, place: GroupPlace, signal?: AbortSignal): Promise<string | undefined> {
  const log = logOf(path, place);
  await mkdir(dirname(log), { recursive: true });
  const host = await hostFacts(process.env);
  // rtf's name for what is no test.
  const env = scriptEnv('UNKNOWN', scriptRoot(cell.case, place), { folder: place.folder, host, labels: host.labels });
  const limitMs = unscaledLimits(place.harness.timeouts).totalMs;
  const output = createWriteStream(log, { flags: 'a' });
  output.on('error', () => undefined).write(`kit-test: ${verb}\n`);
  const group = startGroup('/bin/sh', ['-c', 'exec /bin/sh "$1" "$2" </dev/null 2>&1', 'sh', path, verb], { cwd: dirname(path), env });
  // From the start: what nobody reads when a process ends is thrown away.
  group.stdout.on('data', (chunk: Buffer) => output.write(chunk));
  const limit = AbortSignal.timeout(limitMs);
  const ending = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  let killing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    group.kill('SIGTERM');
    killing = setTimeout(() => group.kill('SIGKILL'), graceMs);
  };
  ending.addEventListener('abort', stop, { once: true });
  if (ending.aborted) stop();
  const end = await group.ended;
  ending.removeEventListener('abort', stop);
  clearTimeout(killing);
  output.end();
  await finished(output).catch((error: unknown) => place.notice(`cannot write ${log}: ${error instanceof Error ? error.message : String(error)}`));
  if (limit.aborted) return `not finished after ${formatDuration(limitMs)}`;
  if (end.error !== undefined) return end.error.message;
  return end.code === 0 ? undefined : end.code === null ? `killed by ${end.signal ?? 'a signal'}` : `exit status ${end.code}`;
}
