// Whether a cell is tried again.
import type { Known } from '../model/known-text.ts';
import type { Verdict } from '../model/verdict.ts';

/** Another attempt may change it: a skip will not, and neither will a second look at a pass or at a failure that is known. */
export function worthRetrying({ verdict, known }: { readonly verdict: Verdict; /** Why the verdict does not count. */ readonly known?: Known }): boolean {
  return known === undefined && verdict.kind !== 'pass' && verdict.kind !== 'skip';
}
