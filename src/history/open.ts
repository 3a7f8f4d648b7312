// The history as a run uses it: read once at its start, written end by end. A history that cannot be read or written is told and
// done without: no run fails by what it only would have said better.
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CellHistory, End } from '../model/history.ts';
import type { NewEnd } from './end.ts';
import { fileNames, packHistory, readHistory } from './folder.ts';
import { encodeEnd } from './lines.ts';
import { tellHistory, wavers } from './tell.ts';

interface HistoryOptions {
  readonly folder: string;
  /** Id of this run. */
  readonly run: string;
  /** Ends remembered for each cell, this run's among them. */
  readonly runs: number;
  /** Ids of the cells that this run has. */
  readonly cells: ReadonlySet<string>;
  /** Is told why there is no history. */
  readonly onProblem: (message: string) => void;
}

export interface History {
  /** Writes down how a cell ended, at once, and says what earlier runs make of that. */
  add(end: NewEnd): CellHistory;
  /** Writes down how a cell has ended so far, where that says something new: what comes later of this run takes its place. */
  note(end: NewEnd): void;
  /** Whether a cell passes and fails in earlier runs without a change that explains it. */
  isFlaky(cell: string): boolean;
  /** No more ends. */
  close(): Promise<void>;
}

/** Files of runs that are packed into one. */
const packLimit = 32;

export async function openHistory({ folder, run, runs, cells, onProblem }: HistoryOptions): Promise<History> {
  const problem = (what: string, error: unknown): void => onProblem(`the history of earlier runs cannot be ${what}: ${error instanceof Error ? error.message : String(error)}`);
  const past = await readHistory(folder, runs - 1, cells).catch((error: unknown) => {
    problem('read', error);
    return new Map<string, readonly End[]>();
  });
  const file = createFile(folder, run, (error) => problem('written', error));
  const noted = new Map<string, NewEnd>();
  return {
    add(ended) {
      const end = { ...ended, run };
      file.append(end);
      // A run that is resumed may have told this end before it was killed.
      return tellHistory((past.get(end.cell) ?? []).filter((earlier) => earlier.run !== run), end);
    },
    note(end) {
      if (saysTheSame(noted.get(end.cell), end)) return;
      noted.set(end.cell, end);
      file.append({ ...end, run });
    },
    isFlaky: (cell) => wavers((past.get(cell) ?? []).filter((earlier) => earlier.run !== run)),
    async close() {
      if (!file.close()) return;
      await packHistory(folder, { run, runs, limit: packLimit, now: Date.now() }).catch((error: unknown) => problem('packed', error));
    },
  };
}

/** What is told again after so long shows that the run is alive: files that nobody writes to are taken for those of killed runs. */
const tellAgainMs = 24 * 3600 * 1000;

/** But for times, which change with every round. */
function saysTheSame(before: NewEnd | undefined, now: NewEnd): boolean {
  if (before === undefined || Date.parse(now.at) - Date.parse(before.at) >= tellAgainMs) return false;
  return before.verdict === now.verdict && before.failure === now.failure && before.known === now.known && before.wavered === now.wavered && before.inputs === now.inputs;
}

/** One write for each end, so that a process that is killed leaves what it had told. */
function createFile(folder: string, run: string, onError: (error: unknown) => void): { append(end: End): void; close(): boolean } {
  const names = fileNames(run);
  let file: number | undefined;
  let broken = false;
  const guarded = (work: () => void): void => {
    if (broken) return;
    try {
      work();
    } catch (error) {
      broken = true;
      onError(error);
    }
  };
  return {
    append(end) {
      guarded(() => {
        if (file === undefined) mkdirSync(folder, { recursive: true });
        file ??= openSync(join(folder, names.open), 'a');
        let rest = Buffer.from(encodeEnd(end));
        while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
      });
    },
    /** False where nothing was written. */
    close() {
      guarded(() => {
        if (file === undefined) return;
        closeSync(file);
        renameSync(join(folder, names.open), join(folder, names.closed));
      });
      return file !== undefined && !broken;
    },
  };
}
