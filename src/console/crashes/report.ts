// One crash report as it is printed: which lines belong to it, when it is over, and what it is called.
import type { Crash, Line } from '../../model/console.ts';
import { lacksStacks, losesConsole } from './damage.ts';
import { reportDetail } from './detail.ts';
import { isUnsure } from './frames.ts';
import { lengthLimit, nameReport } from './name.ts';
import { isPanic } from './panic.ts';

const lineLimit = 800;
/** Lines after the end of a report in which a panic still belongs to it. */
const tailLines = 60;
/** Lines without anything of the report after which it is over. */
const quietLines = 1000;
/** So many lines tell what happened: what a panic adds is the way to the panic. KMSAN says it in fewer. */
const tellingLines = (header: string): number => header.includes('BUG: KMSAN:') ? 16 : 22;

export interface Report {
  readonly header: Line;
  /** The line that cuts it off from what was before, where there is one. */
  readonly startLine: number | undefined;
  readonly lines: string[];
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
    header, startLine, lines: [header.text.slice(0, lengthLimit)], own: undefined, endLine: header.number, panicked: isPanic(header.text),
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

const endMark = /---\[ end (?:trace|Kernel panic)/;
// What reports are made of: indented lines, frames, registers, the lines that say where and what.
const reportLike = /^\s|\+0x[0-9a-f]+\/0x|^(?:[A-Z][A-Za-z0-9]{1,3}: |CPU: |Call |Hardware name|Modules linked|Code: |Workqueue: |---\[|={5}|-{5}|pstate|[ep]c ?:|lr : |sp : |x\d+ ?:|r\d+ ?:|PC is|LR is|RIP|Kernel panic|Backtrace|Stack|Read of|Write of|The buggy|Allocated|Freed|Memory state|Function entered|\[<|which belongs|page:|Oops|Internal error|#PF|PGD|pgd|Mem abort|Data abort|Process |irq event|NMI |Sending|rcu:|stack backtrace|task:)/;

/** Adds a line that comes after the header. */
export function extendReport(report: Report, line: Line): void {
  const text = line.text.slice(0, lengthLimit);
  if (report.sinceEnd !== undefined) report.sinceEnd += 1;
  report.quiet += 1;
  if (losesConsole(text)) report.lost = true;
  const panic = isPanic(text);
  // Another CPU may be the one to panic because of it; a program never is.
  if (panic && report.header.kernel === line.kernel) report.panicked = true;
  if (!belongs(report, line)) return;
  if (text.includes('Sending NMI') || text.includes('kthread starved')) report.allCpus = true;
  if (reportLike.test(text) && (report.sinceEnd === undefined || report.panicked) && (report.own === undefined || report.panicked)) {
    report.endLine = line.number;
    report.quiet = 0;
  }
  if (endMark.test(text)) report.sinceEnd ??= 0;
  const length = report.lines.length;
  if (length > tellingLines(report.header.text) && (panic || text.includes('WARNING: possible circular locking dependency'))) report.told = true;
  if (!report.told && length < lineLimit && !isUnsure(text)) report.lines.push(text);
}

/** Nothing more can come that belongs to it. */
export function isOver(report: Report): boolean {
  return report.lines.length >= lineLimit || report.quiet > quietLines || !report.panicked && report.sinceEnd !== undefined && report.sinceEnd > tailLines;
}

/** It was a warning that came to its end: a panic after it has another reason, or names it. */
export const isSurvived = (report: Report): boolean => report.sinceEnd !== undefined && report.header.text.includes('WARNING: ');

/** Puts names into a line of which only addresses were printed. */
export type NameLine = (text: string) => string;
const asPrinted: NameLine = (text) => text;

/** A stack is in it, whatever else is missing. */
export const hasStack = (report: Report, nameLine = asPrinted): boolean => !lacksStacks(report.lines.map(nameLine));

/** Names a report; undefined where it lacks what would make it one. */
export function closeReport(report: Report, nameLine = asPrinted): Crash | undefined {
  const { header } = report;
  const lines = report.lines.map(nameLine);
  const name = nameReport(lines.slice(0, report.own), lines);
  if (name === undefined) return undefined;
  const detail = reportDetail(report.lines);
  return {
    kind: 'crash', title: name.title, type: name.type, line: header.number, ...(report.startLine === undefined ? undefined : { startLine: report.startLine }), endLine: report.endLine, panicked: report.panicked,
    ...(name.function === undefined ? undefined : { function: name.function }),
    ...(detail === undefined ? undefined : { detail }),
    ...(name.damaged || report.lost ? { corrupted: true } : undefined),
  };
}
