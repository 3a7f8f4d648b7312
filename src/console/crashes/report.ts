// One crash report as it is printed: which lines belong to it, when it is over, and what it is called.
import type { Crash, Line } from '../../model/console.ts';
import { interruptionWords, lacksStacks, losesConsole, lostConsole } from './damage.ts';
import { endOfInit, reportDetail } from './detail.ts';
import { stackWords } from './frames.ts';
import { lengthLimit, nameReport } from './name.ts';
import { isPanic, panicText } from './panic.ts';
import { isReportLike, isUnsureLine, reportLine, type ReportLine } from './report-line.ts';

const lineLimit = 800;
/** Lines after the end of a report in which a panic still belongs to it. */
const tailLines = 60;
/** Lines without anything of the report after which it is over. */
const quietLines = 1000;
/** So many lines tell what happened: what a panic adds is the way to the panic. KMSAN says it in fewer. */
const tellingLines = (header: string): number => header.includes('BUG: KMSAN:') ? 16 : 22;

const endMark = /---\[ end (?:trace|Kernel panic)/;
/** Words of lines that change what is thought of a report. */
export const reportWords: readonly string[] = [...stackWords, ...interruptionWords, lostConsole, endOfInit, panicText, '---[ end ', 'Sending NMI', 'kthread starved', 'WARNING: possible circular'];

export interface Report {
  readonly header: Line;
  /** The line that cuts it off from what was before, where there is one. */
  readonly startLine: number | undefined;
  readonly lines: ReportLine[];
  /** With more lines it has told what happened. */
  readonly telling: number;
  /** How many of the lines came before another report began. */
  own: number | undefined;
  endLine: number;
  panicked: boolean;
  /** `---[ end trace` was seen so many lines ago. */
  sinceEnd: number | undefined;
  quiet: number;
  /** All CPUs print their stacks: what other CPUs print belongs to it. */
  allCpus: boolean;
  /** A panic came when all had been told. */
  told: boolean;
  /** The console itself was lost. */
  lost: boolean;
}

export function openReport(header: Line, startLine: number | undefined): Report {
  return {
    header, startLine, lines: [reportLine(header.text.slice(0, lengthLimit))], telling: tellingLines(header.text), own: undefined, endLine: header.number, panicked: isPanic(header.text),
    sinceEnd: undefined, quiet: 0, allCpus: false, told: false, lost: false,
  };
}

/** Whether the line comes from where the report comes from. */
export function belongs(report: Report, line: Line): boolean {
  const { header } = report;
  if (header.kernel !== line.kernel) return false;
  return header.caller === line.caller || report.allCpus && line.caller?.startsWith('C') === true;
}

/**
 * Another report begins before this one is over. Where callers are known their lines can be told apart; where not,
 * what comes now may be either's.
 */
export function interruptReport(report: Report): void {
  if (report.header.caller === undefined) report.own ??= report.lines.length;
}

/** Adds a line that comes after the header; `said` is its text. */
export function extendReport(report: Report, line: Line, said: ReportLine): void {
  if (report.sinceEnd !== undefined) report.sinceEnd += 1;
  report.quiet += 1;
  const { text, marked } = said;
  if (marked && losesConsole(text)) report.lost = true;
  const panic = marked && isPanic(text);
  // Another CPU may be the one to panic because of it; a program never is.
  if (panic && report.header.kernel === line.kernel) report.panicked = true;
  if (!belongs(report, line)) return;
  if (marked && (text.includes('Sending NMI') || text.includes('kthread starved'))) report.allCpus = true;
  if ((report.panicked || report.sinceEnd === undefined && report.own === undefined) && isReportLike(said)) {
    report.endLine = line.number;
    report.quiet = 0;
  }
  if (marked && endMark.test(text)) report.sinceEnd ??= 0;
  const { length } = report.lines;
  if (marked && length > report.telling && (panic || text.includes('WARNING: possible circular locking dependency'))) report.told = true;
  if (!report.told && length < lineLimit && !isUnsureLine(said)) report.lines.push(said);
}

/** Nothing more can come that belongs to it. */
export function isOver(report: Report): boolean {
  return report.lines.length >= lineLimit || report.quiet > quietLines || !report.panicked && report.sinceEnd !== undefined && report.sinceEnd > tailLines;
}

/** It was a warning that came to its end: a panic after it has another reason, or names it. */
export const isSurvived = (report: Report): boolean => report.sinceEnd !== undefined && report.header.text.includes('WARNING: ');

/** Puts names into a line of which only addresses were printed. */
export type NameLine = (text: string) => string;

const named = (lines: readonly ReportLine[], nameLine: NameLine | undefined): readonly ReportLine[] => nameLine === undefined ? lines : lines.map(({ text }) => reportLine(nameLine(text)));

/** A stack is in it, whatever else is missing. */
export const hasStack = (report: Report, nameLine?: NameLine): boolean => !lacksStacks(named(report.lines, nameLine));

/** Names a report; undefined where it lacks what would make it one. */
export function closeReport(report: Report, nameLine?: NameLine): Crash | undefined {
  const { header } = report;
  const lines = named(report.lines, nameLine);
  const name = nameReport(report.own === undefined ? lines : lines.slice(0, report.own), lines);
  if (name === undefined) return undefined;
  const detail = reportDetail(report.lines);
  return {
    kind: 'crash', title: name.title, type: name.type, line: header.number, ...(report.startLine === undefined ? undefined : { startLine: report.startLine }), endLine: report.endLine, panicked: report.panicked,
    ...(name.function === undefined ? undefined : { function: name.function }),
    ...(detail === undefined ? undefined : { detail }),
    ...(name.damaged || report.lost ? { corrupted: true } : undefined),
  };
}
