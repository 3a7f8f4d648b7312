// One crash report as it is printed: which lines belong to it, when it is over, and what it is called.
import type { Crash, Line } from '../../model/console.ts';
import { findFunction } from './function.ts';
import { crashFamilies } from './index.ts';
import type { CrashRule } from './rule.ts';
import { fillTitle } from './title.ts';

const lineLimit = 800;
const lengthLimit = 400;
/** Lines after the end of a report in which a panic still belongs to it. */
const tailLines = 60;
/** Lines without anything of the report after which it is over. */
const quietLines = 200;

export interface Report {
  readonly header: Line;
  readonly lines: string[];
  endLine: number;
  panicked: boolean;
  /** `---[ end trace` was seen so many lines ago. */
  sinceEnd: number | undefined;
  quiet: number;
  /** All CPUs print their stacks: what other CPUs print belongs to it. */
  allCpus: boolean;
}

export function openReport(header: Line): Report {
  return { header, lines: [header.text.slice(0, lengthLimit)], endLine: header.number, panicked: header.text.includes('Kernel panic - not syncing'), sinceEnd: undefined, quiet: 0, allCpus: false };
}

/** A rule for a line that begins a report, or goes on with one. */
export function findRules(text: string): readonly CrashRule[] {
  const rules: CrashRule[] = [];
  for (const family of crashFamilies) {
    if (!text.includes(family.trigger) || family.not?.test(text) === true) continue;
    for (const rule of family.rules) if (rule.header.test(text)) rules.push(rule);
  }
  return rules;
}

/** Whether the line comes from where the report comes from. */
export function belongs(report: Report, line: Line): boolean {
  const { header } = report;
  if (header.kernel !== line.kernel) return false;
  if (header.caller === undefined || line.caller === undefined || header.caller === line.caller) return true;
  return report.allCpus && line.caller.startsWith('C');
}

const endMark = /---\[ end (?:trace|Kernel panic)/;
// What reports are made of: indented lines, frames, registers, the lines that say where and what.
const reportLike = /^\s|\+0x[0-9a-f]+\/0x|^(?:[A-Z][A-Za-z0-9]{1,3}: |CPU: |Call |Hardware name|Modules linked|Code: |Workqueue: |---\[|={5}|-{5}|pstate|[ep]c ?:|lr : |sp : |x\d+ ?:|r\d+ ?:|PC is|LR is|RIP|Kernel panic|Backtrace|Stack|Read of|Write of|The buggy|Allocated|Freed|Memory state|which belongs|page:|Oops|Internal error|#PF|PGD|pgd|Mem abort|Data abort|Process |irq event|NMI |Sending|rcu:|stack backtrace|task:)/;

/** Adds a line that comes after the header. */
export function extendReport(report: Report, line: Line): void {
  if (report.sinceEnd !== undefined) report.sinceEnd += 1;
  report.quiet += 1;
  if (line.text.includes('Kernel panic - not syncing')) report.panicked = true;
  if (!belongs(report, line)) return;
  if (line.text.includes('Sending NMI') || line.text.includes('kthread starved')) report.allCpus = true;
  if (reportLike.test(line.text) && (report.sinceEnd === undefined || report.panicked)) {
    report.endLine = line.number;
    report.quiet = 0;
  }
  if (endMark.test(line.text)) report.sinceEnd ??= 0;
  if (report.lines.length < lineLimit) report.lines.push(line.text.slice(0, lengthLimit));
}

/** A call trace or register dump has come. */
export function hasStack(report: Report): boolean {
  return report.lines.some((line) => /Call [Tt]race:|Backtrace:|IP: |[Pp][Cc] (?:is at|: )/.test(line));
}

/** Nothing more can come that belongs to it. */
export function isOver(report: Report): boolean {
  return report.lines.length >= lineLimit || report.quiet > quietLines || !report.panicked && report.sinceEnd !== undefined && report.sinceEnd > tailLines;
}

/** Names a report; undefined where it lacks what would make it one. */
export function closeReport(report: Report): Crash | undefined {
  const { header, lines } = report;
  for (const rule of findRules(header.text)) {
    const match = rule.header.exec(header.text);
    if (match === null) continue;
    const detail = findDetail(rule, lines);
    if (rule.detail !== undefined && detail === undefined) continue;
    const wanted = rule.where !== undefined;
    const found = wanted ? findFunction(lines, { where: rule.where, choose: rule.choose ?? 'first', skip: rule.skip }) : undefined;
    const title = fillTitle(rule.title, match, detail, found ?? 'corrupted');
    return {
      kind: 'crash', title, type: typeof rule.type === 'string' ? rule.type : rule.type(title),
      line: header.number, endLine: report.endLine, panicked: report.panicked,
      ...(found === undefined ? undefined : { function: found }),
      ...(rule.corrupted === true || rule.follows === true || wanted && found === undefined ? { corrupted: true } : undefined),
    };
  }
  return undefined;
}

function findDetail(rule: CrashRule, lines: readonly string[]): RegExpExecArray | undefined {
  if (rule.detail === undefined) return undefined;
  for (const line of lines) {
    const match = rule.detail.exec(line);
    if (match !== null) return match;
  }
  return undefined;
}
