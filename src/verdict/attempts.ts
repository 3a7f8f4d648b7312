// Several tries of a cell → the verdict that counts.
import type { Known } from '../model/known.ts';
import type { Verdict } from '../model/verdict.ts';

interface Tried {
  readonly verdict: Verdict;
  /** Why the verdict does not count. */
  readonly known?: Known;
}

/** The last attempt's verdict counts; a pass after anything that was neither pass nor skip is flaky. */
export function conclude(attempts: readonly [Tried, ...Tried[]]): { readonly verdict: Verdict; readonly known?: Known; readonly flaky: boolean } {
  const { verdict, known } = attempts[attempts.length - 1] ?? attempts[0];
  const earlier = attempts.slice(0, -1).map((attempt) => attempt.verdict.kind);
  return { verdict, ...(known === undefined ? {} : { known }), flaky: verdict.kind === 'pass' && earlier.some((kind) => kind !== 'pass' && kind !== 'skip') };
}

/** Another attempt may change it: a skip will not, and neither will a second look at a pass or at a failure that is known. */
export function worthRetrying({ verdict, known }: Tried): boolean {
  return known === undefined && verdict.kind !== 'pass' && verdict.kind !== 'skip';
}
