// How many results of a console are kept. What is beyond is counted by status, so that totals stay true. Failures have room of
// their own, and a parent takes the place of its last good child, so that what is outermost is there longest.
import type { TestResult, TestStatus } from '../model/console.ts';
import { addTallies, addTally, countIn, isBad, tallyOf } from './leaves.ts';

/** Shared by all documents of a console. */
export interface Budget {
  left: number;
  /** Kept beyond `left`. */
  forFailures: number;
  /** For results that inform and do not decide, where a suite has many of them. */
  forTalk: number;
}

/** Results that belong under one parent. */
export interface Kept {
  readonly results: TestResult[];
  /** The others, by the leaves they have. */
  unlisted: Partial<Record<TestStatus, number>> | undefined;
  /** Both. */
  count: number;
}

export const createBudget = (): Budget => ({ left: 10_000, forFailures: 1_000, forTalk: 20_000 });

export const noneKept = (): Kept => ({ results: [], unlisted: undefined, count: 0 });

/** Keeps a result among its siblings, where there is room. */
export function keepResult(budget: Budget, into: Kept, result: TestResult): void {
  const kept = takeRoom(budget, result);
  into.count += 1;
  if (kept === undefined) count(into, result);
  else into.results.push(kept);
}

/** Takes results in that were kept already. */
export function moveResults(into: Kept, { results, unlisted, count }: Kept): void {
  for (const result of results) into.results.push(result);
  if (unlisted !== undefined) addTally(into.unlisted ??= {}, unlisted);
  into.count += count;
}

/** What a parent is made of. */
export const childrenOf = ({ results, unlisted }: Kept): Pick<TestResult, 'children' | 'unlisted'> => ({ children: results, ...(unlisted === undefined ? undefined : { unlisted }) });

/** Keeps as many results that only inform as there is room for. */
export function keepTalk(budget: Budget, talk: readonly TestResult[]): readonly TestResult[] {
  const kept = talk.slice(0, budget.forTalk);
  budget.forTalk -= kept.length;
  return kept;
}

function takeRoom(budget: Budget, result: TestResult): TestResult | undefined {
  if (budget.left > 0) {
    budget.left -= 1;
    return result;
  }
  if (isBad(result)) {
    if (budget.forFailures === 0) return undefined;
    budget.forFailures -= 1;
    return result;
  }
  const last = result.children.at(-1);
  if (last === undefined || last.informative === true || isBad(last)) return undefined;
  // Its own room goes to the parent, that of its children to whoever comes.
  budget.left += sizeOf(last) - 1;
  return { ...result, children: result.children.slice(0, -1), unlisted: addTallies(result.unlisted, tallyOf(last)) };
}

function count(into: Kept, result: TestResult): void {
  into.unlisted ??= {};
  if (result.children.length === 0 && result.unlisted === undefined) {
    countIn(into.unlisted, result.crashed === true ? 'missing' : result.status, result.count ?? 1);
    return;
  }
  const tally = tallyOf(result);
  addTally(into.unlisted, tally);
  // A parent that never came may have nothing but good results: it is counted itself then.
  if (isBad(result) && tally.fail === undefined && tally.missing === undefined) addTally(into.unlisted, { [result.status]: 1 });
}

const sizeOf = ({ children }: TestResult): number => children.reduce((sum, child) => sum + sizeOf(child), 1);
