// Names a report by the first rule that fits its first line and finds in the others what it needs.
import { isDamagedTitle, lacksStacks } from './damage.ts';
import { findFunction } from './function.ts';
import { crashFamilies } from './index.ts';
import type { ReportLine } from './report-line.ts';
import type { CrashRule } from './rule.ts';
import { fillTitle, stableTitle } from './title.ts';
import { crashType } from './type.ts';
import type { CrashType } from './type.ts';

export interface Name {
  readonly title: string;
  readonly type: CrashType;
  /** The function the title names. */
  readonly function?: string;
  readonly damaged: boolean;
}

/** No header of the kernel is longer; what expressions with several words cost has its limit in it. */
export const lengthLimit = 400;

/** A rule that fits a line, and where in the line its trigger stands. */
interface Fit {
  readonly rule: CrashRule;
  readonly match: RegExpExecArray;
  readonly at: number;
}

/** What is found for the first rule for which anything is, among those for a line that begins a report, or goes on with one. */
function findRule<T>(line: string, find: (fit: Fit) => T | undefined): T | undefined {
  const text = line.slice(0, lengthLimit);
  for (const { trigger, not, rules } of crashFamilies) {
    const at = text.indexOf(trigger);
    if (at === -1 || not?.test(text) === true) continue;
    for (const rule of rules) {
      const match = rule.header.exec(text);
      const found = match === null ? undefined : find({ rule, match, at });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The first rule for a line; undefined where it neither begins a report nor goes on with one. */
export const firstRule = (line: string): CrashRule | undefined => findRule(line, ({ rule }) => rule);

/**
 * `own` are the lines that are certainly this report's, its header first; `all` also those after another report had begun
 * in between. Undefined where the header alone is no report.
 */
export function nameReport(own: readonly ReportLine[], all: readonly ReportLine[]): Name | undefined {
  const header = own[0]?.text ?? '';
  let first: Fit | undefined;
  const found = findRule(header, (fit) => {
    first ??= fit;
    return nameBy(fit, own, all);
  });
  if (found !== undefined || first === undefined || first.rule.vague === true) return found;
  // What should have followed was lost: the line itself is the best title there is.
  const title = stableTitle(header.slice(first.at));
  return { title, type: crashType(title), damaged: true };
}

function nameBy({ rule, match }: Fit, own: readonly ReportLine[], all: readonly ReportLine[]): Name | undefined {
  const needed = rule.needs === undefined ? undefined : findInOrder(own, rule.needs);
  if (needed === null) return undefined;
  const { name, disturbed } = rule.named === true ? { name: needed?.[1], disturbed: false } : findFunction(own, rule);
  const title = fillTitle(rule.title, match, needed, name ?? 'corrupted');
  return {
    title, type: crashType(title),
    ...(name === undefined ? undefined : { function: name }),
    damaged: rule.corrupted === true || disturbed || rule.paths !== undefined && name === undefined || lacksOrigin(own, rule) || isDamagedTitle(title) || rule.stackless !== true && lacksStacks(all),
  };
}

const lacksOrigin = (lines: readonly ReportLine[], { origin, skip }: CrashRule): boolean =>
  origin !== undefined && findFunction(lines, { paths: [origin], ...(skip === undefined ? undefined : { skip }) }).name === undefined;

/** The match of the last of some lines that come in this order after the header; null where one is missing. */
function findInOrder(lines: readonly ReportLine[], patterns: readonly RegExp[]): RegExpExecArray | null {
  let at = 0;
  let match: RegExpExecArray | null = null;
  for (const pattern of patterns) {
    for (match = null, at += 1; at < lines.length; at += 1) {
      match = pattern.exec(lines[at]?.text ?? '');
      if (match !== null) break;
    }
    if (match === null) return null;
  }
  return match;
}
