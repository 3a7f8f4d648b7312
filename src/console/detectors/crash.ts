// Finds kernel failures by the tables of crashes/, gathers each report's lines and names it when it is over.
// Lines that go on with an open report (the Oops after `Unable to handle`, the panic after an Oops) open no other.
import type { Crash, Line } from '../../model/console.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { bareAddresses } from '../addresses/bare.ts';
import type { ConsoleDetector } from '../detector.ts';
import { interrupts } from '../crashes/damage.ts';
import { createKeptCrashes } from '../crashes/kept.ts';
import { firstRule, lengthLimit } from '../crashes/name.ts';
import { concludingPanic, isPanic } from '../crashes/panic.ts';
import { guiltyPlace, type Place } from '../crashes/place.ts';
import { createOpenReports } from '../crashes/open-reports.ts';
import { reportLine, type ReportLine } from '../crashes/report-line.ts';
import { belongs, crashOf, gather, hasStack, interruptReport, isSurvived, reportWords } from '../crashes/report.ts';
import type { Report } from '../crashes/report.ts';
import { createResetFinder } from '../crashes/reset.ts';
import { createStartFinder } from '../crashes/start.ts';
import { isTriggered, triggers } from '../crashes/triggers.ts';

/** Reports of several CPUs or tasks may be printed at once. */
const openLimit = 8;
/** Reports that are kept with all their lines until the console ends. */
const bareLimit = 100;
/** After so many lines with a printk prefix, what has none is not the kernel's. */
const prefixedLines = 3;
/** Lines in which the prefix is looked for. */
const prefixWindow = 200;

export interface CrashDetector extends ConsoleDetector {
  panicked(): boolean;
  /** Where in its function the crash of this line happened; only with symbols. */
  placeOf(line: number): Place | undefined;
  /** A report has begun, finished or not. */
  crashed(): boolean;
}

/** A closed report with bare addresses; `told`: it is a crash also without their names. */
interface Bare {
  readonly report: Report;
  readonly told: boolean;
}

