// One nesting level of a KTAP document: its plan, its results, the numbers that came and those that did not.
import type { Tally, TestResult, TestStatus } from '../../model/console.ts';
import { childrenOf, keepResult, noneKept } from '../budget.ts';
import type { Budget, Kept } from '../budget.ts';
import { ownText } from '../clean.ts';
import { rollUp, tallyOfAll } from '../leaves.ts';
import type { KtapLine } from './syntax.ts';
import { disagreement } from './totals.ts';
import type { Totals } from './totals.ts';
import type { Level } from './types.ts';

const aheadLimit = 10_000;
const missingLimit = 50;
const commentLimit = 6;

export function openLevel(indent: number, line: number, announced: boolean, outermost = false): Level {
  return {
    indent, line, announced, outermost, name: undefined, planned: undefined, skipReason: undefined, kept: noneKept(), told: { pass: 0, fail: 0, skip: 0, xfail: 0, missing: 0 }, count: 0, empty: 0, base: 1, next: 1, ahead: new Set(),
    children: noneKept(), unreported: 0, bareChildren: true, current: undefined, comments: [], crashed: false, totals: undefined, leafTotals: undefined, inner: undefined, lastName: undefined, lastResultAt: 0,
  };
}

export function keepComment(level: Level, text: string): void {
  if (level.comments.length === commentLimit) level.comments.shift();
  level.comments.push(text.slice(0, 200));
}

/** Adds a result with its children; tells what is wrong with its number. */
export function addResult(level: Level, line: Extract<KtapLine, { kind: 'result' }>, at: number, budget: Budget, repaired: boolean): string | undefined {
  const failing = line.status === 'fail';
  // One that there is no room for is only counted: it needs no text of its own.
  const own = budget.left > 0 || failing || level.children.count > 0 ? ownText : (text: string) => text;
  const detail = line.detail ?? (failing && level.comments.length > 0 ? level.comments.join('\n') : undefined);
  const name = own(line.name === '' ? (level.current ?? `test ${line.number ?? level.count + 1}`) : line.name);
  const { results: children, unlisted } = takeChildren(level);
  const crashed = failing && level.crashed;
  const result = rollUp(makeResult(name, line.status, at, children, unlisted, detail === undefined ? undefined : own(detail, 1000), repaired, crashed));
  if (level.comments.length > 0) level.comments = [];
  level.count += 1;
  level.current = undefined;
  level.crashed = false;
  level.lastName = name;
  level.told[result.status] += 1;
  keepResult(budget, level.kept, result);
  const problem = takeNumber(level, line.number ?? level.next);
  level.unreported = 0;
  return problem;
}

// Most results have nothing but these parts: they are made without a detour.
function makeResult(name: string, status: TestStatus, line: number, children: readonly TestResult[], unlisted: Tally | undefined, detail: string | undefined, repaired: boolean, crashed: boolean): TestResult {
  if (unlisted === undefined && !repaired && !crashed) return detail === undefined ? { name, status, line, children } : { name, status, line, children, detail };
  return { name, status, line, children, ...(unlisted === undefined ? undefined : { unlisted }), ...(detail === undefined ? undefined : { detail }), ...(repaired ? { repaired } : undefined), ...(crashed ? { crashed } : undefined) };
}

/** They have found their parent. */
function takeChildren(level: Level): Kept {
  const { children } = level;
  level.children = noneKept();
  return children;
}

function takeNumber(level: Level, number: number): string | undefined {
  // Without a plan a document may start at any number (KUnit of 5.x went on counting from module to module), less the results that
  // named levels in front of it still want …
  if (level.planned === undefined && level.count === 1 && (level.outermost || !level.announced)) level.base = level.next = Math.max(1, number - Math.max(0, level.unreported - 1));
  // … unless a lower one comes later.
  if (number < level.base) countFromOne(level);
  if (number < level.next || level.ahead.has(number)) return `result ${number} came twice`;
  if (number > level.next) {
    if (level.ahead.size >= aheadLimit) return 'too many results are out of order';
    level.ahead.add(number);
    return undefined;
  }
  level.next += 1;
  while (level.ahead.delete(level.next)) level.next += 1;
  return undefined;
}

