// Which results of a tree count: its leaves, as the kernel's kunit tool counts them; and what they make of their parents.
import type { TestResult } from '../model/console.ts';

/** The results that speak for themselves: those without children, and parents that failed though none of their children did. */
export function leavesOf(results: readonly TestResult[]): readonly TestResult[] {
  return results.flatMap((result) => {
    const children = result.children.filter((child) => child.informative !== true);
    const alone = children.length === 0 || result.status === 'fail' && children.every((child) => child.status !== 'fail' && child.status !== 'missing');
    return alone ? [result] : leavesOf(children);
  });
}

/** How many results are told: of the leaves those that neither were skipped nor never came, nor took the kernel with them. */
export function countRan(results: readonly TestResult[]): number {
  return leavesOf(results).filter(({ status, crashed }) => crashed !== true && (status === 'pass' || status === 'fail' || status === 'xfail')).length;
}

/** The result failed or never came, and decides something. */
export const isBad = (result: TestResult): boolean => result.informative === undefined && (result.status === 'fail' || result.status === 'missing');

/** A result's own word and what came below it: a failing child fails its parent. */
export function rollUp(result: TestResult): TestResult {
  if (result.status !== 'pass' && result.status !== 'skip') return result;
  const failed = result.children.filter(isBad);
  if (failed.length === 0) return result;
  const names = failed.slice(0, 3).map((child) => child.name).join(', ');
  return { ...result, status: 'fail', detail: `said to be ok, but ${failed.length} of its results ${failed.length === 1 ? 'is' : 'are'} not: ${names}` };
}