/** `onReport` is told the first line of each report, and whether it is a panic's. `addresses` names those that reports hold instead of functions. */
export function createCrashDetector(onReport: (line: number, panic: boolean) => void, addresses?: Addresses): CrashDetector {
  const reports = createOpenReports();
  let open: readonly Report[] = [];
  /** Begun by a line without a prefix, where the kernel has one: a program may have printed it. Its stack will tell. */
  let doubtful: Report | undefined;
  /** Named, but a panic may yet say that it comes from them. */
  const kept = createKeptCrashes();
  /** Closed ones with bare addresses: where the kernel lies it says last of all. */
  const bare: Bare[] = [];
  /** By the first line of their report; looked for only where symbols could tell more of them. */
  const places = new Map<number, Place>();
  const starts = createStartFinder();
  const resets = createResetFinder();
  let crashed = false;
  let panicked = false;
  let prefixed = 0;
  let lines = 0;

  function keep(crash: Crash | undefined): void {
    if (crash !== undefined) kept.add(crash);
  }

  function keepReport(report: Report): void {
    const crash = crashOf(report);
    keep(crash);
    notePlace(crash, gather(report));
    if (addresses !== undefined && bare.length < bareLimit && gather(report).some(({ text }) => bareAddresses(text).length > 0)) bare.push({ report, told: crash !== undefined });
  }

  function nameReport({ report, told }: Bare): void {
    const crash = crashOf(report, nameLine(report));
    if (crash === undefined) return;
    if (told) kept.rename(crash);
    else keep(crash);
    notePlace(crash, gather(report).map(({ text }) => reportLine(nameLine(report)(text))));
  }

  function notePlace(crash: Crash | undefined, reported: readonly ReportLine[]): void {
    if (addresses === undefined || crash?.function === undefined || places.size >= bareLimit) return;
    const place = guiltyPlace(reported, crash.function);
    if (place !== undefined) places.set(crash.line, place);
  }

  const nameLine = ({ header }: Report) => (text: string): string => addresses?.name(text, header.number) ?? text;
  /** Undefined where nothing has names. */
  const naming = (report: Report): ((text: string) => string) | undefined => addresses && nameLine(report);

  function close(over: (report: Report) => boolean): void {
    const closed = open.filter(over);
    open = open.filter((report) => !closed.includes(report));
    for (const report of closed) {
      reports.close(report);
      keepReport(report);
    }
  }

  function closeDoubtful(): void {
    if (doubtful === undefined) return;
    reports.close(doubtful);
    if (hasStack(doubtful, naming(doubtful))) {
      crashed = true;
      panicked ||= doubtful.panicked;
      keepReport(doubtful);
    }
    doubtful = undefined;
  }

  /** Whether the line begins a report of its own. */
  function begins(line: Line, among: readonly Report[]): boolean {
    const rule = firstRule(line.text);
    if (rule === undefined) return false;
    const concluding = concludingPanic.test(line.text) && (among.length > 0 || !kept.isEmpty());
    if (isPanic(line.text)) return among.every(isSurvived) && !concluding;
    return rule.follows !== true || !among.some((report) => belongs(report, line));
  }

  function begin(line: Line): void {
    open.forEach(interruptReport);
    crashed = true;
    if (open.length >= openLimit) close((report) => report === open[0]);
    onReport(line.number, isPanic(line.text));
    open = [...open, reports.open(line, starts.before(line))];
  }

  function beginDoubtful(line: Line): void {
    closeDoubtful();
    onReport(line.number, isPanic(line.text));
    doubtful = reports.open(line, starts.before(line));
  }

  function panics(text: string): void {
    panicked = true;
    if (concludingPanic.test(text)) kept.panic();
  }

  /** `header`: it may begin a report. */
  function read(line: Line, header: boolean, holdsWord: boolean): void {
    const sure = line.kernel || prefixed < prefixedLines;
    const isNew = header && begins(line, sure ? open : doubtful === undefined ? [] : [doubtful]);
    if (open.length > 0 || doubtful !== undefined) extend(line, holdsWord);
    if (header && sure && isPanic(line.text)) panics(line.text);
    if (isNew) (sure ? begin : beginDoubtful)(line);
    closeOver();
  }

  function closeOver(): void {
    if (!reports.isDue()) return;
    close(reports.isOver);
    if (doubtful !== undefined && reports.isOver(doubtful)) closeDoubtful();
  }

  function extend(line: Line, holdsWord: boolean): void {
    const text = line.text.slice(0, lengthLimit);
    if (!holdsWord) {
      reports.plain(text, line.kernel, line.caller, line.number);
      return;
    }
    if (interrupts(line.text)) open.forEach(interruptReport);
    reports.marked(line, text);
  }

  return {
    words: [...triggers, ...reportWords, ...starts.words, ...resets.words, ...addresses?.words ?? []],
    attention: () => resets.watches() || open.length > 0 || doubtful !== undefined || prefixed < prefixedLines && lines < prefixWindow ? 'lines' : 'none',
    line(line, holdsWord) {
      // Later lines are not all seen: what is counted must not hang on which.
      if (lines < prefixWindow) {
        lines += 1;
        if (line.kernel) prefixed += 1;
      }
      if (holdsWord) starts.line(line);
      if (holdsWord || resets.watches()) keep(resets.line(line, holdsWord));
      const header = holdsWord && isTriggered(line.text);
      if (header || open.length > 0 || doubtful !== undefined) read(line, header, holdsWord);
      addresses?.line(line, open.length > 0 || doubtful !== undefined, holdsWord);
      return [];
    },
    end() {
      close(() => true);
      closeDoubtful();
      keep(resets.end());
      bare.forEach(nameReport);
      return kept.all();
    },
    panicked: () => panicked,
    placeOf: (line) => places.get(line),
    crashed: () => crashed,
  };
}
