// The work of `kit-test run --watch`: the selected cells, and again those of them whose files change, until somebody quits.
import { readFile } from 'node:fs/promises';
import { HarnessError } from '../../model/errors.ts';
import { count } from '../../model/format.ts';
import { lockFileOf } from '../../run/changed/select.ts';
import { watchFiles } from '../../run/changed/watch-files.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { colours } from '../colours.ts';
import { exitCodes } from '../exit-codes.ts';
import type { SelectionOptions } from '../options.ts';
import { presentError } from '../present.ts';
import { stderrProgress } from '../progress.ts';
import { roundPlan } from '../rounds.ts';
import { tellTroubles } from '../troubles.ts';
import { createDesk } from '../watch/desk.ts';
import { readKeys } from '../watch/keys.ts';
import { refuseWatch } from '../watch/refuse.ts';
import { affectedBy, isWrittenByRuns, pathsOf, readWatched, type Watched } from '../watch/watched.ts';
import { failingAfter, noWishes, wishedCells, wishOfKey, type Wishes } from '../watch/wishes.ts';
import { bootWith, type RunCommandOptions } from './run.ts';

/** Returns the exit code: of the last run, or that of an interruption. */
export async function watchCells(selection: SelectionOptions, options: RunCommandOptions): Promise<number> {
  refuseWatch(options, process.env);
  const rounds = roundPlan(options);
  let watched = await readWatched(selection, options);
  // QEMUs end with this process, whatever way it ends.
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  const desk = createDesk();
  interrupt.signal.addEventListener('abort', () => desk.wish({ quit: true }), { once: true });
  using keys = readKeys(process.stdin, (key) => desk.wish(wishOfKey(key) ?? {}));
  await using files = await watchFiles(pathsOf(watched), {
    ignores: isWrittenByRuns(watched),
    onChange: (changed) => desk.wish({ changed }),
    onProblem: (message) => stderrProgress().notice(`files cannot be watched: ${message}; CHOKIDAR_USEPOLLING=1 looks at them again and again instead`),
  });
  let failing: ReadonlySet<string> = new Set();
  let code: number = exitCodes.ok;
  let lock = await lockText(watched);

  /** Runs what is wished for; false where that is nothing. */
  const serve = async (wishes: Wishes): Promise<boolean> => {
    // A run writes the lock file itself: only what others write there is a change.
    const changed = lock === (await lockText(watched)) ? wishes.changed.filter((path) => path !== lockFileOf(watched.workspace.project)) : wishes.changed;
    const { ids, lines } = affectedBy(watched, changed);
    const cells = wishedCells(watched.cells, wishes, ids, failing);
    if (cells.length === 0) {
      if (wishes.failed) process.stdout.write('nothing failed\n');
      return wishes.failed;
    }
    process.stdout.write(lines.map((line) => `\n${line}\n`).join(''));
    const outcome = await desk.during((signal) => bootWith(watched.workspace, { cells, rounds, command: ['kit-test', ...process.argv.slice(2)] }, options, signal));
    tellTroubles(outcome);
    failing = failingAfter(failing, outcome.report.cells);
    code = outcome.exitCode;
    lock = await lockText(watched);
    return true;
  };

  let wishes: Wishes = { ...noWishes, all: true };
  for (let isFirst = true; !wishes.quit; isFirst = false) {
    const hasServed = await serveOrTell(async () => {
      if (!isFirst) watched = await readWatched(selection, options);
      files.add(pathsOf(watched));
      return serve(wishes);
    });
    wishes = await desk.next(() => {
      if (hasServed) tellWaiting(watched, keys.hasKeys);
    });
  }
  return interrupt.signal.aborted ? exitCodes.interrupted : code;
}

/** A mistake in a file that is being edited is told like any other, and waits to be repaired. */
async function serveOrTell(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    process.stderr.write(presentError(error).text);
    return true;
  }
}

function tellWaiting({ cells }: Watched, hasKeys: boolean): void {
  const { dim } = colours(process.stdout);
  const cases = new Set(cells.map(({ case: { name } }) => name)).size;
  process.stdout.write(`\n${dim(`waiting for files of ${count(cases, 'case')} to change; ${hasKeys ? 'Enter runs all, f what failed, q quits' : 'Ctrl-C quits'}`)}\n`);
}

const lockText = ({ workspace: { project } }: Watched): Promise<string | undefined> => readFile(lockFileOf(project), 'utf8').catch(() => undefined);
