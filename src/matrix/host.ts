// The cell of a case with a script: it runs on this machine, whatever kernels and architectures others run on.
import type { Arch } from '../model/arch.ts';
import type { Case } from '../model/case.ts';
import { cellId, type Cell } from '../model/cell.ts';
import type { KernelSpec } from '../model/kernel.ts';
import { unmetArch } from './needs.ts';

/** This machine, as far as the matrix knows of it. */
export interface Host {
  readonly arch: Arch;
  /** Of its own kernel, as numbers: `6.1.0`. */
  readonly release: string;
}

/** What stands for the kernel in the name of such a cell, and what `--kernel` takes for it. */
export const hostKernel = 'host';

/** Whether a cell runs on this machine, not in a guest. */
export const isHostCell = (cell: Pick<Cell, 'case'>): boolean => cell.case.script !== undefined;

export function hostCell(testCase: Case, { arch, release }: Host): Cell {
  // Nothing is read of it but its name and release: a script boots no kernel of ours.
  const kernel: KernelSpec = { name: hostKernel, file: testCase.file, release, labels: [], cmdline: [], source: { type: 'file', path: '' } };
  const skip = unmetArch(testCase.needs, arch);
  return { id: cellId(testCase.name, hostKernel, arch.name), case: testCase, kernel, arch, medium: 'kernel+initrd', ...(skip === undefined ? {} : { skip }) };
}
