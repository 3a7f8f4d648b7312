// Whether the test part took as long as a case allows. The longest time is stretched as time limits are.
import type { Expect } from '../model/case.ts';
import { formatDuration } from '../model/units.ts';
import type { Reason } from './reason.ts';

/** How long the test part of a live boot took. */
export interface Took {
  /** From user space to when all that is expected had come; undefined where there was no user space. */
  readonly ms: number | undefined;
  /** Factor by which limits are stretched for what ran the guest. */
  readonly scale: number;
}

/** Why the time is not within what the expectations allow; undefined where it is. Only a boot that passes otherwise is worth asking about. */
export function wrongDuration(expect: readonly Expect[], { ms, scale }: Took): Reason | undefined {
  for (const { duration } of expect) {
    if (duration === undefined) continue;
    if (ms === undefined) return { reason: 'missing evidence: how long it took is not known, for nothing told when user space began' };
    const { min = 0, max = Infinity } = duration;
    const stretched = scale === 1 ? '' : ` (${formatDuration(max)}, stretched ${scale} times under TCG)`;
    if (ms > max * scale) return { reason: `too slow: took ${formatDuration(ms)}, at most ${formatDuration(max * scale)} expected${stretched}` };
    if (ms < min) return { reason: `too fast: took ${formatDuration(ms)}, at least ${formatDuration(min)} expected` };
  }
  return undefined;
}
