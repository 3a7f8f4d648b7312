// What a project may import from `kit-test`: the typed configuration, and the data a run is made of.
export { defineConfig } from './config/define-config.ts';
export type { HarnessConfig } from './model/harness.ts';
export type { Accel, Arch } from './model/arch.ts';
export type { Case } from './model/case.ts';
export type { Cell } from './model/cell.ts';
export type { KernelSpec } from './model/kernel.ts';
export type { RunEvent, Reporter } from './model/events.ts';
export type { Attempt, CellResult, RunReport, Totals } from './model/report.ts';
export type { Verdict, VerdictKind } from './model/verdict.ts';
