// How a cell ended, as it is remembered.
import { createHash } from 'node:crypto';
import type { Cell } from '../model/cell.ts';
import type { End } from '../model/history.ts';
import type { CellResult } from '../model/report.ts';
import { version } from '../version.ts';
import { failureOf } from './failure.ts';

/** The end of a cell in the run that goes on. */
export type NewEnd = Omit<End, 'run'>;

/** `at`: now, as ISO 8601. Undefined for a cell that did not run. */
export function endOf(cell: Cell, result: CellResult, at: string): NewEnd | undefined {
  const { verdict, known, flaky, rounds, durationMs } = result;
  if (verdict.kind === 'skip') return undefined;
  const failure = failureOf(verdict);
  const inputs = inputsOf(cell, result);
  return {
    cell: result.id,
    at,
    verdict: verdict.kind,
    ...(failure === undefined ? {} : { failure }),
    ...(known === undefined ? {} : { known: true }),
    ...(flaky || (rounds !== undefined && rounds.failed > 0 && rounds.passed > 0) ? { wavered: true } : {}),
    durationMs: Math.round(rounds?.durationMs.median ?? durationMs),
    ...(inputs === undefined ? {} : { inputs }),
  };
}

/** A hash of all that decides how a guest behaves and how it is judged; what only names, repeats or forgives is left out. */
function inputsOf({ case: testCase, arch, medium }: Cell, { attempts }: CellResult): string | undefined {
  const booted = attempts.find(({ kernel, image }) => kernel !== undefined && image !== undefined);
  if (booted === undefined) return undefined;
  const { expect, needs, modules, timeouts, memory, cpus, network, results, drives, probe, cmdline, run } = testCase;
  const parts = [version, booted.kernel?.digest, booted.image?.digest, booted.accel, arch.name, medium, { expect, needs, modules, timeouts, memory, cpus, network, results, drives, probe, cmdline, run }];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
