// One cell, cold and warm: whoever doubts that a copy of a waiting guest is as good as a boot lets both say how the case ends.
import type { WarmTwin } from '../../model/report.ts';
import { verdictReason, type Verdict } from '../../model/verdict.ts';
import type { ObservedBoot } from '../cell/observe.ts';

/** The cold boot with the warm one beside it. Where they do not agree, that is the verdict; a warm start that fell back to a cold one has nothing to compare. */
export function compareStarts(cold: ObservedBoot, warm: ObservedBoot): ObservedBoot & { readonly warm?: WarmTwin } {
  const { verdict: warmVerdict, startedAt, usage, console, boot: { durationMs, restored } } = warm;
  if (restored === undefined) return cold;
  const twin: WarmTwin = { verdict: warmVerdict, durationMs, restored, console, ...(startedAt === undefined ? {} : { startedAt }), ...(usage === undefined ? {} : { usage }) };
  if (sameEnd(cold, warm)) return { ...cold, warm: twin };
  const others = Object.fromEntries(Object.entries(cold).filter(([name]) => name !== 'known')) as Omit<ObservedBoot, 'known'>;
  const reason = `the starts differ: cold ${inWords(cold.verdict)}; warm ${inWords(warmVerdict)}`;
  // What went wrong on our side is nobody else's failure.
  const ours = [cold.verdict, warmVerdict].find((verdict) => verdict.kind === 'error');
  return { ...others, verdict: ours === undefined ? { kind: 'fail', reason } : { ...ours, reason }, warm: twin };
}

function sameEnd(cold: ObservedBoot, warm: ObservedBoot): boolean {
  if (cold.verdict.kind !== warm.verdict.kind || (cold.known === undefined) !== (warm.known === undefined)) return false;
  return cold.verdict.kind !== 'crash' || warm.verdict.kind !== 'crash' || cold.verdict.title === warm.verdict.title;
}

function inWords(verdict: Verdict): string {
  const reason = verdictReason(verdict);
  return reason === '' ? verdict.kind : `${verdict.kind} (${reason})`;
}
