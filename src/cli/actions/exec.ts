// The work of `kit-test exec`.
import { arch as hostArch } from 'node:os';
import type { Accel } from '../../model/arch.ts';
import type { StartMode } from '../../model/start.ts';
import type { Cell } from '../../model/cell.ts';
import { UsageError } from '../../model/errors.ts';
import type { Project } from '../../model/project.ts';
import { Size } from '../../model/units.ts';
import { verdictReason } from '../../model/verdict.ts';
import { execCase, execCells, type ExecResult } from '../../run/exec.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { requestedCells } from '../../run/select.ts';
import { loadCommandWorkspace } from '../../run/workspace.ts';
import { colours } from '../colours.ts';
import { exitCodes } from '../exit-codes.ts';
import { stderrProgress } from '../progress.ts';
import type { ProjectOptions } from '../options.ts';
import { withoutWorkflowCommands } from '../workflow-commands.ts';

export interface ExecCommandOptions extends ProjectOptions {
  readonly kernel?: readonly string[];
  readonly arch?: readonly string[];
  readonly copy?: readonly string[];
  readonly module?: readonly string[];
  readonly env?: readonly string[];
  readonly memory?: string;
  readonly cpus?: number;
  readonly timeout?: number;
  readonly jobs?: number;
  readonly accel?: 'auto' | Accel;
  readonly boot?: Exclude<StartMode, 'both'>;
  readonly frozen?: boolean;
  readonly offline?: boolean;
}

/** Returns the command's exit status where it has one, else the exit code of a run. */
export async function execCommand(words: readonly string[], options: ExecCommandOptions): Promise<number> {
  const { project, archs } = await loadCommandWorkspace({ cwd: process.cwd(), config: options.config });
  const testCase = await execCase({
    command: words,
    copy: options.copy ?? [],
    modules: options.module ?? [],
    env: environment(options.env ?? []),
    memoryBytes: options.memory === undefined ? undefined : memory(options.memory),
    cpus: options.cpus ?? 1,
    totalMs: options.timeout,
    cwd: process.cwd(),
  });
  // Every kernel and architecture there is: the project's matrix speaks of its cases.
  const matrix: Project = { ...project, cases: [testCase], harness: { ...project.harness, matrix: { include: [], exclude: [] } } };
  const cells = await requestedCells(matrix, archs, { matrix: false, selection: { kernel: options.kernel, arch: options.arch }, hostArch: hostArch() });
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  const output = cells.length === 1 ? (_: Cell, bytes: Uint8Array): void => void process.stdout.write(bytes) : labelledOutput(cells);
  const results = await withoutWorkflowCommands(process.env, process.stderr, () => execCells(project, cells, {
    frozen: options.frozen ?? false,
    offline: options.offline,
    accel: options.accel,
    start: options.boot,
    jobs: options.jobs,
    progress: stderrProgress(),
    signal: interrupt.signal,
    onOutput: output,
  }));
  for (const result of results) process.stderr.write(describe(result, results.length > 1));
  return interrupt.signal.aborted ? exitCodes.interrupted : exitCodeOf(results);
}

/** Of several commands the first that failed decides; a guest that never got to the end of one counts as failed. */
function exitCodeOf(results: readonly ExecResult[]): number {
  const codes = results.map(({ status, attempt }) => {
    if (attempt.verdict.kind === 'pass') return exitCodes.ok;
    if (attempt.verdict.kind === 'error') return exitCodes.harness;
    return status === undefined || status === 0 ? exitCodes.failed : status;
  });
  return codes.find((code) => code !== exitCodes.ok) ?? exitCodes.ok;
}

function describe({ cell, attempt, status, console }: ExecResult, several: boolean): string {
  const { red, green, dim } = colours(process.stderr);
  const { verdict } = attempt;
  const place = `${cell.kernel.name} ${cell.arch.name}`;
  if (status !== undefined && (verdict.kind === 'pass' || verdict.kind === 'fail')) {
    return several ? `${status === 0 ? green('pass') : red('fail')} ${place}: exit status ${status}\n` : '';
  }
  const lines = attempt.excerpt.map(({ text }) => `  ${dim('|')} ${text}\n`).join('');
  const hint = verdict.kind === 'error' && verdict.hint !== undefined ? `  ${dim('→')} ${verdict.hint}\n` : '';
  return `${red(verdict.kind)} ${place}: ${verdictReason(verdict)}\n${lines}${hint}${console === undefined ? '' : dim(`  console: ${console}\n`)}`;
}

/** Whole lines, each with the kernel and architecture it comes from. */
function labelledOutput(cells: readonly Cell[]): (cell: Cell, bytes: Uint8Array) => void {
  const { cyan } = colours(process.stdout);
  const label = (cell: Cell): string => `${cell.kernel.name} ${cell.arch.name}`;
  const width = Math.max(...cells.map((cell) => label(cell).length));
  const open = new Map<string, string>();
  const print = (cell: Cell, line: string): void => void process.stdout.write(Buffer.from(`${cyan(label(cell).padEnd(width))} ${line}\n`, 'latin1'));
  process.once('beforeExit', () => {
    for (const cell of cells) {
      const rest = open.get(cell.id);
      if (rest !== undefined && rest !== '') print(cell, rest);
    }
  });
  return (cell, bytes) => {
    // latin1 keeps bytes that are no UTF-8 as they are.
    const lines = ((open.get(cell.id) ?? '') + Buffer.from(bytes).toString('latin1')).split('\n');
    open.set(cell.id, lines.pop() ?? '');
    for (const line of lines) print(cell, line);
  };
}

function environment(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new UsageError('ENV_INVALID', `--env ${pair}: expected NAME=VALUE`);
      return [name, value];
    }),
  );
}

function memory(text: string): number {
  const parsed = Size.safeParse(text);
  if (!parsed.success) throw new UsageError('SIZE_INVALID', `--memory ${text}: expected a size such as 512M or 2G`);
  return parsed.data;
}
