// The work of `kit-test shell`.
import { arch as hostArch } from 'node:os';
import type { Accel } from '../../model/arch.ts';
import { HarnessError, UsageError } from '../../model/errors.ts';
import type { StartMode } from '../../model/start.ts';
import { isHostCell } from '../../matrix/host.ts';
import { requestedCells } from '../../run/select.ts';
import { runShell } from '../../run/shell.ts';
import { loadWorkspace } from '../../run/workspace.ts';
import { exitCodes } from '../exit-codes.ts';
import { stderrProgress } from '../progress.ts';
import type { ProjectOptions } from '../options.ts';

export interface ShellCommandOptions extends ProjectOptions {
  readonly kernel?: string;
  readonly arch?: string;
  readonly medium?: string;
  readonly accel?: 'auto' | Accel;
  readonly boot?: Exclude<StartMode, 'both'>;
  readonly entries?: boolean;
  readonly frozen?: boolean;
  readonly offline?: boolean;
}

/** Returns the exit code. */
export async function openShell(name: string, options: ShellCommandOptions): Promise<number> {
  const { project, archs } = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  const selection = { case: [name], ...(options.kernel === undefined ? {} : { kernel: [options.kernel] }), ...(options.arch === undefined ? {} : { arch: [options.arch] }), ...(options.medium === undefined ? {} : { medium: [options.medium] }) };
  const [cell, ...others] = await requestedCells(project, archs, { matrix: false, selection, hostArch: hostArch() });
  if (cell === undefined || others.length > 0) {
    throw new UsageError('ONE_CELL', `a shell needs one cell; ${others.length + 1} are selected`, { hint: `name one, such as kit-test shell ${cell?.case.name ?? name} --kernel ${cell?.kernel.name ?? 'NAME'} --arch ${cell?.arch.name ?? 'NAME'}${cell !== undefined && cell.case.boot.length > 1 ? ` --medium ${cell.medium}` : ''}` });
  }
  if (isHostCell(cell)) throw new UsageError('SCRIPT_HAS_NO_GUEST', `${cell.case.name} is a script of this machine: there is no guest with a console`, { hint: `run it with kit-test run ${cell.case.name}; "kit-test run ${cell.case.name} --dry-run" prints the command line` });
  const exit = await runShell(project, cell, {
    entries: options.entries ?? false,
    frozen: options.frozen ?? false,
    offline: options.offline,
    accel: options.accel,
    start: options.boot,
    progress: stderrProgress(),
    terminal: { input: process.stdin, output: process.stdout },
    signal: new AbortController().signal,
  });
  if (exit.kind === 'failed') throw new HarnessError('BOOT_FAILED', exit.message, exit.hint === undefined ? {} : { hint: exit.hint });
  return exitCodes.ok;
}
