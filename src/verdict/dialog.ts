// Whether the dialog of an expectation was held: every step a result, and the reason of the one that did not come.
import type { Expect } from '../model/case.ts';
import type { Finding, TestResult } from '../model/console.ts';
import { dialogStepName, type DialogOutcome, type DialogStep } from '../model/dialog.ts';
import { formatDuration } from '../model/units.ts';
import { quote, shorten, type Reason } from './reason.ts';

/** What is known of the dialogs besides the findings. */
export interface Heard {
  /** How the steps of a live boot ended; none for a saved console that nothing tells it of. */
  readonly outcomes: readonly DialogOutcome[];
  /** The last line on the console. */
  readonly lastLine: string;
  /** Where the guest hung, where that is known. */
  readonly hungIn: string | undefined;
}

/** The steps of each expectation with the lines on which they came. */
function stepsOf(expect: readonly Expect[], findings: readonly Finding[]): readonly (readonly (DialogStep & { readonly line: number | undefined })[])[] {
  return expect.map(({ dialog = [] }, index) => {
    const lines = new Map(findings.flatMap((finding) => (finding.kind === 'dialog' && finding.expect === index ? [[finding.step, finding.line]] : [])));
    return dialog.map((step, at) => ({ ...step, line: lines.get(at + 1) }));
  });
}

/** A result for each step. */
export function dialogResults(expect: readonly Expect[], findings: readonly Finding[], outcomes: readonly DialogOutcome[]): readonly TestResult[] {
  const late = lateAt(outcomes);
  return stepsOf(expect, findings).flatMap((steps) => {
    const first = late === -1 ? steps.findIndex(({ line }) => line === undefined) : late;
    return steps.map(({ wait, line }, at): TestResult => {
      const common = { name: dialogStepName(at + 1, wait), line: line ?? 0, children: [] };
      const durationMs = outcomes[at]?.durationMs;
      if (at === late) return { ...common, status: 'fail', detail: `not within ${formatDuration(outcomes[at]?.limitMs ?? 0)}` };
      if (line === undefined || late !== -1 && at > late) return { ...common, line: 0, status: 'missing', detail: at === first ? 'never came' : 'not reached' };
      return { ...common, status: 'pass', ...(durationMs === undefined ? {} : { durationMs }) };
    });
  });
}

const lateAt = (outcomes: readonly DialogOutcome[]): number => outcomes.findIndex(({ status }) => status === 'fail');

/** What would be known if the guest had not failed in these steps: all that come after one of them would have come too. */
export function forgiveSteps(expect: readonly Expect[], findings: readonly Finding[], outcomes: readonly DialogOutcome[] | undefined, isForgiven: (name: string) => boolean): { readonly findings: readonly Finding[]; readonly dialog?: readonly DialogOutcome[] } {
  const late = lateAt(outcomes ?? []);
  const given = stepsOf(expect, findings).flatMap((steps, index): readonly (readonly Finding[])[] => {
    const bad = steps.findIndex(({ line }, at) => line === undefined || at === late);
    if (bad === -1 || !isForgiven(dialogStepName(bad + 1, steps[bad]?.wait ?? ''))) return [];
    return [steps.flatMap(({ wait, line }, at): Finding[] => (line === undefined ? [{ kind: 'dialog', step: at + 1, wait, line: 0, expect: index }] : []))];
  });
  // A deadline that came is forgotten with its step.
  if (given.length > 0) return { findings: [...findings, ...given.flat()], dialog: [] };
  return { findings, ...(outcomes === undefined ? {} : { dialog: outcomes }) };
}

/** The step whose deadline came. */
export function lateStep(expect: readonly Expect[], { outcomes, lastLine, hungIn }: Heard): readonly Reason[] {
  const late = lateAt(outcomes);
  const { wait, limitMs } = outcomes[late] ?? {};
  if (wait === undefined || limitMs === undefined) return [];
  const before = expect.find(({ dialog }) => dialog !== undefined)?.dialog?.[late - 1]?.send;
  const noEnter = before === undefined || /[\r\n]/.test(before) ? '' : `; what step ${late} sent had no line end`;
  return [{ reason: `dialog step ${late + 1} of ${outcomes.length}: no ${quote(wait)} within ${formatDuration(limitMs)}${hungIn === undefined ? '' : `; ${shorten(hungIn)}`}${last(lastLine)}${noEnter}` }];
}

/** The first step of each dialog that never came. */
export function missingSteps(expect: readonly Expect[], findings: readonly Finding[], { outcomes, lastLine }: Heard): readonly Reason[] {
  if (lateAt(outcomes) !== -1) return [];
  return stepsOf(expect, findings).flatMap((steps): readonly Reason[] => {
    const at = steps.findIndex(({ line }) => line === undefined);
    const { wait } = steps[at] ?? {};
    return wait === undefined ? [] : [{ reason: `missing evidence: dialog step ${at + 1} of ${steps.length}: no ${quote(wait)} on the console${last(lastLine)}` }];
  });
}

/** For what a guest in which nothing more came was waited: `; dialog step 2 of 3 waited for "login: "`. */
export function waitedFor(expect: readonly Expect[], findings: readonly Finding[]): string {
  return stepsOf(expect, findings).map((steps) => {
    const at = steps.findIndex(({ line }) => line === undefined);
    const { wait } = steps[at] ?? {};
    return wait === undefined ? '' : `; dialog step ${at + 1} of ${steps.length} waited for ${quote(wait)}`;
  }).join('');
}

const last = (line: string): string => (line === '' ? '' : `; last line: ${shorten(line)}`);
