// The command line that runs one cell again.
import type { Cell } from '../model/cell.ts';
import type { RoundPlan } from '../model/report.ts';

/** Names are restricted to characters no shell minds, so nothing needs quoting. */
export function repeatCommand(cell: Cell, rounds: RoundPlan | undefined): string {
  const medium = cell.case.boot.length > 1 ? ` --medium ${cell.medium}` : '';
  return `kit-test run ${cell.case.name} --kernel ${cell.kernel.name} --arch ${cell.arch.name}${medium}${roundOptions(rounds)}`;
}

/** What failed in some rounds needs some to fail again. */
function roundOptions({ planned, untilFail, forMs }: RoundPlan = {}): string {
  return `${planned === undefined ? '' : ` --repeat ${planned}`}${untilFail === true ? ' --until-fail' : ''}${forMs === undefined ? '' : ` --for ${forMs % 1000 === 0 ? `${forMs / 1000}s` : `${forMs}ms`}`}`;
}
