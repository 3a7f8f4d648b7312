// Several rounds of a cell → what they say together, and how much of each is kept. Pure.
// A failure of the guest weighs more than one of ours, ours more than one that is known, and that more than any pass.
import { median } from '../model/median.ts';
import type { Attempt, RoundPlan, Rounds } from '../model/report.ts';

type Outcome = 'failed' | 'error' | 'known' | 'passed' | 'skipped';

/** What decides first. */
const weights: readonly Outcome[] = ['failed', 'error', 'known', 'passed', 'skipped'];

/** Of failures of one kind, so many rounds keep what they left; of passes the first and the last one do. */
export const keptFailures = 20;

type Tried = Pick<Attempt, 'verdict' | 'known'>;

export function outcomeOf({ verdict, known }: Tried): Outcome {
  if (known !== undefined) return 'known';
  if (verdict.kind === 'pass') return 'passed';
  if (verdict.kind === 'skip') return 'skipped';
  return verdict.kind === 'error' ? 'error' : 'failed';
}

/** The round that speaks for the cell: the first of those that weigh most, of passes and skips the last. */
export function decisiveRound<T extends Tried>(rounds: readonly [T, ...T[]]): T {
  const outcomes = rounds.map(outcomeOf);
  const heaviest = weights.find((outcome) => outcomes.includes(outcome));
  const index = heaviest === 'passed' || heaviest === 'skipped' ? outcomes.lastIndexOf(heaviest) : outcomes.findIndex((outcome) => outcome === heaviest);
  return rounds[index] ?? rounds[0];
}

/** The facts of a cell's rounds; undefined where none ran. A skip says nothing, so it is no round that ran. */
export function roundsOf(attempts: readonly Attempt[], plan: RoundPlan): Rounds | undefined {
  const ran = attempts.filter((attempt) => outcomeOf(attempt) !== 'skipped');
  const count = (outcome: Outcome): number => ran.filter((attempt) => outcomeOf(attempt) === outcome).length;
  const durations = ran.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const [min] = durations;
  const max = durations.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const failed = count('failed');
  const errors = count('error');
  const first = ran.find((attempt) => outcomeOf(attempt) === (failed > 0 ? 'failed' : 'error'));
  return {
    ...(plan.planned === undefined ? {} : { planned: plan.planned }),
    ran: ran.length,
    passed: count('passed'),
    failed,
    errors,
    known: count('known'),
    ...(first === undefined ? {} : { firstFailed: first.number }),
    durationMs: { min, median: median(durations), max },
  };
}

/**
 * The same rounds with only the verdict left of those whose evidence is not kept; the others stay the same objects.
 * What was trimmed stays so when further rounds are added.
 */
export function trimRounds(attempts: readonly Attempt[]): readonly Attempt[] {
  const outcomes = attempts.map(outcomeOf);
  const last: readonly number[] = [outcomes.lastIndexOf('passed'), outcomes.lastIndexOf('skipped')];
  const seen = new Map<Outcome, number>();
  return attempts.map((attempt, index) => {
    const outcome = outcomeOf(attempt);
    const before = seen.get(outcome) ?? 0;
    seen.set(outcome, before + 1);
    const isKept = before < (outcome === 'passed' || outcome === 'skipped' ? 1 : keptFailures) || last.includes(index);
    return isKept || attempt.trimmed === true ? attempt : trim(attempt);
  });
}

function trim({ number, verdict, known, crashes, durationMs, prepareMs, phases, startedAt, accel, usage }: Attempt): Attempt {
  return {
    number,
    verdict,
    ...(known === undefined ? {} : { known }),
    results: [],
    ...(crashes === undefined ? {} : { crashes }),
    durationMs,
    prepareMs,
    ...(phases === undefined ? {} : { phases }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(accel === undefined ? {} : { accel }),
    ...(usage === undefined ? {} : { usage }),
    excerpt: [],
    trimmed: true,
  };
}
