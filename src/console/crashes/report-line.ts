// A line as reports keep it. Several reports may hold the same one: what it names is found out once.
import { frameNames } from './frames.ts';

export interface ReportLine {
  readonly text: string;
  /** When it came. */
  readonly at: number;
  /** One of the words of reports (report.ts) may be in it. */
  readonly marked: boolean;
  /** Undefined until somebody asks. */
  names: readonly string[] | undefined;
}

/** Without the help of words anything may be in it. */
export const reportLine = (text: string, at = 0, marked = true): ReportLine => ({ text, at, marked, names: undefined });

/** The functions of a line of a call trace, innermost first. */
export const namesIn = (line: ReportLine): readonly string[] => (line.names ??= frameNames(line.text));

// What reports are made of: indented lines, frames, registers, the lines that say where and what.
const start = /^(?:\s|[A-Z][A-Za-z0-9]{1,3}: |CPU: |Call |Hardware name|Modules linked|Code: |Workqueue: |---\[|={5}|-{5}|pstate|[ep]c ?:|lr : |sp : |x\d+ ?:|r\d+ ?:|PC is|LR is|RIP|Kernel panic|Backtrace|Stack|Read of|Write of|The buggy|Allocated|Freed|Memory state|Function entered|\[<|which belongs|page:|Oops|Internal error|#PF|PGD|pgd|Mem abort|Data abort|Process |irq event|NMI |Sending|rcu:|stack backtrace|task:)/;
const place = /\+0x[0-9a-f]+\/0x/;

/** Whether a line looks like a part of a report. */
export const isReportLike = (text: string): boolean => text.startsWith(' ') || start.test(text) || text.includes('+0x') && place.test(text);
