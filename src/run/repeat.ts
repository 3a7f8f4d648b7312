// The command line that runs one cell again.
import type { Cell } from '../model/cell.ts';

/** Names are restricted to characters no shell minds, so nothing needs quoting. */
export function repeatCommand(cell: Cell): string {
  const medium = cell.case.boot.length > 1 ? ` --medium ${cell.medium}` : '';
  return `kit-test run ${cell.case.name} --kernel ${cell.kernel.name} --arch ${cell.arch.name}${medium}`;
}
