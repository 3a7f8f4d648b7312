// `--repeat`, `--until-fail` and `--for`, and what does not go together with them.
import { UsageError } from '../model/errors.ts';
import type { RoundPlan } from '../model/report.ts';

export interface RoundOptions {
  readonly repeat?: number;
  readonly untilFail?: boolean;
  /** Milliseconds. */
  readonly for?: number;
  readonly retries?: number;
}

/**
 * Undefined where cells run once.
 * @throws UsageError `ROUNDS_WITH_RETRIES`, `FOR_WITHOUT_ROUNDS`.
 */
export function roundPlan({ repeat, untilFail, for: forMs, retries }: RoundOptions): RoundPlan | undefined {
  const asked = [...(repeat === undefined ? [] : ['--repeat']), ...(untilFail === true ? ['--until-fail'] : [])].join(' ');
  if (asked === '') {
    if (forMs === undefined) return undefined;
    throw new UsageError('FOR_WITHOUT_ROUNDS', '--for says how long rounds begin, but there are none', { hint: 'add --until-fail or --repeat N' });
  }
  if (retries !== undefined && retries > 0) {
    throw new UsageError('ROUNDS_WITH_RETRIES', `--retries ${retries} hides what ${asked} hunts: a failure that a retry turns into a pass`, { hint: 'leave out --retries: every round counts' });
  }
  return { ...(repeat === undefined ? {} : { planned: repeat }), ...(untilFail === true ? { untilFail } : {}), ...(forMs === undefined ? {} : { forMs }) };
}
