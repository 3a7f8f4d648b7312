// What happens during a run, as it is written to events.ndjson.
import type { BootMedium, CaseSource } from './case.ts';
import type { CellResult, Attempt, MergedRun, Price, RoundPlan, RunReport, TemplateBoot } from './report.ts';
import type { Shard } from './shard.ts';

export interface PlannedCell {
  readonly id: string;
  readonly case: string;
  readonly kernel: string;
  readonly arch: string;
  /** What it boots from, where the case says so. */
  readonly medium?: BootMedium;
  readonly summary: string;
  readonly labels: readonly string[];
  /** The command that repeats this cell, ready to paste. */
  readonly repeat: string;
  readonly source?: CaseSource;
  readonly skip?: string;
}

/** What a run of one shard tells of all of them, so that one that is missing can be named with its cells. */
export interface ShardedMatrix extends Shard {
  /** Every cell, in matrix order, with the number of its shard. */
  readonly matrix: readonly (PlannedCell & { readonly shard: number })[];
}

export type CellPhase = 'kernel' | 'image' | 'boot';

/** Every event carries `at`: ISO 8601 with milliseconds. */
export type RunEvent = { readonly at: string } & (
  | { readonly kind: 'run-start'; readonly id: string; readonly folder: string; readonly tool: RunReport['tool']; readonly host: RunReport['host']; readonly command: readonly string[]; readonly concurrency: number; readonly shard?: ShardedMatrix; readonly merged?: MergedRun; readonly rounds?: RoundPlan; readonly price?: Price; readonly startupMs?: number; readonly cells: readonly PlannedCell[] }
  | { readonly kind: 'notice'; readonly message: string }
  /** A download: `total` is undefined where the server does not say. Several may run at once. */
  | { readonly kind: 'download'; readonly name: string; readonly done: number; readonly total?: number; readonly finished: boolean }
  /** Of a run that goes in rounds: so many cells run in this one. An attempt's number is its round. */
  | { readonly kind: 'round-start'; readonly round: number; readonly count: number }
  | { readonly kind: 'round-end'; readonly round: number }
  /** A guest booted to become a template; cells that wait for it go on from it. */
  | { readonly kind: 'template-end'; readonly template: TemplateBoot }
  | { readonly kind: 'cell-phase'; readonly id: string; readonly attempt: number; readonly phase: CellPhase }
  | { readonly kind: 'attempt-end'; readonly id: string; readonly attempt: Attempt }
  | { readonly kind: 'cell-end'; readonly result: CellResult }
  | { readonly kind: 'run-end'; readonly report: RunReport }
);

/** Where progress of slow work goes: notices and downloads. */
export interface Progress {
  notice(message: string): void;
  download(name: string, done: number, total: number | undefined, finished: boolean): void;
}

/** How long a reporter took over a run, its events and its end together. */
export interface ReporterTime {
  readonly name: string;
  readonly ms: number;
}

/**
 * Turns a run into something people or machines read.
 * `onEvent` must not throw and must not wait; `onEnd` may write files below the run folder.
 */
export interface Reporter {
  readonly name: string;
  onEvent?(event: RunEvent): void;
  /** `earlier` are the reporters that have finished before it. */
  onEnd?(report: RunReport, earlier?: readonly ReporterTime[]): Promise<void>;
}
