// The work of `kit-test run --dry-run`: everything is made ready, and instead of booting, said.
import { HarnessError } from '../../model/errors.ts';
import { count } from '../../model/format.ts';
import { planCells, type PlannedBoot } from '../../run/plan.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { loadWorkspace } from '../../run/workspace.ts';
import { checkCached } from '../cached.ts';
import { colours } from '../colours.ts';
import type { RunCommandOptions } from './run.ts';
import { exitCodes } from '../exit-codes.ts';
import type { SelectionOptions } from '../options.ts';
import { stderrProgress } from '../progress.ts';
import { cellsToRun } from '../requested.ts';
import { roundPlan } from '../rounds.ts';

export async function printPlan(selection: SelectionOptions, options: RunCommandOptions): Promise<void> {
  roundPlan(options);
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  checkCached(options, workspace);
  const { project } = workspace;
  const { cells, nothing } = await cellsToRun(workspace, selection, options);
  if (nothing !== undefined && options.json !== true) {
    process.stdout.write(`${nothing}\n`);
    return;
  }
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  const plan = await planCells(project, cells, { jobs: options.jobs, accel: options.accel, cached: options.cached, frozen: options.frozen ?? false, offline: options.offline, progress: stderrProgress(), signal: interrupt.signal });
  if (options.json === true) process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  else {
    process.stdout.write(plan.cells.map(describe).join('\n'));
    process.stdout.write(colours(process.stdout).dim(`\n${count(plan.cells.length, 'cell')}, ${plan.concurrency} at once\n`));
  }
  const failed = plan.cells.filter(({ error }) => error !== undefined);
  if (failed.length > 0) throw new HarnessError('PLAN_INCOMPLETE', `${failed.length} of ${plan.cells.length} cells cannot be planned`, { hint: 'the reasons are above' });
}

function describe(cell: PlannedBoot): string {
  const { bold, dim, red, yellow } = colours(process.stdout);
  if (cell.skip !== undefined) return `${bold(cell.id)} ${yellow('skip')} ${cell.skip}\n`;
  if (cell.cached !== undefined) return `${bold(cell.id)} ${dim(`cached  passed in run ${cell.cached.run}`)}\n`;
  if (cell.error !== undefined) return `${bold(cell.id)} ${red('error')} ${cell.error}\n`;
  return `${bold(cell.id)} ${dim(cell.kernel ?? '')}\n${cell.qemu ?? ''}\n`;
}
