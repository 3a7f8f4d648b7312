// A suite of tests that tells its results in lines of its own, and what a reader of such lines must be.
import type { Protocol } from '../../model/protocol.ts';
import type { Budget, Kept } from '../budget.ts';

/** Reads what one console says of a suite. Never throws; memory is bounded by the budget. */
export interface SuiteReader {
  /** Takes one line as user space printed it. `repaired`: the kernel had printed into it. */
  take(text: string, line: number, repaired: boolean): void;
  /** All that began has ended. */
  complete(): boolean;
  /** The last test that began or reported. */
  lastTest(): string | undefined;
  finish(): SuiteResults;
}

export interface SuiteResults {
  readonly kept: Kept;
  /** What is wrong with what was told; none of it is a pass. */
  readonly problems: readonly string[];
}

export interface Suite {
  readonly protocol: Protocol;
  /** Matches in the first line that tells a result, on any console. */
  readonly begins: RegExp;
  /** Such a line holds one of them. */
  readonly words: readonly string[];
  /** So does every line that says anything to a reader; undefined where a reader needs them all. */
  readonly readerWords: readonly string[] | undefined;
  /** The line, without blanks before it, is one of the suite's. */
  recognises(text: string): boolean;
  /** `onFailure` is told the line of each result that failed. */
  open(budget: Budget, onFailure: (line: number) => void): SuiteReader;
}

const problemLimit = 20;

/** Collects problems: each once, and not too many. */
export function createProblems(): { add(problem: string): void; all(): readonly string[] } {
  const problems: string[] = [];
  return {
    add(problem) {
      if (problems.length < problemLimit && !problems.includes(problem)) problems.push(problem);
    },
    all: () => problems,
  };
}
