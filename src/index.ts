// What a project may import from `kit-test`: the typed configuration, the data a run is made of, and the run itself.
import type { MatrixOptions } from './run/library.ts';
import type { RunOutcome } from './run/run-project.ts';

export { defineConfig } from './config/define-config.ts';
export type { HarnessConfig } from './model/harness.ts';
export type { Accel, Arch } from './model/arch.ts';
export type { Case } from './model/case.ts';
export type { Cell } from './model/cell.ts';
export type { KernelSpec } from './model/kernel.ts';
export type { RunEvent, Reporter } from './model/events.ts';
export type { Attempt, CellResult, RunReport, Totals } from './model/report.ts';
export type { Verdict, VerdictKind } from './model/verdict.ts';
export { ConfigError, HarnessError, UsageError } from './model/errors.ts';
export type { MatrixOptions, RunOutcome };

/**
 * Boots the selected cells, judges them, writes reports. Every outcome of a cell is a verdict in the report that is returned.
 * @throws UsageError where nothing is selected or a name is unknown, and ConfigError with every mistake in the project's files.
 */
export async function runMatrix(options: MatrixOptions = {}): Promise<RunOutcome> {
  // A configuration imports this file too, and has no need of the rest.
  const library = await import('./run/library.ts');
  return library.runMatrix(options);
}
