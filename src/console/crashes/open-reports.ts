// The reports that are open at once, and the lines that come meanwhile. Most lines change nothing but that they came: they cost
// the same however many reports are open.
import type { Line } from '../../model/console.ts';
import { losesConsole } from './damage.ts';
import { isUnsure } from './frames.ts';
import { isPanic } from './panic.ts';
import { isReportLike, reportLine, type ReportLine } from './report-line.ts';
import { belongs, catchUp, countLines, gather, isActive, lineLimit, openReport, overAt, type Report } from './report.ts';
import { allCpus, countOf, createSource, feeds, isCpu, type Source, type Stretch } from './source.ts';

const endMark = /---\[ end (?:trace|Kernel panic)/;
const circular = 'WARNING: possible circular locking dependency';
const asksCpus = (text: string): boolean => text.includes('Sending NMI') || text.includes('kthread starved');
/** What is thought of the open reports may change with it. */
const isTurn = (text: string): boolean => isPanic(text) || asksCpus(text) || text.includes(circular) || losesConsole(text);

export interface OpenReports {
  open(header: Line, startLine: number | undefined): Report;
  /** It has all its lines then. */
  close(report: Report): void;
  /** A line that may change what is thought of a report; `text` is what is kept of its text. */
  marked(line: Line, text: string): void;
  /** Any other line. */
  plain(text: string, kernel: boolean, caller: string | undefined, number: number): void;
  /** Whether some report may be over. */
  isDue(): boolean;
  /** Nothing more can come that belongs to it. */
  readonly isOver: (report: Report) => boolean;
}

export function createOpenReports(): OpenReports {
  // No Set: each table that it has outgrown leads to the next one, so that old ones which wait for their collection keep all reports alive
  // that came after them.
  let reports: readonly Report[] = [];
  const sources: Source[] = [];
  let now = 0;
  /** Until then no report can be over, unless a line comes that changes what is thought of it: more lines only put its end off. */
  let due = 0;

  function sourceOf(kernel: boolean, caller: string | undefined): Source {
    const known = sources.find((source) => source.kernel === kernel && source.caller === caller);
    if (known !== undefined) return known;
    const source = createSource(kernel, caller);
    sources.push(source);
    return source;
  }

  function stretchOf(source: Source): Stretch {
    source.users += 1;
    source.gatherers += 1;
    return { source, from: countOf(source), to: undefined, since: now };
  }

  /** It gathers no more. */
  function settle(report: Report): void {
    if (report.lines !== undefined) return;
    report.lines = gather(report);
    for (const { source } of report.stretches) source.gatherers -= 1;
  }

  function watchCpus(report: Report): void {
    if (report.allCpus) return;
    report.allCpus = true;
    catchUp(report);
    // What the report's own CPU prints comes from all of them now.
    if (isCpu(report.header.caller)) for (const stretch of report.stretches) stretch.to = countOf(stretch.source);
    const stretch = stretchOf(sourceOf(report.header.kernel, allCpus));
    if (report.lines !== undefined) stretch.source.gatherers -= 1;
    report.stretches = [...report.stretches, stretch];
  }

  function keep(source: Source, said: ReportLine): void {
    source.lines.push(said);
    if (source.lines.length < 4 * lineLimit) return;
    const first = reports.flatMap(({ lines, stretches }) => lines === undefined ? stretches.filter((stretch) => stretch.source === source).map(({ from }) => from) : []);
    source.dropped += source.lines.splice(0, Math.min(...first) - source.dropped).length;
  }

  function feed(text: string, marked: boolean, kernel: boolean, caller: string | undefined, number: number): void {
    const like = isReportLike(text);
    let said: ReportLine | undefined;
    for (const source of sources) {
      if (!feeds(source, kernel, caller)) continue;
      if (like) {
        source.likeAt = now;
        source.likeLine = number;
      }
      // Of a frame that may be none only the place counts.
      if (source.gatherers > 0 && !isUnsure(text)) keep(source, said ??= reportLine(text, now, marked));
    }
  }

  function turn(line: Line, text: string): void {
    const panic = isPanic(text);
    const cpus = asksCpus(text);
    const settled = panic || text.includes(circular);
    due = 0;
    for (const report of reports) {
      if (losesConsole(text)) report.lost = true;
      // Another CPU may be the one to panic because of it; a program never is.
      if (panic && !report.panicked && report.header.kernel === line.kernel) {
        catchUp(report);
        if (!isActive(report)) report.activeFrom = now;
        report.panicked = true;
      }
      if (!belongs(report, line)) continue;
      if (cpus) watchCpus(report);
      if (settled && countLines(report) > report.telling) settle(report);
    }
  }

  return {
    open(header, startLine) {
      const report = openReport(header, startLine, stretchOf(sourceOf(header.kernel, header.caller)), now);
      reports = [...reports, report];
      due = 0;
      return report;
    },
    close(report) {
      catchUp(report);
      settle(report);
      reports = reports.filter((one) => one !== report);
      for (const { source } of report.stretches) {
        source.users -= 1;
        if (source.users === 0) sources.splice(sources.indexOf(source), 1);
      }
      report.stretches = [];
    },
    marked(line, text) {
      now += 1;
      if (isTurn(text)) turn(line, text);
      feed(text, true, line.kernel, line.caller, line.number);
      if (!endMark.test(text)) return;
      due = 0;
      for (const report of reports) {
        if (report.endedAt !== undefined || !belongs(report, line)) continue;
        catchUp(report);
        report.endedAt = now;
      }
    },
    plain(text, kernel, caller, number) {
      now += 1;
      feed(text, false, kernel, caller, number);
    },
    isDue() {
      if (now < due) return false;
      due = Infinity;
      for (const report of reports) due = Math.min(due, overAt(report, now));
      return due <= now;
    },
    isOver: (report) => overAt(report, now) <= now,
  };
}
