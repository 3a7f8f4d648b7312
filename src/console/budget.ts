// How many results of a console are kept. What is beyond is counted by status, so that totals stay true.
import type { TestResult, TestStatus } from '../model/console.ts';
import { isBad, leavesOf } from './leaves.ts';

/** Shared by all documents of a console. */
export interface Budget {
  left: number;
  /** Kept beyond `left`, for failures only. */
  leftForFailures: number;
  omitted: Partial<Record<TestStatus, number>>;
}

export const createBudget = (): Budget => ({ left: 10_000, leftForFailures: 1_000, omitted: {} });

/** Takes room for one result; false, and the result is counted, where none is left. */
export function takeRoom(budget: Budget, result: TestResult): boolean {
  if (budget.left > 0) {
    budget.left -= 1;
    return true;
  }
  if (isBad(result) && budget.leftForFailures > 0) {
    budget.leftForFailures -= 1;
    return true;
  }
  for (const leaf of leavesOf([result])) countOmitted(budget, leaf.status, 1);
  return false;
}

export function countOmitted(budget: Budget, status: TestStatus, count: number): void {
  budget.omitted[status] = (budget.omitted[status] ?? 0) + count;
}

/** What was counted since the last time; undefined where nothing was. */
export function takeOmitted(budget: Budget): Budget['omitted'] | undefined {
  const { omitted } = budget;
  budget.omitted = {};
  return Object.keys(omitted).length === 0 ? undefined : omitted;
}
