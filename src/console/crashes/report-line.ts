// A line as reports keep it. Several reports may hold the same one: what it is, is found out once.
import { frameNames, isUnsure } from './frames.ts';

export interface ReportLine {
  readonly text: string;
  /** When it came. */
  readonly at: number;
  /** One of the words of reports (report.ts) may be in it. */
  readonly marked: boolean;
  /** Undefined until somebody asks. */
  names: readonly string[] | undefined;
  unsure: boolean | undefined;
  like: boolean | undefined;
}

/** Without the help of words anything may be in it. */
export const reportLine = (text: string, at = 0, marked = true): ReportLine => ({ text, at, marked, names: undefined, unsure: undefined, like: undefined });

/** The functions of a line of a call trace, innermost first. */
export const namesIn = (line: ReportLine): readonly string[] => (line.names ??= frameNames(line.text));

/** It is a frame that may be none. */
export const isUnsureLine = (line: ReportLine): boolean => (line.unsure ??= isUnsure(line.text));

// What reports are made of: indented lines, frames, registers, the lines that say where and what.
const start = /^(?:\s|[A-Z][A-Za-z0-9]{1,3}: |CPU: |Call |Hardware name|Modules linked|Code: |Workqueue: |---\[|={5}|-{5}|pstate|[ep]c ?:|lr : |sp : |x\d+ ?:|r\d+ ?:|PC is|LR is|RIP|Kernel panic|Backtrace|Stack|Read of|Write of|The buggy|Allocated|Freed|Memory state|Function entered|\[<|which belongs|page:|Oops|Internal error|#PF|PGD|pgd|Mem abort|Data abort|Process |irq event|NMI |Sending|rcu:|stack backtrace|task:)/;
const place = /\+0x[0-9a-f]+\/0x/;

/** Whether it looks like a part of a report. */
export const isReportLike = (line: ReportLine): boolean => (line.like ??= line.text.startsWith(' ') || start.test(line.text) || line.text.includes('+0x') && place.test(line.text));
