// One cell of the matrix: case × kernel × arch.
import type { Arch } from './arch.ts';
import type { Case } from './case.ts';
import type { KernelSpec } from './kernel.ts';

export interface Cell {
  /** `CASE/KERNEL/ARCH`, unique in a run and stable between runs. */
  readonly id: string;
  readonly case: Case;
  readonly kernel: KernelSpec;
  readonly arch: Arch;
  /** Why the cell cannot run; undefined for a cell that can. */
  readonly skip?: string;
}

export const cellId = (caseName: string, kernel: string, arch: string): string => `${caseName}/${kernel}/${arch}`;

/** The cell's folder name: no slash, and unlike any other cell's, for no name holds a `+`. */
export const cellFolder = (id: string): string => id.replaceAll('/', '+');
