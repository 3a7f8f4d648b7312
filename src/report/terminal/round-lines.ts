// Rounds as plain lines: one for each that ended, and one for each cell that failed in it as soon as it does.
import type { RunEvent } from '../../model/events.ts';
import type { RoundPlan } from '../../model/report.ts';
import { formatDuration } from '../../model/units.ts';
import { verdictReason } from '../../model/verdict.ts';
import { isTrouble, totalsOf } from '../summarize.ts';
import { clip, padEnd, safeLine } from '../text.ts';
import { tally } from './tally.ts';
import { paint, paintLook, symbolOf, type Theme } from './theme.ts';

type RoundEvent = Extract<RunEvent, { kind: 'round-start' | 'round-end' | 'attempt-end' }>;

export interface RoundLines {
  line(event: RoundEvent): string | undefined;
}

export function createRoundLines({ planned }: RoundPlan, theme: Theme): RoundLines {
  const nameOf = (round: number): string => `round ${planned === undefined ? round : `${String(round).padStart(String(planned).length)}/${planned}`}`;
  let attempts: Parameters<typeof totalsOf>[0] = [];
  let beganMs = 0;
  return {
    line(event) {
      switch (event.kind) {
        case 'round-start':
          attempts = [];
          beganMs = Date.parse(event.at);
          return undefined;
        case 'attempt-end': {
          const { id, attempt } = event;
          attempts = [...attempts, { ...attempt, flaky: false }];
          if (!isTrouble(attempt)) return undefined;
          const { kind } = attempt.verdict;
          const reason = clip(safeLine(verdictReason(attempt.verdict)), 300);
          return `${nameOf(attempt.number)}  ${paintLook(theme, kind, `${symbolOf(theme, kind)} ${padEnd(kind, 7)}`)}  ${id}  ${paint(theme, 'dim', formatDuration(attempt.durationMs))}  ${reason}`;
        }
        case 'round-end':
          return `${nameOf(event.round)}  ${tally(totalsOf(attempts), theme)}  ${paint(theme, 'dim', formatDuration(Date.parse(event.at) - beganMs))}`;
      }
    },
  };
}
