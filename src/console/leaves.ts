// Which results of a tree count: its leaves, as the kernel's kunit tool counts them; and what they make of their parents.
import type { Tally, TestResult, TestStatus } from '../model/console.ts';

/** The results that speak for themselves: those without children, and parents that failed though none of their children did. */
export function leavesOf(results: readonly TestResult[]): readonly TestResult[] {
  return results.flatMap((result) => (isLeaf(result) ? [result] : leavesOf(result.children.filter((child) => child.informative !== true))));
}

function isLeaf({ status, children, unlisted }: TestResult): boolean {
  if (status === 'fail' && !hasFailures(unlisted) && !children.some(isBad)) return true;
  return unlisted === undefined && children.every((child) => child.informative === true);
}

/** How many results are told: of the leaves those that neither were skipped nor never came, nor took the kernel with them. */
export function countRan({ results, unlisted }: { readonly results: readonly TestResult[]; readonly unlisted?: Tally | undefined }): number {
  const { pass = 0, fail = 0, xfail = 0 } = tallyOfAll(results, unlisted);
  return pass + fail + xfail;
}

/** The result failed or never came, and decides something. */
export const isBad = (result: TestResult): boolean => result.informative === undefined && (result.status === 'fail' || result.status === 'missing');

/** How many leaves of each status a result has, those that are not listed with them. One that crashed never came. */
export function tallyOf(result: TestResult): Tally {
  if (isLeaf(result)) return { [result.crashed === true ? 'missing' : result.status]: result.count ?? 1 };
  return tallyOfAll(result.children, result.unlisted);
}

/** The same for results that belong under one parent. */
export const tallyOfAll = (results: readonly TestResult[], unlisted?: Tally): Tally => addTallies(unlisted, ...results.filter((result) => result.informative !== true).map(tallyOf));

/** How many leaves of each status are listed. */
export const listedTally = (results: readonly TestResult[]): Tally => addTallies(...leavesOf(results).map(tallyOf));

/** What a finding says of leaves that are not listed, at any depth. */
export function omittedOf(results: readonly TestResult[], unlisted?: Tally): { readonly omitted?: Tally } {
  const omitted = unlistedIn(results, unlisted);
  return Object.keys(omitted).length === 0 ? {} : { omitted };
}

function unlistedIn(results: readonly TestResult[], unlisted: Tally | undefined): Tally {
  return addTallies(unlisted, ...results.filter((result) => result.informative !== true && !isLeaf(result)).map((result) => unlistedIn(result.children, result.unlisted)));
}

/** What several come to. */
export function addTallies(...tallies: readonly (Tally | undefined)[]): Tally {
  const sum: Partial<Record<TestStatus, number>> = {};
  for (const tally of tallies) if (tally !== undefined) addTally(sum, tally);
  return sum;
}

/** Counts in what another tally counts. */
export function addTally(sum: Partial<Record<TestStatus, number>>, tally: Tally): void {
  for (const status in tally) countIn(sum, status as TestStatus, tally[status as TestStatus] ?? 0);
}

/** Counts in so many of one status. Each has its line: with names that are known beforehand the engine is several times faster. */
export function countIn(sum: Partial<Record<TestStatus, number>>, status: TestStatus, count: number): void {
  switch (status) {
    case 'pass': sum.pass = (sum.pass ?? 0) + count; break;
    case 'fail': sum.fail = (sum.fail ?? 0) + count; break;
    case 'skip': sum.skip = (sum.skip ?? 0) + count; break;
    case 'xfail': sum.xfail = (sum.xfail ?? 0) + count; break;
    case 'missing': sum.missing = (sum.missing ?? 0) + count; break;
  }
}

const hasFailures = (tally: Tally | undefined): boolean => tally?.fail !== undefined || tally?.missing !== undefined;

/** A result's own word and what came below it: a failing child fails its parent. */
export function rollUp(result: TestResult): TestResult {
  if (result.status !== 'pass' && result.status !== 'skip' || result.children.length === 0 && result.unlisted === undefined) return result;
  const failed = result.children.filter(isBad);
  const count = Math.max(failed.length, (result.unlisted?.fail ?? 0) + (result.unlisted?.missing ?? 0));
  if (count === 0) return result;
  const names = failed.slice(0, 3).map((child) => child.name).join(', ');
  return { ...result, status: 'fail', detail: `said to be ok, but ${count} of its results ${count === 1 ? 'is' : 'are'} not${names === '' ? '' : `: ${names}`}` };
}
