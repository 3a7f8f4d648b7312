// Attempts laid on as few rows as ran at once, in the order they began. Pure.
import { phaseMs, placePhases, type Phase, type PhaseTimes } from '../model/phase.ts';
import type { Attempt, RunReport, TemplateBoot } from '../model/report.ts';
import { outlookOf, type Outlook } from '../report/summarize.ts';

/** A place that was taken. Times count since the run began. */
interface Taken {
  readonly slot: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** An attempt, or its other start where it has two. */
export interface Bar extends Taken {
  readonly cell: string;
  readonly attempt: number;
  /** Attempts of its cell are rounds. */
  readonly round: boolean;
  readonly twin: boolean;
  readonly outlook: Outlook;
  /** What it did with its slot, without gaps; none where nothing tells. */
  readonly segments: readonly Segment[];
  /** Of the whole attempt, what was outside of the slot too. */
  readonly phases?: PhaseTimes | undefined;
}

/** One phase of a bar; its times count since the run began. */
export interface Segment {
  readonly phase: Phase;
  readonly startMs: number;
  readonly endMs: number;
}

/** A guest that booted to become a template. */
export interface TemplateBar extends Taken {
  readonly template: TemplateBoot;
}

/** Attempts that booted take a slot, and templates. */
export function laySlots(report: RunReport): { readonly bars: readonly Bar[]; readonly templates: readonly TemplateBar[]; readonly slots: number; readonly endMs: number } {
  const began = Date.parse(report.startedAt);
  const since = (at: string): number => Math.max(0, Date.parse(at) - began);
  const made = (report.templates ?? []).map((template) => ({ template, startMs: since(template.startedAt), endMs: since(template.startedAt) + template.durationMs }));
  const boots = report.cells
    .flatMap((cell) => cell.attempts.map((attempt) => ({ cell, attempt })))
    .flatMap(({ cell, attempt }) => {
      // Of a round whose evidence was not kept the time of its boot is.
      const bootMs = attempt.trimmed === true ? attempt.durationMs : attempt.boot?.durationMs;
      if (attempt.startedAt === undefined || bootMs === undefined) return [];
      const startMs = since(attempt.startedAt);
      const segments = segmentsOf(attempt, startMs);
      const isItself = cell.rounds === undefined && attempt === cell.attempts.at(-1);
      const itself = { cell: cell.id, attempt: attempt.number, outlook: isItself ? outlookOf(cell) : outlookOf({ ...attempt, flaky: false }), round: cell.rounds !== undefined, twin: false, startMs, endMs: segments.at(-1)?.endMs ?? startMs + bootMs, segments, phases: attempt.phases };
      return [itself, ...twinOf(attempt, itself, since)];
    });
  const free: number[] = [];
  const taken = [...boots, ...made].sort((a, b) => a.startMs - b.startMs).map((boot) => {
    // A guest's end and the next one's start are told by two clocks, and a place is taken a moment before QEMU starts: that overlap is none.
    const found = free.findIndex((at) => at <= boot.startMs + 25);
    const slot = found === -1 ? free.length : found;
    free[slot] = boot.endMs;
    return { ...boot, slot };
  });
  const bars = taken.flatMap((each) => ('cell' in each ? each : []));
  const templates = taken.flatMap((each) => ('template' in each ? each : []));
  return { bars, templates, slots: free.length, endMs: Math.max(report.durationMs, ...taken.map(({ endMs }) => endMs), 1) };
}

/** The warm start beside a cold boot. */
function twinOf({ warm }: Attempt, { cell, attempt, round }: Pick<Bar, 'cell' | 'attempt' | 'round'>, since: (at: string) => number): readonly Omit<Bar, 'slot'>[] {
  if (warm?.startedAt === undefined) return [];
  const startMs = since(warm.startedAt);
  return [{ cell, attempt, round, twin: true, outlook: outlookOf({ verdict: warm.verdict, flaky: false }), startMs, endMs: startMs + warm.durationMs, segments: [] }];
}

/** Reports of older versions tell only when user space began. */
function segmentsOf({ phases, boot }: Attempt, startMs: number): readonly Segment[] {
  const { userspaceMs, durationMs = 0 } = boot ?? {};
  const times = phases ?? (userspaceMs === undefined ? {} : { bootMs: Math.min(userspaceMs, durationMs), testMs: Math.max(0, durationMs - userspaceMs) });
  let at = startMs;
  return placePhases.map((phase) => ({ phase, startMs: at, endMs: (at += phaseMs(times, phase)) })).filter((segment) => segment.endMs > segment.startMs);
}

const tickSteps = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000];

/** Round times, about eight of them. */
export function ticksOf(endMs: number): readonly number[] {
  const step = tickSteps.find((candidate) => endMs / candidate <= 9) ?? endMs / 8;
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
}
