// Several tries of a cell → the verdict that counts.
import type { Verdict } from '../model/verdict.ts';

/** The last attempt's verdict counts; a pass after anything that was neither pass nor skip is flaky. */
export function conclude(attempts: readonly [{ readonly verdict: Verdict }, ...{ readonly verdict: Verdict }[]]): { readonly verdict: Verdict; readonly flaky: boolean } {
  const { verdict } = attempts[attempts.length - 1] ?? attempts[0];
  const earlier = attempts.slice(0, -1).map((attempt) => attempt.verdict.kind);
  return { verdict, flaky: verdict.kind === 'pass' && earlier.some((kind) => kind !== 'pass' && kind !== 'skip') };
}

/** Another attempt may change it: a skip will not, and neither will a second look at a pass. */
export function worthRetrying(verdict: Verdict): boolean {
  return verdict.kind !== 'pass' && verdict.kind !== 'skip';
}
