// The cells of a run laid on rows and columns. Pure.
import type { CellResult } from '../model/report.ts';
import { gridOf, placeOf, rowOf, type GridKernel } from '../report/grid.ts';

export interface GridColumn {
  readonly kernel: string;
  readonly arch: string;
  /** The first of its kernel. */
  readonly first: boolean;
}

export interface GridLine {
  readonly name: string;
  readonly summary: string | undefined;
  /** One for each column; undefined where there is no such cell. */
  readonly cells: readonly (CellResult | undefined)[];
}

export interface LaidGrid {
  readonly kernels: readonly GridKernel[];
  readonly columns: readonly GridColumn[];
  readonly lines: readonly GridLine[];
}

export function layGrid(all: readonly CellResult[]): LaidGrid {
  const { cases, kernels } = gridOf(all);
  const columns = kernels.flatMap(({ kernel, archs }) => archs.map((arch, index) => ({ kernel, arch, first: index === 0 })));
  const cells = new Map(all.map((cell) => [placeOf(cell), cell]));
  const summaries = new Map(all.map((cell) => [rowOf(cell), cell.summary]));
  const lines = cases.map((name) => ({ name, summary: summaries.get(name), cells: columns.map(({ kernel, arch }) => cells.get(`${name}/${kernel}/${arch}`)) }));
  return { kernels, columns, lines };
}
