// A run as data: everything a reporter may show.
import type { Accel } from './arch.ts';
import type { Crash, TestResult } from './console.ts';
import type { DialogOutcome } from './dialog.ts';
import type { HangReport } from './hang.ts';
import type { CellHistory } from './history.ts';
import type { BootResult, Usage } from './boot.ts';
import type { BootMedium, CaseSource } from './case.ts';
import type { Known } from './known-text.ts';
import type { PhaseTimes } from './phase.ts';
import type { ProbeOutcome } from './probe.ts';
import type { Shard } from './shard.ts';
import type { Verdict, VerdictKind } from './verdict.ts';

/** One try of a cell. */
export interface Attempt {
  readonly number: number;
  readonly verdict: Verdict;
  /** The failure is known: it does not count. */
  readonly known?: Known;
  /** It was not run: this is what an earlier run saw of an equal cell. */
  readonly cached?: CachedFrom;
  readonly results: readonly TestResult[];
  /** Every kernel failure on the console, in the order of their lines; undefined where there was none. */
  readonly crashes?: readonly SeenCrash[];
  /** Of the boot; of everything where nothing booted. */
  readonly durationMs: number;
  /** Time spent on kernel and image before the cell waited for its turn; downloads are in it. */
  readonly prepareMs: number;
  /** Where the time of the attempt went, from its begin to its result: all of it is in one of them. */
  readonly phases?: PhaseTimes;
  /** When the machine was started; ISO 8601 with milliseconds. */
  readonly startedAt?: string;
  readonly accel?: Accel;
  readonly boot?: Omit<BootResult, 'usage'>;
  /** What the same cell did when it was started warm, for comparison. */
  readonly warm?: WarmTwin;
  /** Paths relative to the run folder. */
  readonly console?: string;
  /** One number for each line of the console: milliseconds from the start of the machine to its first byte. */
  readonly times?: string;
  /** What came over the port of results, where the case asks for one and the guest has used it. */
  readonly resultsLog?: string;
  readonly qemuCmd?: string;
  /** What it took of the machine that ran it, where that is known. */
  readonly usage?: Usage;
  /** How the steps of the case's dialog ended, in their order. */
  readonly dialog?: readonly DialogOutcome[];
  /** How the case's probes ended, in their order. */
  readonly probes?: readonly ProbeOutcome[];
  /** What was brought home from the guest. */
  readonly artifacts?: Artifacts;
  /** Why the guest hung, where a limit or the deadline of a dialog ended it and it was asked. */
  readonly hang?: HangReport;
  /** Console lines around the reason of a verdict that is not a pass, at most 40, already safe to print. */
  readonly excerpt: readonly { readonly number: number; readonly text: string }[];
  readonly kernel?: { readonly release: string; readonly digest: string; readonly origin: string };
  readonly image?: { readonly digest: string; readonly bytes: number };
  /** One of many rounds: its files, results and boot were not kept. */
  readonly trimmed?: true;
}

/** A warm start beside the cold boot of the same cell. */
export interface WarmTwin {
  readonly verdict: Verdict;
  /** ISO 8601 with milliseconds. */
  readonly startedAt?: string;
  readonly durationMs: number;
  readonly restored: NonNullable<BootResult['restored']>;
  readonly usage?: Usage;
  /** Relative to the run folder. */
  readonly console: string;
}

/** A guest that booted to become a template. */
export interface TemplateBoot {
  readonly kernel: string;
  readonly arch: string;
  /** When it had its place; ISO 8601 with milliseconds. */
  readonly startedAt: string;
  /** Until its place was free again. */
  readonly durationMs: number;
  /** It did not become one. */
  readonly failed?: true;
  readonly usage?: Usage;
}

/** Where the pass of a cell comes from that was not run again, for nothing had changed. */
export interface CachedFrom {
  readonly run: string;
  /** When it passed there; ISO 8601, UTC. */
  readonly at: string;
}

/** A kernel failure as an attempt saw it. */
export interface SeenCrash extends Crash {
  /** The case asks for it, may have it, or lists it as known. */
  readonly expected?: true;
}

/** Files that the guest gave us. */
export interface Artifacts {
  /** Relative to the run folder. */
  readonly folder: string;
  /** Paths relative to that folder, sorted. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

export interface CellResult {
  readonly id: string;
  readonly case: string;
  readonly summary: string;
  readonly labels: readonly string[];
  readonly kernel: string;
  readonly arch: string;
  /** What it booted from, where the case says so. */
  readonly medium?: BootMedium;
  /** Never empty, in the order they ran; a skip has one attempt too. */
  readonly attempts: readonly [Attempt, ...Attempt[]];
  /** The verdict that counts: of the last attempt, or, of a cell that went in rounds, of the first one that failed. */
  readonly verdict: Verdict;
  /** The verdict is a failure that is known: it does not count. */
  readonly known?: Known;
  /** It was not run: an equal cell passed in an earlier run. Its attempt is that of that run. */
  readonly cached?: CachedFrom;
  /** Passed after a failure. */
  readonly flaky: boolean;
  /** Where the run goes in rounds, and this cell ran in one. Its attempts are its rounds. */
  readonly rounds?: Rounds;
  /** What earlier runs say of it; undefined where the run remembers nothing, and for a skip. */
  readonly history?: CellHistory;
  readonly durationMs: number;
  /** The command that repeats this cell, ready to paste. */
  readonly repeat: string;
  readonly source?: CaseSource;
}

