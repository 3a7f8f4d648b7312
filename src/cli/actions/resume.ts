// The work of `kit-test run --resume`: the same command again, on the cells that have no verdict.
import { UsageError } from '../../model/errors.ts';
import { readRunEvents } from '../../report/run-folder.ts';
import { findRun, runsPlace } from '../../report/stored-run.ts';
import { unfinishedRun } from '../../report/unfinished.ts';
import { loadWorkspace } from '../../run/workspace.ts';
import { cellsToRun, type ShardOptions } from '../requested.ts';
import { bootCells, type RunCommandOptions } from './run.ts';

/** How the cells are run may be said anew; which ones may not. */
const sayable = ['resume', 'jobs', 'accel', 'boot', 'diagnose', 'reporter', 'profile', 'githubStatus', 'config', 'frozen', 'offline', 'history'];

/** What was chosen by an earlier run or by git may be other cells now: the run knows its own. */
function asBefore({ lastFailed, changed, shard, timings, ...options }: RunCommandOptions): ShardOptions {
  if (changed !== undefined) return { matrix: true };
  return { matrix: options.matrix === true || lastFailed === true, ...(shard === undefined ? {} : { shard }), ...(timings === undefined ? {} : { timings }) };
}

/** `given` are the options of this command line. Returns the exit code. */
export async function resumeRun(given: RunCommandOptions, parse: (words: readonly string[]) => RunCommandOptions): Promise<number> {
  const other = Object.keys(given).find((name) => !sayable.includes(name));
  if (other !== undefined) throw new UsageError('RESUME_WITH_SELECTION', `--resume runs what a run has left, and --${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} would change that`, { hint: 'leave it out; for other cells start another run' });
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: given.config, requireConfig: true });
  const { project } = workspace;
  const folder = await findRun(given.resume === true || given.resume === undefined ? 'latest' : given.resume, runsPlace(project, process.cwd()));
  const run = unfinishedRun((await readRunEvents(folder)).events);
  const [, verb, ...words] = run.start.command;
  if (verb !== 'run') throw new UsageError('NOTHING_TO_RESUME', `${folder} is no run of "kit-test run"`, { hint: 'start its command again' });
  const options = { ...parse(words), ...given };
  const cells = run.open.length === 0 ? [] : (await cellsToRun(workspace, options, asBefore(options))).cells;
  const wanted = cells.filter(({ id }) => run.open.includes(id));
  const gone = run.open.filter((id) => !wanted.some((cell) => cell.id === id));
  if (gone.length > 0) throw new UsageError('CELLS_ARE_GONE', `the project has changed: ${gone.slice(0, 3).join(', ')}${gone.length > 3 ? ` and ${gone.length - 3} more` : ''} of run ${run.start.id} ${gone.length === 1 ? 'is' : 'are'} not in it any more`, { hint: 'start the run again' });
  process.stderr.write(`run ${run.start.id}: ${run.open.length} of ${run.start.cells.length} cells are left\n`);
  return bootCells(workspace, { cells: wanted, resume: { folder, run }, command: run.start.command }, options);
}
