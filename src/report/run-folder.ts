// The folder of a run: .kit-test/runs/ID, made so that two runs never share one, with the events written as they happen.
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HarnessError, UsageError } from '../model/errors.ts';
import type { Reporter, RunEvent } from '../model/events.ts';
import type { Attempt } from '../model/report.ts';
import { errorCode, makeFolder, writeFileAtomic } from '../sys/fs.ts';
import { attemptFiles, eventsFile, pageFile, reportFile, type AttemptFiles } from './layout.ts';
import { encodeEvent, parseEvents, wholeEvents, type ParsedEvents } from './ndjson.ts';

export interface RunFolderOptions {
  /** Folder of runs, such as `.kit-test`; the run lies in `runs/ID` below it. */
  readonly root: string;
  /** The run folder itself, as `--output` names it; what an earlier run left there is replaced. */
  readonly output?: string | undefined;
}

export interface RunFolder {
  /** Sorts by time: `20261121T093012345-3f9a`. */
  readonly id: string;
  /** Absolute path. */
  readonly path: string;
  /** Writes events.ndjson. Must be told of every event, as the first of the reporters. */
  readonly recorder: Reporter;
  /** Paths relative to the run folder; the cell's folder is made. */
  attempt(cell: string, number: number, twin?: 'warm'): Promise<AttemptFiles>;
  /** Removes what an attempt left. */
  discard(cell: string, attempt: Attempt): Promise<void>;
}

/** Makes the folder of a new run. */
export async function createRunFolder(options: RunFolderOptions): Promise<RunFolder> {
  const id = newId();
  const path = options.output === undefined ? join(resolve(options.root), 'runs', id) : resolve(options.output);
  try {
    await makeFolder(path);
    if (options.output === undefined) await pointLatest(join(resolve(options.root), 'runs'), id);
    else await clearOldRun(path);
  } catch (error) {
    throw folderError(path, error);
  }
  return folderAt(id, path);
}

/** Makes ready to go on with a run: its recorded events become those that stand. */
export async function reopenRunFolder(path: string, id: string, events: readonly RunEvent[]): Promise<RunFolder> {
  await writeFileAtomic(join(path, eventsFile), events.map(encodeEvent).join(''));
  return folderAt(id, path);
}

function folderAt(id: string, path: string): RunFolder {
  return {
    id,
    path,
    recorder: createRecorder(join(path, eventsFile)),
    async attempt(cell, number, twin) {
      const files = attemptFiles(cell, number, twin);
      await mkdir(join(path, files.folder), { recursive: true });
      return files;
    },
    async discard(cell, { number, hang, warm }) {
      for (const files of [attemptFiles(cell, number), ...(warm === undefined ? [] : [attemptFiles(cell, number, 'warm')])]) {
        const { console, times, resultsLog, qemuCmd, artifacts, hang: log } = files;
        for (const name of [console, times, resultsLog, qemuCmd, artifacts, log, ...(hang?.screen === undefined ? [] : [hang.screen])]) {
          await rm(join(path, name), { recursive: true, force: true });
        }
      }
    },
  };
}

/**
 * The events of a run folder, as many as are whole.
 * @throws HarnessError `NO_RUN` where the folder holds none.
 */
export async function readRunEvents(folder: string): Promise<ParsedEvents> {
  return parseEvents((await readEventsFile(folder)).toString());
}

/**
 * The same one by one, for who holds none of them.
 * @throws HarnessError `NO_RUN` where the folder holds none.
 */
export async function streamRunEvents(folder: string): Promise<Iterable<RunEvent>> {
  return wholeEvents(await readEventsFile(folder));
}

async function readEventsFile(folder: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, eventsFile));
  } catch (error) {
    throw new HarnessError('NO_RUN', `${folder} holds no run: there is no ${eventsFile} that can be read`, { hint: 'name a folder below .kit-test/runs, such as .kit-test/runs/latest', cause: error });
  }
}

/**
 * Appends each event at once and in one write, so that even SIGKILL loses nothing that was recorded.
 * Progress of a download is only worth a line when it begins and when it ends.
 */
function createRecorder(path: string): Reporter {
  let file: number | undefined;
  const downloads = new Set<string>();
  const worthALine = (event: RunEvent): boolean => {
    if (event.kind !== 'download' || event.finished) return true;
    if (downloads.has(event.name)) return false;
    downloads.add(event.name);
    return true;
  };
  return {
    name: 'events',
    onEvent(event) {
      if (!worthALine(event)) return;
      file ??= openSync(path, 'a');
      writeWhole(file, encodeEvent(event));
    },
    onEnd() {
      if (file !== undefined) closeSync(file);
      file = undefined;
      return Promise.resolve();
    },
  };
}

function writeWhole(file: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
}

function newId(): string {
  return `${new Date().toISOString().replace(/[-:.Z]/g, '')}-${randomBytes(2).toString('hex')}`;
}

/** Only what a run of ours has written is taken away; a folder without events keeps everything. */
async function clearOldRun(path: string): Promise<void> {
  const isRun = await stat(join(path, eventsFile)).then(() => true, () => false);
  if (!isRun) return;
  for (const name of ['cells', reportFile, 'junit.xml', 'results.tap', pageFile, eventsFile]) {
    await rm(join(path, name), { recursive: true, force: true });
  }
}

async function pointLatest(runs: string, id: string): Promise<void> {
  const temporary = join(runs, `.latest-${id}`);
  try {
    await symlink(id, temporary);
    await rename(temporary, join(runs, 'latest'));
  } catch {
    // A convenience only: file systems without symbolic links have none.
    await rm(temporary, { force: true });
  }
}

function folderError(path: string, error: unknown): Error {
  const code = errorCode(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return new UsageError('OUTPUT_NOT_A_FOLDER', `${path} cannot be the run folder: a file is in the way`, { hint: 'name another folder with --output', cause: error });
  return new HarnessError('OUTPUT_NOT_WRITABLE', `cannot write to the run folder ${path}${code === undefined ? '' : ` (${code})`}`, { hint: 'make it writable, free some space, or name another folder with --output', cause: error });
}
