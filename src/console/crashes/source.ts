// Where lines of reports come from: a task or a CPU, where the kernel tells callers; all CPUs together; else whatever it prints.
// What comes from one source is kept once for all reports that gather it.
import type { ReportLine } from './report-line.ts';

export interface Source {
  readonly kernel: boolean;
  /** `cpus`: any CPU. */
  readonly caller: string | undefined;
  /** The lines from number `dropped` on. */
  readonly lines: ReportLine[];
  dropped: number;
  /** When a line last looked like one of a report, and its number on the console. */
  likeAt: number;
  likeLine: number;
  /** Reports that are open on it, and those of them that still want its lines. */
  users: number;
  gatherers: number;
}

export const allCpus = 'cpus';

export const createSource = (kernel: boolean, caller: string | undefined): Source => ({ kernel, caller, lines: [], dropped: 0, likeAt: 0, likeLine: 0, users: 0, gatherers: 0 });

export const isCpu = (caller: string | undefined): boolean => caller?.startsWith('C') === true;

/** A line comes from it. */
export const feeds = (source: Source, kernel: boolean, caller: string | undefined): boolean => source.kernel === kernel && (source.caller === caller || source.caller === allCpus && isCpu(caller));

/** How many lines have come from it since it was made. */
export const countOf = ({ dropped, lines }: Source): number => dropped + lines.length;

/** A part of what came from a source, from number `from` on. */
export interface Stretch {
  readonly source: Source;
  readonly from: number;
  /** Behind its last line, once it is over. */
  to: number | undefined;
  /** When it began. */
  readonly since: number;
}

export const lengthOf = ({ source, from, to }: Stretch): number => (to ?? countOf(source)) - from;

/** The first `most` lines of several stretches in the order they came. */
export function linesOf(stretches: readonly Stretch[], most: number): readonly ReportLine[] {
  const [first = [], ...others] = stretches.map(({ source, from, to = Infinity }) => source.lines.slice(from - source.dropped, Math.min(to, from + most) - source.dropped));
  return others.every(({ length }) => length === 0) ? first : first.concat(...others).sort((a, b) => a.at - b.at).slice(0, most);
}
