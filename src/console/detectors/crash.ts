// Finds kernel failures by the tables of crashes/, gathers each report's lines and names it when it is over.
// Lines that go on with an open report (the Oops after `Unable to handle`, the panic after an Oops) open no other.
import type { Finding, Line } from '../../model/console.ts';
import type { ConsoleDetector } from '../detector.ts';
import { crashFamilies } from '../crashes/index.ts';
import { belongs, closeReport, extendReport, findRules, hasStack, isOver, openReport } from '../crashes/report.ts';
import type { Report } from '../crashes/report.ts';

/** Reports of several CPUs or tasks may be printed at once. */
const openLimit = 4;
/** A kernel that goes on failing has said enough. */
const crashLimit = 100;
/** After so many lines with a printk prefix, what has none is not the kernel's. */
const prefixedLines = 3;
/** Lines in which the prefix is looked for. */
const prefixWindow = 200;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const all = [...new Set(crashFamilies.map((family) => family.trigger))];
// A trigger that holds another one adds nothing.
const triggers = all.filter((one) => !all.some((other) => other !== one && one.includes(other))).map(escape).join('|');
const triggered = new RegExp(triggers);

export interface CrashDetector extends ConsoleDetector {
  panicked(): boolean;
  /** A report has begun, finished or not. */
  crashed(): boolean;
}

export function createCrashDetector(onReport: (line: number) => void): CrashDetector {
  let open: readonly Report[] = [];
  let count = 0;
  let panicked = false;
  let prefixed = 0;
  let lines = 0;

  const isPanic = (line: Line): boolean => line.text.includes('Kernel panic - not syncing');

  /** Whether the line begins a report of its own; `owner` is the open one it would otherwise belong to. */
  function begins(line: Line, owner: Report | undefined): boolean {
    if (!triggered.test(line.text) || !line.kernel && prefixed >= prefixedLines) return false;
    const rule = findRules(line.text)[0];
    if (rule === undefined) return false;
    if (isPanic(line)) {
      panicked = true;
      return open.length === 0;
    }
    if (owner === undefined) return true;
    // The kernel failed while it began to report: what follows still tells where it was.
    const begun = rule.where !== undefined && owner.lines.length < 20 && !hasStack(owner);
    return rule.follows !== true && !begun;
  }

  function close(over: (report: Report) => boolean, findings: Finding[]): void {
    for (const report of open.filter(over)) {
      const crash = closeReport(report);
      if (crash !== undefined) findings.push(crash);
    }
    open = open.filter((report) => !over(report));
  }

  return {
    gate: triggers,
    attention: () => open.length > 0 || prefixed < prefixedLines && lines < prefixWindow ? 'lines' : 'none',
    line(line) {
      // Later lines are not all seen: what is counted must not hang on which.
      if (lines < prefixWindow) {
        lines += 1;
        if (line.kernel) prefixed += 1;
      }
      if (open.length === 0 && !triggered.test(line.text)) return [];
      const findings: Finding[] = [];
      const owner = open.find((report) => belongs(report, line));
      if (begins(line, owner)) {
        if (owner !== undefined) close((report) => report === owner, findings);
        if (open.length < openLimit && count < crashLimit) {
          count += 1;
          onReport(line.number);
          open = [...open, openReport(line)];
        }
        return findings;
      }
      if (open.length === 0) return findings;
      open.forEach((report) => { extendReport(report, line); });
      if (open.some(isOver)) close(isOver, findings);
      return findings;
    },
    end() {
      const findings: Finding[] = [];
      close(() => true, findings);
      return findings;
    },
    panicked: () => panicked,
    crashed: () => count > 0,
  };
}
