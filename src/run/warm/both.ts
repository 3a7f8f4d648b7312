// One cell, cold and warm: whoever doubts that a copy of a waiting guest is as good as a boot lets both say how the case ends.
import type { WarmTwin } from '../../model/report.ts';
import { verdictReason, type Verdict } from '../../model/verdict.ts';
import type { ObservedBoot } from '../cell/observe.ts';

/** The cold boot with the warm one beside it. Where they do not agree, that is the verdict; a warm start that fell back to a cold one has nothing to compare. */
export function compareStarts(cold: ObservedBoot, warm: ObservedBoot): ObservedBoot & { readonly warm?: WarmTwin } {
  const { restored } = warm.boot;
  if (restored === undefined) return cold;
  const twin: WarmTwin = { verdict: warm.verdict, durationMs: warm.boot.durationMs, restored, console: warm.console };
  if (sameEnd(cold, warm)) return { ...cold, warm: twin };
  const others = Object.fromEntries(Object.entries(cold).filter(([name]) => name !== 'known')) as Omit<ObservedBoot, 'known'>;
  return { ...others, verdict: { kind: 'fail', reason: `the starts differ: cold ${inWords(cold.verdict)}; warm ${inWords(warm.verdict)}` }, warm: twin };
}

function sameEnd(cold: ObservedBoot, warm: ObservedBoot): boolean {
  if (cold.verdict.kind !== warm.verdict.kind || (cold.known === undefined) !== (warm.known === undefined)) return false;
  return cold.verdict.kind !== 'crash' || warm.verdict.kind !== 'crash' || cold.verdict.title === warm.verdict.title;
}

function inWords(verdict: Verdict): string {
  const reason = verdictReason(verdict);
  return reason === '' ? verdict.kind : `${verdict.kind} (${reason})`;
}
