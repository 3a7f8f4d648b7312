// One cell of the matrix: case × kernel × arch, × boot medium where the case names several.
import type { Arch } from './arch.ts';
import type { BootMedium, Case } from './case.ts';
import type { KernelSpec } from './kernel.ts';

export interface Cell {
  /** `CASE/KERNEL/ARCH`, with `/MEDIUM` where the case names several: unique in a run and stable between runs. */
  readonly id: string;
  readonly case: Case;
  readonly kernel: KernelSpec;
  readonly arch: Arch;
  readonly medium: BootMedium;
  /** Why the cell cannot run; undefined for a cell that can. */
  readonly skip?: string;
}

export const cellId = (caseName: string, kernel: string, arch: string, medium?: BootMedium): string => [caseName, kernel, arch, ...(medium === undefined ? [] : [medium])].join('/');

/** The cell's folder name: no slash, and unlike any other cell's, for no name holds a `+`. */
export const cellFolder = (id: string): string => id.replaceAll('/', '+');
