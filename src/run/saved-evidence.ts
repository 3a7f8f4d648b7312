// What decides about a case besides its console, as far as a run left it: how long the test part took, how probes and the
// steps of a dialog ended, which limit it ran out of, where it hung.
import type { Accel } from '../model/arch.ts';
import type { BootExit } from '../model/boot.ts';
import type { Expect, Probe } from '../model/case.ts';
import type { DialogOutcome } from '../model/dialog.ts';
import type { HangReport } from '../model/hang.ts';
import type { Unjudged } from '../model/parsed.ts';
import { probeName, type ProbeOutcome } from '../model/probe.ts';
import { wrongDuration, type Took } from '../verdict/duration.ts';
import type { Replay } from './replay.ts';
import type { SavedRecord } from './saved-record.ts';

/** What a console is judged by. */
export interface SavedExpectations {
  readonly expect: readonly Expect[];
  /** The rest is of a case, and not there for expectations that have none. */
  readonly probes?: readonly Probe[];
  /** The case, or the project for it, lists failures that are known. */
  readonly hasKnown?: boolean;
  /** Factor by which its durations are stretched on an architecture that the accelerator runs; undefined for an unknown one. */
  readonly scaleOf?: (arch: string, accel: Accel) => number | undefined;
}

export interface SavedEvidence {
  readonly took?: Took;
  readonly probes?: readonly ProbeOutcome[];
  readonly dialog?: readonly DialogOutcome[];
  readonly hang?: HangReport;
  /** Where the guest did not end by itself. */
  readonly exit?: BootExit;
  readonly notJudged: readonly Unjudged[];
}

/** Whether lines have to be timed while they are read. */
export const asksDuration = ({ expect, probes = [] }: SavedExpectations): boolean => probes.length === 0 && expect.some(({ duration }) => duration !== undefined);

export function savedEvidence(by: SavedExpectations, record: SavedRecord, replay: Replay | undefined): SavedEvidence {
  const took = timeOf(by, record, replay);
  const probes = probesOf(by.probes ?? [], record.attempt?.probes);
  const dialog = dialogOf(by.expect, record.attempt?.dialog);
  const hang = record.attempt?.hang;
  const exit = record.attempt?.boot?.exit;
  return {
    ...(took === undefined ? {} : { took }),
    ...(probes === undefined ? {} : { probes }),
    ...(dialog === undefined ? {} : { dialog }),
    ...(hang === undefined ? {} : { hang }),
    ...(exit?.kind === 'stopped' ? { exit } : {}),
    notJudged: [
      ...(took === undefined && by.expect.some(({ duration }) => duration !== undefined) ? ['duration' as const] : []),
      ...(probes === undefined ? ['probe' as const] : []),
      ...(dialog === undefined ? ['deadlines' as const] : []),
      ...(by.hasKnown === true ? ['known' as const] : []),
    ],
  };
}

/** Undefined where it cannot be told whether it was in time: what ran the guest, and so how far times are stretched, may not be known. */
function timeOf({ expect, scaleOf }: SavedExpectations, { attempt, arch }: SavedRecord, replay: Replay | undefined): Took | undefined {
  const ms = replay?.took();
  if (replay === undefined || ms === 'unfit') return undefined;
  // Without an accelerator the machine was the user's own, which is not waited for any longer.
  const scale = attempt === undefined || arch === undefined ? undefined : attempt.accel === undefined ? 1 : scaleOf?.(arch, attempt.accel);
  if (scale !== undefined) return { ms, scale };
  const sure = (factor: number): boolean => wrongDuration(expect, { ms, scale: factor }) === undefined;
  return sure(1) || !sure(Infinity) ? { ms, scale: 1 } : undefined;
}

/** As the run saw them end; undefined where it does not say so of each. */
function probesOf(probes: readonly Probe[], seen: readonly ProbeOutcome[] = []): readonly ProbeOutcome[] | undefined {
  const outcomes = probes.map((probe) => seen.find(({ name }) => name === probeName(probe)));
  return outcomes.includes(undefined) ? undefined : outcomes.filter((outcome) => outcome !== undefined);
}

/** As the run saw its steps end; undefined where it had others. */
function dialogOf(expect: readonly Expect[], seen: readonly DialogOutcome[] = []): readonly DialogOutcome[] | undefined {
  const steps = expect.flatMap(({ dialog = [] }) => dialog);
  return steps.length === seen.length && steps.every(({ wait }, index) => wait === seen[index]?.wait) ? seen : undefined;
}