/** How the rounds of a cell ended; the four outcomes add up to `ran`. */
export interface Rounds {
  /** Undefined: as many as it takes. */
  readonly planned?: number;
  /** Skipped ones are not among them. */
  readonly ran: number;
  readonly passed: number;
  /** The guest or the kernel said no, or a limit ended it. */
  readonly failed: number;
  /** Ended in our own error. */
  readonly errors: number;
  /** Failed as the project says it does. */
  readonly known: number;
  /** Number of the first round that failed; where none did, of the first that ended in an error. */
  readonly firstFailed?: number;
  readonly durationMs: { readonly min: number; readonly median: number; readonly max: number };
}

export interface RunReport {
  /** Version of this format. */
  readonly schema: 1;
  readonly id: string;
  readonly tool: { readonly name: 'kit-test'; readonly version: string };
  readonly host: { readonly os: string; readonly arch: string; readonly cpus: number; readonly memoryBytes: number; readonly node: string; readonly qemu: Readonly<Record<string, string>> };
  readonly command: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Before it began: configuration, cache and history, from the start of the program or the call. */
  readonly startupMs?: number;
  readonly interrupted: boolean;
  /** Which part of its matrix this is, where it is not all of it. */
  readonly shard?: Shard;
  /** Where it was put together from runs of shards. */
  readonly merged?: MergedRun;
  /** Where the run went over its cells in rounds. */
  readonly rounds?: RoundPlan;
  /** Guests that took a place for no cell, in the order they ended; undefined where there were none. */
  readonly templates?: readonly TemplateBoot[];
  readonly cost?: Cost;
  readonly notices: readonly string[];
  /** One for each cell of the matrix, in matrix order. */
  readonly cells: readonly CellResult[];
  /** Each kernel failure of the run once, in the order in which cells show them. */
  readonly crashes: readonly DistinctCrash[];
  readonly totals: Totals;
  readonly exitCode: number;
}

/** What a minute of a machine costs. */
export interface Price {
  readonly perMinute: number;
  /** As people write it: `USD`. */
  readonly currency: string;
}

/** What a run took of its machines. */
export interface Cost {
  /** How long machines were in use: that of this run, or those of its parts together. */
  readonly machineMs: number;
  /** All guests, one after the other; those that became templates are among them. */
  readonly guestMs: number;
  /** What their QEMUs took of processors; undefined where nothing tells. */
  readonly cpuMs?: number;
  /** The most that one of them had of memory. */
  readonly peakMemoryBytes?: number;
  /** What cells did not spend: on kernels that a warm start did not boot, and on cells whose pass of an earlier run was shown again. */
  readonly saved?: { readonly warmMs: number; readonly cachedMs: number };
  readonly money?: { readonly amount: number; readonly currency: string };
}

/** How often a run goes over its cells. Without a number and a time it is until a cell fails. */
export interface RoundPlan {
  /** So many rounds at most. */
  readonly planned?: number;
  /** No further round begins once a cell has failed, or ended in our own error. */
  readonly untilFail?: true;
  /** No further round begins after this time. */
  readonly forMs?: number;
}

/** What a run was put together from. */
export interface MergedRun extends Pick<Shard, 'plan' | 'count'> {
  /** By the number of their shard. */
  readonly parts: readonly {
    readonly shard: number;
    readonly id: string;
    readonly host: RunReport['host'];
    readonly startedAt: string;
    readonly durationMs: number;
    readonly interrupted: boolean;
  }[];
  /** Numbers of shards whose cells nobody ran. */
  readonly missing: readonly number[];
}

/** One kernel failure, by its title, with everything that it hit. */
export interface DistinctCrash {
  readonly title: string;
  /** The detector's word for its kind, `UNKNOWN` where it has none. */
  readonly type: string;
  readonly function?: string;
  /** File and line of it, where a vmlinux with debug information tells. */
  readonly source?: string;
  /** How often it was seen, over all attempts. */
  readonly count: number;
  /** Ids of the cells that it hit, in matrix order. */
  readonly cells: readonly string[];
  /** Those of them whose case expects it; undefined where none does. */
  readonly expectedIn?: readonly string[];
  /** Where it was seen first, in matrix order. */
  readonly first: { readonly cell: string; readonly attempt: number; readonly line: number; readonly console?: string };
}

export type Totals = Readonly<Record<VerdictKind | 'known' | 'flaky' | 'cached' | 'total', number>>;
