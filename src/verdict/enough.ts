// Whether the guest gave as many results as a case expects: a suite that shrinks, or skips what it should do, is seen.
import type { Expect } from '../model/case.ts';
import type { Reason } from './reason.ts';

/** @param ran results that were neither skipped nor announced in vain */
export function tooManyResults({ results }: Expect, ran: number): readonly Reason[] {
  return ran <= (results?.max ?? Infinity) ? [] : [{ reason: `${counted(ran)}, at most ${results?.max ?? 0} expected` }];
}

export function tooFewResults({ results }: Expect, ran: number): readonly Reason[] {
  return ran >= (results?.min ?? 0) ? [] : [{ reason: `missing evidence: ${counted(ran)}, at least ${results?.min ?? 0} expected` }];
}

const counted = (ran: number): string => `${ran} ${ran === 1 ? 'result' : 'results'} that ${ran === 1 ? 'was' : 'were'} not skipped`;
