// Attempts laid on as few rows as ran at once, in the order they began. Pure.
import type { RunReport } from '../model/report.ts';
import { outlookOf, type Outlook } from '../report/summarize.ts';

export interface Bar {
  readonly cell: string;
  readonly attempt: number;
  /** Attempts of its cell are rounds. */
  readonly round: boolean;
  readonly outlook: Outlook;
  readonly slot: number;
  /** Since the run began. */
  readonly startMs: number;
  readonly endMs: number;
  /** From the start of the boot to user space. */
  readonly userspaceMs?: number | undefined;
}

/** Only attempts that booted take a slot. */
export function laySlots(report: RunReport): { readonly bars: readonly Bar[]; readonly slots: number; readonly endMs: number } {
  const began = Date.parse(report.startedAt);
  const boots = report.cells
    .flatMap((cell) => cell.attempts.map((attempt) => ({ cell, attempt })))
    .flatMap(({ cell, attempt }) => {
      // Of a round whose evidence was not kept the time of its boot is.
      const bootMs = attempt.trimmed === true ? attempt.durationMs : attempt.boot?.durationMs;
      if (attempt.startedAt === undefined || bootMs === undefined) return [];
      const startMs = Math.max(0, Date.parse(attempt.startedAt) - began);
      const isItself = cell.rounds === undefined && attempt === cell.attempts.at(-1);
      return [{ cell: cell.id, attempt: attempt.number, outlook: isItself ? outlookOf(cell) : outlookOf({ ...attempt, flaky: false }), round: cell.rounds !== undefined, startMs, endMs: startMs + bootMs, userspaceMs: attempt.boot?.userspaceMs }];
    })
    .sort((a, b) => a.startMs - b.startMs);
  const free: number[] = [];
  const bars = boots.map((boot) => {
    // A guest's end and the next one's start are told by two clocks: a millisecond's overlap is none.
    const found = free.findIndex((at) => at <= boot.startMs + 5);
    const slot = found === -1 ? free.length : found;
    free[slot] = boot.endMs;
    return { ...boot, slot };
  });
  return { bars, slots: free.length, endMs: Math.max(report.durationMs, ...bars.map(({ endMs }) => endMs), 1) };
}

const tickSteps = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000];

/** Round times, about eight of them. */
export function ticksOf(endMs: number): readonly number[] {
  const step = tickSteps.find((candidate) => endMs / candidate <= 9) ?? endMs / 8;
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
}
