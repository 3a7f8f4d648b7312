// One crash report as it is printed: what is known of it, when it is over, and what it is called.
import type { Crash, Line } from '../../model/console.ts';
import { interruptionWords, lacksStacks, lostConsole } from './damage.ts';
import { endOfInit, reportDetail } from './detail.ts';
import { stackWords } from './frames.ts';
import { lengthLimit, nameReport } from './name.ts';
import { isPanic, panicText } from './panic.ts';
import { reportLine, type ReportLine } from './report-line.ts';
import { isCpu, lengthOf, linesOf, type Stretch } from './source.ts';

export const lineLimit = 800;
/** Lines after the end of a report in which a panic still belongs to it. */
export const tailLines = 60;
/** Lines without anything of the report after which it is over. */
export const quietLines = 1000;
/** So many lines tell what happened: what a panic adds is the way to the panic. KMSAN says it in fewer. */
const tellingLines = (header: string): number => header.includes('BUG: KMSAN:') ? 16 : 22;

/** Words of lines that change what is thought of a report. */
export const reportWords: readonly string[] = [...stackWords, ...interruptionWords, lostConsole, endOfInit, panicText, '---[ end ', 'Sending NMI', 'kthread starved', 'WARNING: possible circular'];

/** Times are lines that came while reports were open. */
export interface Report {
  readonly header: Line;
  readonly head: ReportLine;
  /** The line that cuts it off from what was before, where there is one. */
  readonly startLine: number | undefined;
  /** With more lines it has told what happened. */
  readonly telling: number;
  /** Where its lines are kept while it gathers them. */
  stretches: readonly Stretch[];
  /** All its lines, once it gathers no more: it is closed, or a panic came when all had been told. */
  lines: readonly ReportLine[] | undefined;
  /** How many of the lines came before another report began. */
  own: number | undefined;
  endLine: number;
  /** When a line of it came last; since when such lines count. */
  likeAt: number;
  activeFrom: number;
  panicked: boolean;
  /** When `---[ end trace` came. */
  endedAt: number | undefined;
  /** All CPUs print their stacks: what other CPUs print belongs to it. */
  allCpus: boolean;
  /** The console itself was lost. */
  lost: boolean;
}

export function openReport(header: Line, startLine: number | undefined, stretch: Stretch, now: number): Report {
  return {
    header, head: reportLine(header.text.slice(0, lengthLimit), now), startLine, telling: tellingLines(header.text), stretches: [stretch], lines: undefined, own: undefined, endLine: header.number, likeAt: now, activeFrom: now + 1,
    panicked: isPanic(header.text), endedAt: undefined, allCpus: false, lost: false,
  };
}

/** Whether the line comes from where the report comes from. */
export function belongs(report: Report, line: Line): boolean {
  const { header } = report;
  if (header.kernel !== line.kernel) return false;
  return header.caller === line.caller || report.allCpus && isCpu(line.caller);
}

/** How many lines it has. */
export const countLines = ({ lines, stretches }: Report): number => lines?.length ?? Math.min(lineLimit, stretches.reduce((sum, stretch) => sum + lengthOf(stretch), 1));

export const gather = ({ lines, head, stretches }: Report): readonly ReportLine[] => lines ?? [head, ...linesOf(stretches, lineLimit - 1)];

/** Lines that look like a report's are still taken for its own. */
export const isActive = ({ panicked, endedAt, own }: Report): boolean => panicked || endedAt === undefined && own === undefined;

/** Takes in what its sources know. */
export function catchUp(report: Report): void {
  if (!isActive(report)) return;
  for (const { source, since, to } of report.stretches) {
    if (to !== undefined || source.likeAt < report.activeFrom || source.likeAt < since || source.likeAt <= report.likeAt) continue;
    report.likeAt = source.likeAt;
    report.endLine = source.likeLine;
  }
}

/**
 * Another report begins before this one is over. Where callers are known their lines can be told apart; where not,
 * what comes now may be either's.
 */
export function interruptReport(report: Report): void {
  if (report.header.caller !== undefined || report.own !== undefined) return;
  catchUp(report);
  report.own = countLines(report);
}

/** When nothing more can come that belongs to it, unless something comes that belongs to it. */
export function overAt(report: Report, now: number): number {
  catchUp(report);
  const tail = report.panicked || report.endedAt === undefined ? Infinity : report.endedAt + tailLines + 1;
  return Math.min(now + lineLimit - countLines(report), report.likeAt + quietLines + 1, tail);
}

/** It was a warning that came to its end: a panic after it has another reason, or names it. */
export const isSurvived = (report: Report): boolean => report.endedAt !== undefined && report.header.text.includes('WARNING: ');

/** Puts names into a line of which only addresses were printed. */
export type NameLine = (text: string) => string;

const named = (lines: readonly ReportLine[], nameLine: NameLine | undefined): readonly ReportLine[] => nameLine === undefined ? lines : lines.map(({ text }) => reportLine(nameLine(text)));

/** A stack is in it, whatever else is missing. */
export const hasStack = (report: Report, nameLine?: NameLine): boolean => !lacksStacks(named(gather(report), nameLine));

/** What a report tells; undefined where it lacks what would make it one. */
export function crashOf(report: Report, nameLine?: NameLine): Crash | undefined {
  const { header } = report;
  const lines = gather(report);
  const all = named(lines, nameLine);
  const name = nameReport(report.own === undefined ? all : all.slice(0, report.own), all);
  if (name === undefined) return undefined;
  const detail = reportDetail(lines);
  return {
    kind: 'crash', title: name.title, type: name.type, line: header.number, ...(report.startLine === undefined ? undefined : { startLine: report.startLine }), endLine: report.endLine, panicked: report.panicked,
    ...(name.function === undefined ? undefined : { function: name.function }),
    ...(detail === undefined ? undefined : { detail }),
    ...(name.damaged || report.lost ? { corrupted: true } : undefined),
  };
}
