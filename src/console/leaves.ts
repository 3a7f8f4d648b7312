// Which results of a tree count: its leaves, as the kernel's kunit tool counts them.
import type { TestResult } from '../model/console.ts';

/** The results that speak for themselves: those without children, and parents that failed though none of their children did. */
export function leavesOf(results: readonly TestResult[]): readonly TestResult[] {
  return results.flatMap((result) => {
    const children = result.children.filter((child) => child.informative !== true);
    const alone = children.length === 0 || result.status === 'fail' && children.every((child) => child.status !== 'fail' && child.status !== 'missing');
    return alone ? [result] : leavesOf(children);
  });
}
