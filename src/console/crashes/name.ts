// Names a report by the first rule that fits its first line and finds in the others what it needs.
import { isDamagedTitle, lacksStacks } from './damage.ts';
import { findFunction } from './function.ts';
import { crashFamilies } from './index.ts';
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

/** A rule, and where in the line its trigger stands. */
interface Fit {
  readonly rule: CrashRule;
  readonly at: number;
}

/** Rules for a line that begins a report, or goes on with one; the first is tried first. */
export function findRules(line: string): readonly Fit[] {
  const text = line.slice(0, lengthLimit);
  const fits: Fit[] = [];
  for (const { trigger, not, rules } of crashFamilies) {
    const at = text.indexOf(trigger);
    if (at === -1 || not?.test(text) === true) continue;
    for (const rule of rules) if (rule.header.test(text)) fits.push({ rule, at });
  }
  return fits;
}

/**
 * `own` are the lines that are certainly this report's, its header first; `all` also those after another report had begun
 * in between. Undefined where the header alone is no report.
 */
export function nameReport(own: readonly string[], all: readonly string[]): Name | undefined {
  const [header = ''] = own;
  const fits = findRules(header);
  for (const { rule } of fits) {
    const match = rule.header.exec(header);
    const needed = rule.needs === undefined ? undefined : findInOrder(own, rule.needs);
    if (match === null || needed === null) continue;
    const { name, disturbed } = rule.named === true ? { name: needed?.[1], disturbed: false } : findFunction(own, rule);
    const title = fillTitle(rule.title, match, needed, name ?? 'corrupted');
    return {
      title, type: crashType(title),
      ...(name === undefined ? undefined : { function: name }),
      damaged: rule.corrupted === true || disturbed || rule.paths !== undefined && name === undefined || lacksOrigin(own, rule) || isDamagedTitle(title) || rule.stackless !== true && lacksStacks(all),
    };
  }
  const [first] = fits;
  if (first === undefined || first.rule.vague === true) return undefined;
  // What should have followed was lost: the line itself is the best title there is.
  const title = stableTitle(header.slice(first.at));
  return { title, type: crashType(title), damaged: true };
}

const lacksOrigin = (lines: readonly string[], { origin, skip }: CrashRule): boolean =>
  origin !== undefined && findFunction(lines, { paths: [origin], ...(skip === undefined ? undefined : { skip }) }).name === undefined;

/** The match of the last of some lines that come in this order after the header; null where one is missing. */
function findInOrder(lines: readonly string[], patterns: readonly RegExp[]): RegExpExecArray | null {
  let at = 0;
  let match: RegExpExecArray | null = null;
  for (const pattern of patterns) {
    for (match = null, at += 1; at < lines.length; at += 1) {
      match = pattern.exec(lines[at] ?? '');
      if (match !== null) break;
    }
    if (match === null) return null;
  }
  return match;
}
