// Finds kernel failures by the tables of crashes/, gathers each report's lines and names it when it is over.
// Lines that go on with an open report (the Oops after `Unable to handle`, the panic after an Oops) open no other.
import type { Crash, Finding, Line } from '../../model/console.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { bareAddresses } from '../addresses/bare.ts';
import type { ConsoleDetector } from '../detector.ts';
import { interrupts } from '../crashes/damage.ts';
import { crashFamilies } from '../crashes/index.ts';
import { findRules } from '../crashes/name.ts';
import { concludingPanic, isPanic } from '../crashes/panic.ts';
import { belongs, closeReport, extendReport, hasStack, interruptReport, isOver, openReport } from '../crashes/report.ts';
import type { Report } from '../crashes/report.ts';
import { createResetFinder } from '../crashes/reset.ts';
import { createStartFinder } from '../crashes/start.ts';
import { groupSources } from '../gate.ts';

/** Reports of several CPUs or tasks may be printed at once. */
const openLimit = 8;
/** A kernel that goes on failing has said enough. */
const crashLimit = 100;
/** After so many lines with a printk prefix, what has none is not the kernel's. */
const prefixedLines = 3;
/** Lines in which the prefix is looked for. */
const prefixWindow = 200;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const all = [...new Set(crashFamilies.map((family) => family.trigger))];
// A trigger that holds another one adds nothing.
const triggers = all.filter((one) => !all.some((other) => other !== one && one.includes(other))).map(escape);
const triggering = groupSources(triggers).map((source) => new RegExp(source));
const isTriggered = (text: string): boolean => triggering.some((expression) => expression.test(text));

export interface CrashDetector extends ConsoleDetector {
  panicked(): boolean;
  /** A report has begun, finished or not. */
  crashed(): boolean;
}

/** `addresses` names those that reports hold instead of functions. */
export function createCrashDetector(onReport: (line: number) => void, addresses?: Addresses): CrashDetector {
  let open: readonly Report[] = [];
  /** Begun by a line without a prefix, where the kernel has one: a program may have printed it. Its stack will tell. */
  let doubtful: Report | undefined;
  /** Named, but a panic may yet say that it comes from them. */
  let waiting: readonly Crash[] = [];
  /** Closed ones with bare addresses: where the kernel lies it says last of all. */
  const bare: Report[] = [];
  const starts = createStartFinder();
  const resets = createResetFinder();
  let count = 0;
  let panicked = false;
  let prefixed = 0;
  let lines = 0;

  function keep(crash: Crash | undefined): void {
    if (crash !== undefined) waiting = [...waiting, crash].sort((a, b) => a.line - b.line);
  }

  function keepReport(report: Report): void {
    keep(closeReport(report));
    if (addresses !== undefined && report.lines.some((line) => bareAddresses(line).length > 0)) bare.push(report);
  }

  function nameReport(report: Report): void {
    const crash = closeReport(report, nameLine(report));
    const before = waiting.find(({ line }) => line === report.header.number);
    waiting = waiting.filter((one) => one !== before);
    keep(crash === undefined ? before : { ...crash, panicked: before?.panicked ?? crash.panicked });
  }

  const nameLine = ({ header }: Report) => (text: string): string => addresses?.name(text, header.number) ?? text;

  function close(over: (report: Report) => boolean): void {
    const closed = open.filter(over);
    open = open.filter((report) => !over(report));
    closed.forEach(keepReport);
  }

  function closeDoubtful(): void {
    if (doubtful !== undefined && hasStack(doubtful, nameLine(doubtful)) && count < crashLimit) {
      count += 1;
      panicked ||= doubtful.panicked;
      keepReport(doubtful);
    }
    doubtful = undefined;
  }

  /** Whether the line begins a report of its own. */
  function begins(line: Line, among: readonly Report[]): boolean {
    const rule = findRules(line.text)[0]?.rule;
    if (rule === undefined) return false;
    const concluding = concludingPanic.test(line.text) && waiting.length > 0;
    if (isPanic(line.text)) return among.length === 0 && !concluding;
    return rule.follows !== true || !among.some((report) => belongs(report, line));
  }

  function begin(line: Line): void {
    open.forEach(interruptReport);
    if (count >= crashLimit) return;
    count += 1;
    if (open.length >= openLimit) close((report) => report === open[0]);
    onReport(line.number);
    open = [...open, openReport(line, starts.before(line))];
  }

  function beginDoubtful(line: Line): void {
    closeDoubtful();
    onReport(line.number);
    doubtful = openReport(line, starts.before(line));
  }

  function panics(text: string): void {
    panicked = true;
    if (concludingPanic.test(text) && waiting.some((crash) => !crash.panicked)) waiting = waiting.map((crash) => ({ ...crash, panicked: true }));
  }

  function read(line: Line): void {
    const header = isTriggered(line.text) && (count < crashLimit || isPanic(line.text));
    const sure = line.kernel || prefixed < prefixedLines;
    const isNew = header && begins(line, sure ? open : doubtful === undefined ? [] : [doubtful]);
    for (const report of open) {
      if (interrupts(line.text)) interruptReport(report);
      extendReport(report, line);
    }
    if (doubtful !== undefined) extendReport(doubtful, line);
    if (header && sure && isPanic(line.text)) panics(line.text);
    if (isNew) (sure ? begin : beginDoubtful)(line);
    if (open.some(isOver)) close(isOver);
    if (doubtful !== undefined && isOver(doubtful)) closeDoubtful();
  }

  return {
    gate: [...triggers, ...starts.gate, ...resets.gate, ...addresses?.gate ?? []],
    attention: () => resets.watches() || open.length > 0 || doubtful !== undefined || prefixed < prefixedLines && lines < prefixWindow ? 'lines' : 'none',
    line(line) {
      // Later lines are not all seen: what is counted must not hang on which.
      if (lines < prefixWindow) {
        lines += 1;
        if (line.kernel) prefixed += 1;
      }
      starts.line(line);
      keep(resets.line(line));
      if (open.length > 0 || doubtful !== undefined || isTriggered(line.text)) read(line);
      addresses?.line(line, open.length > 0 || doubtful !== undefined);
      return [];
    },
    end() {
      close(() => true);
      closeDoubtful();
      keep(resets.end());
      bare.forEach(nameReport);
      const findings: readonly Finding[] = waiting;
      waiting = [];
      return findings;
    },
    panicked: () => panicked,
    crashed: () => count > 0,
  };
}
