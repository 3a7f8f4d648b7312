// The attempts of a cell → its result: by the last one where it was retried, by all of them where it went in rounds. Pure.
import type { PlannedCell } from '../model/events.ts';
import type { Known } from '../model/known-text.ts';
import type { Attempt, CachedFrom, CellResult, RoundPlan } from '../model/report.ts';
import type { Verdict } from '../model/verdict.ts';
import { decisiveRound, roundsOf, trimRounds } from './rounds.ts';

/** `plan` is that of a run that goes in rounds. */
export function cellResultOf(cell: PlannedCell, attempts: readonly [Attempt, ...Attempt[]], plan: RoundPlan | undefined): CellResult {
  const { id, case: name, summary, labels, kernel, arch, medium, repeat, source } = cell;
  const rounds = plan && roundsOf(attempts, plan);
  const { verdict, known, cached, flaky } = plan === undefined ? conclude(attempts) : { ...decisiveRound(attempts), flaky: false };
  const [first, ...rest] = plan === undefined ? attempts : trimRounds(attempts);
  return {
    id,
    case: name,
    summary,
    labels,
    kernel,
    arch,
    ...(medium === undefined ? {} : { medium }),
    attempts: [first ?? attempts[0], ...rest],
    verdict,
    ...(known === undefined ? {} : { known }),
    ...(cached === undefined ? {} : { cached }),
    flaky,
    ...(rounds === undefined ? {} : { rounds }),
    durationMs: attempts.reduce((sum, { durationMs }) => sum + durationMs, 0),
    repeat,
    ...(source === undefined ? {} : { source }),
  };
}

interface Tried {
  readonly verdict: Verdict;
  /** Why the verdict does not count. */
  readonly known?: Known;
  /** Where it is from. */
  readonly cached?: CachedFrom;
}

/** The last attempt's verdict counts; a pass after anything that was neither pass nor skip is flaky. */
export function conclude(attempts: readonly [Tried, ...Tried[]]): Tried & { readonly flaky: boolean } {
  const { verdict, known, cached } = attempts[attempts.length - 1] ?? attempts[0];
  const earlier = attempts.slice(0, -1).map((attempt) => attempt.verdict.kind);
  return { verdict, ...(known === undefined ? {} : { known }), ...(cached === undefined ? {} : { cached }), flaky: verdict.kind === 'pass' && earlier.some((kind) => kind !== 'pass' && kind !== 'skip') };
}
