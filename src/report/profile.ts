// Where the time of a run went: the phases of its attempts, added up. Pure, and in the page too.
import { formatDuration } from '../model/format.ts';
import { phaseMs, phases, placePhases, sumPhases, type Phase, type PhaseTimes } from '../model/phase.ts';
import type { CellResult, RunReport } from '../model/report.ts';

export interface Profile {
  /** Attempts whose phases are known. */
  readonly attempts: number;
  /** Every phase that any of them came to, in the order of phases. */
  readonly totals: readonly PhaseTotal[];
  /** How long guests had a place, all together. */
  readonly placeMs: number;
}

export interface PhaseTotal {
  readonly phase: Phase;
  readonly ms: number;
  /** Of the time in which guests had a place, from 0 to 1; undefined for what happens outside of one. */
  readonly share?: number;
}

/** A cell with the phases of all its attempts together. */
export interface CellProfile {
  readonly id: string;
  readonly phases: PhaseTimes;
  /** All of it but waiting for a place, which says more of the run than of the cell. */
  readonly ms: number;
}

/** Undefined where nothing is known: no attempt ran, or an older version wrote the report. */
export function profileOf({ cells }: Pick<RunReport, 'cells'>): Profile | undefined {
  const known = cells.flatMap(({ attempts }) => attempts.flatMap(({ phases: times }) => times ?? []));
  if (known.length === 0) return undefined;
  const all = addPhases(known);
  const placeMs = sumPhases(all, placePhases);
  const totals = phases.filter((phase) => all[`${phase}Ms`] !== undefined).map((phase) => ({
    phase,
    ms: phaseMs(all, phase),
    ...(placePhases.includes(phase) && placeMs > 0 ? { share: phaseMs(all, phase) / placeMs } : {}),
  }));
  return { attempts: known.length, totals, placeMs };
}

/** `boot 1.9s` for each phase that there was, in the order of phases. */
export const phaseWords = (times: PhaseTimes): readonly string[] => phases.filter((phase) => times[`${phase}Ms`] !== undefined).map((phase) => `${phase} ${formatDuration(phaseMs(times, phase))}`);

/** The cells that took longest, longest first. */
export function slowestProfiles(cells: readonly CellResult[], count: number): readonly CellProfile[] {
  return cells
    .flatMap(({ id, attempts }): readonly CellProfile[] => {
      const times = addPhases(attempts.flatMap((attempt) => attempt.phases ?? []));
      const ms = sumPhases(times) - phaseMs(times, 'wait');
      return ms > 0 ? [{ id, phases: times, ms }] : [];
    })
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count);
}

/** Only phases that one of them has. */
function addPhases(all: readonly PhaseTimes[]): PhaseTimes {
  return Object.fromEntries(phases.flatMap((phase) => (all.some((times) => times[`${phase}Ms`] !== undefined) ? [[`${phase}Ms`, all.reduce((sum, times) => sum + phaseMs(times, phase), 0)]] : [])));
}
