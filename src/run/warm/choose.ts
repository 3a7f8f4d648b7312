// Which cells start warm: what is said, what is sound, and whether a template pays off. Pure.
import type { Cell } from '../../model/cell.ts';
import type { StartMode } from '../../model/start.ts';
import type { PreparedCell } from '../cell/prepare.ts';

/** What counts: a case that says `cold` tests booting; over all else the command line has the last word. */
export function startMode(cell: Pick<Cell, 'case'>, { said, project }: { readonly said: StartMode | undefined; readonly project: StartMode }): StartMode {
  return cell.case.start === 'cold' ? 'cold' : (said ?? cell.case.start ?? project);
}

/** Words by which a kernel takes its root or its init from somewhere else than the initrd of a template. */
const ofRoot = /^(?:root|rdinit|init|rootfstype|rootflags|nfsroot|initrd|noinitrd)(?:=|$)/;

/** Why a cell cannot start warm, or in `auto` should not; undefined where it may. */
export function whyCold(cell: Pick<Cell, 'case' | 'kernel' | 'medium'>, { image, waits }: Pick<PreparedCell, 'image' | 'waits'>, mode: StartMode): string | undefined {
  if (cell.medium !== 'kernel+initrd') return `it boots from ${cell.medium}`;
  const word = [...image.cmdline, ...cell.kernel.cmdline, ...cell.case.cmdline].find((each) => ofRoot.test(each));
  if (word !== undefined) return `its kernel command line has ${word}`;
  if (mode !== 'auto') return undefined;
  if (!waits) return 'it has an init of its own';
  return cell.case.expect.some(({ dialog }) => dialog !== undefined) ? 'its dialog may begin while it boots' : undefined;
}

/**
 * How many guests of a run can go on from the same template, as far as that is known before anything is built; `times` is how often
 * each cell is run.
 */
export function createDemand(cells: readonly Cell[], times: number): (cell: Cell) => number {
  const counts = new Map<string, number>();
  for (const cell of cells.filter(({ skip }) => skip === undefined)) counts.set(kindOf(cell), (counts.get(kindOf(cell)) ?? 0) + times);
  return (cell) => counts.get(kindOf(cell)) ?? 0;
}

function kindOf({ case: { memory, cpus, network, results, drives, artifacts, probe, cmdline, script }, kernel, arch, medium }: Cell): string {
  return JSON.stringify([kernel.name, arch.name, medium, memory, cpus, network || probe !== undefined, results, drives.length, artifacts === undefined, cmdline, script === undefined]);
}
