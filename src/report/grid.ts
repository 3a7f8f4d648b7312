// The matrix as a table: cases (and media) down, kernels across, architectures within a kernel.

export interface GridCell {
  readonly case: string;
  readonly kernel: string;
  readonly arch: string;
  /** A case that boots from several media has a row for each. */
  readonly medium?: string;
}

export interface Grid {
  /** Names of the rows: cases, with the medium where there is one. */
  readonly cases: readonly string[];
  readonly kernels: readonly GridKernel[];
}

export interface GridKernel {
  readonly kernel: string;
  readonly archs: readonly string[];
}

/** Name of the row that a cell stands in. */
export const rowOf = ({ case: name, medium }: Pick<GridCell, 'case' | 'medium'>): string => (medium === undefined ? name : `${name} ${medium}`);

/** Where a cell stands. */
export const placeOf = (cell: GridCell): string => `${rowOf(cell)}/${cell.kernel}/${cell.arch}`;

/** Rows and columns in the order of the matrix; only kernel and arch pairs that some case has. */
export function gridOf(cells: readonly GridCell[]): Grid {
  const byCase = groupBy(cells, rowOf);
  const kernels = mergeOrders([...byCase.values()].map((row) => row.map(({ kernel }) => kernel)));
  const rows = [...groupBy(cells, (cell) => `${rowOf(cell)}/${cell.kernel}`).values()];
  const archs = mergeOrders(rows.map((row) => row.map(({ arch }) => arch)));
  const pairs = new Set(cells.map(({ kernel, arch }) => `${kernel}/${arch}`));
  return {
    cases: [...byCase.keys()],
    kernels: kernels.map((kernel) => ({ kernel, archs: archs.filter((arch) => pairs.has(`${kernel}/${arch}`)) })),
  };
}

/** One order that keeps what each row says about it, as far as the rows agree: a case may leave out the first kernel. */
function mergeOrders(rows: readonly (readonly string[])[]): readonly string[] {
  const before = new Map<string, Set<string>>();
  for (const row of rows) {
    row.forEach((name, index) => {
      const earlier = before.get(name) ?? new Set<string>();
      before.set(name, earlier);
      const previous = row[index - 1];
      if (previous !== undefined && previous !== name) earlier.add(previous);
    });
  }
  const order: string[] = [];
  const left = new Set(before.keys());
  while (left.size > 0) {
    const names = [...left];
    const next = names.find((name) => ![...(before.get(name) ?? [])].some((earlier) => left.has(earlier))) ?? names[0];
    if (next === undefined) break;
    order.push(next);
    left.delete(next);
  }
  return order;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
