// Whether a pass of a cell says anything of the next time. Pure.
import { knownFailures } from '../../matrix/known.ts';
import type { Cell } from '../../model/cell.ts';
import type { Harness } from '../../model/harness.ts';
import { runnerFor } from '../cell/runner.ts';

/** Why a pass is never used again; undefined where it may be. */
export function whyNotReusable(cell: Cell, harness: Pick<Harness, 'runner' | 'known'>): string | undefined {
  if (cell.case.script !== undefined) return 'it is a script of this machine, and what that depends on may change unseen';
  if (runnerFor(harness, cell.arch) !== undefined) return 'a command of the project boots it, and what that does with it may change unseen';
  if (cell.case.probe?.some(({ command }) => command !== undefined) === true) return 'a program of this machine probes it, and what that depends on may change unseen';
  if (knownFailures(cell, harness.known).some(({ sometimes }) => sometimes)) return 'it is known to fail sometimes';
  return undefined;
}