/** A plan has come, or a number below the first: everything from 1 on is now expected. */
export function countFromOne(level: Level): void {
  if (level.base === 1) return;
  for (let number = level.base; number < level.next && level.ahead.size < aheadLimit; number += 1) level.ahead.add(number);
  level.base = level.next = 1;
}

const isEmptyHanded = ({ count }: Kept): boolean => count === 0;

/** Everything the level announced has come. */
export function isComplete(level: Level): boolean {
  return level.planned !== undefined && level.ahead.size === 0 && level.next === level.planned + 1 && isEmptyHanded(level.children);
}

/** It was announced, and came to its end without a word. */
export const isEmpty = (level: Level): boolean => level.announced && level.count === 0 && isEmptyHanded(level.children) && (level.planned ?? 0) === 0 && level.skipReason === undefined;

/** Ends a level: results that were announced and never came are added as missing. */
export function closeLevel(level: Level, budget: Budget): { kept: Kept; problems: readonly string[]; contradiction?: string } {
  const { kept, children } = level;
  // Results indented deeper than the version line and plan they belong to, with neither of their own: seen in the wild.
  if (level.count === 0 && level.announced && level.bareChildren && level.planned === children.count && children.count > 0) {
    return { kept: children, problems: [] };
  }
  const problems: string[] = [];
  const contradiction = contradictionOf(level);
  if (contradiction !== undefined) problems.push(contradiction);
  const highest = level.ahead.size === 0 ? level.next - 1 : Math.max(...level.ahead);
  if (level.planned !== undefined && highest > level.planned) problems.push(`result ${highest} is not in the plan 1..${level.planned}`);
  addMissing(level, level.planned ?? highest, budget);
  if (!isEmptyHanded(level.children)) {
    // Results whose parent never reported: the parent is what is missing, unless the plan asks for no more.
    const finished = level.planned !== undefined && level.next > level.planned;
    const line = level.children.results[0]?.line ?? level.line;
    const parent: TestResult = { name: level.current ?? `test ${level.count + 1}`, status: finished ? 'pass' : 'missing', line, ...childrenOf(takeChildren(level)) };
    keepResult(budget, kept, rollUp(parent));
  }
  if (level.planned === 0 && level.skipReason !== undefined && level.count === 0) {
    keepResult(budget, kept, { name: level.name ?? 'all tests', status: 'skip', line: level.line, children: [], ...(level.skipReason === '' ? undefined : { detail: ownText(level.skipReason) }) });
  }
  return { kept, problems, ...(contradiction === undefined ? {} : { contradiction }) };
}

function contradictionOf({ totals, leafTotals, told, kept }: Level): string | undefined {
  const innermost = (said: Totals): string | undefined => disagreement(said, tallyOfAll(kept.results, kept.unlisted));
  const whole = totals === undefined ? undefined : totals.kunit ? disagreement(totals, told) : innermost(totals);
  return whole ?? (leafTotals === undefined ? undefined : innermost(leafTotals));
}

function addMissing(level: Level, last: number, budget: Budget): void {
  let listed = 0;
  let number = level.next;
  for (; number <= last && listed < missingLimit; number += 1) {
    if (level.ahead.has(number)) continue;
    const name = listed === 0 && level.current !== undefined ? level.current : `test ${number}`;
    keepResult(budget, level.kept, { name, status: 'missing', detail: 'announced, but its result never came', line: level.line, ...childrenOf(takeChildren(level)) });
    listed += 1;
  }
  const rest = last - number + 1;
  if (rest === 0) return;
  keepResult(budget, level.kept, { name: `${rest} more`, status: 'missing', detail: 'announced, but their results never came', line: level.line, children: [], count: rest });
}
