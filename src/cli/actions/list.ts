// The work of `kit-test list`.
import { count } from '../../model/format.ts';
import { loadWorkspace } from '../../run/workspace.ts';
import type { ChangedOptions } from '../changed.ts';
import { colours } from '../colours.ts';
import type { ProjectOptions, SelectionOptions } from '../options.ts';
import { cellsToRun } from '../requested.ts';

export type ListCommandOptions = SelectionOptions & ProjectOptions & ChangedOptions & { readonly json?: boolean };

export async function printCells(selection: SelectionOptions, options: ListCommandOptions): Promise<void> {
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  const { cells, nothing } = await cellsToRun(workspace, selection, { matrix: true, ...(options.changed === undefined ? {} : { changed: options.changed }) });
  if (options.json === true) {
    const rows = cells.map((cell) => ({ id: cell.id, case: cell.case.name, kernel: cell.kernel.name, arch: cell.arch.name, labels: cell.case.labels, ...(cell.skip === undefined ? {} : { skip: cell.skip }) }));
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  if (nothing !== undefined) {
    process.stdout.write(`${nothing}\n`);
    return;
  }
  const { dim, yellow } = colours(process.stdout);
  const width = Math.max(...cells.map(({ id }) => id.length));
  for (const cell of cells) {
    process.stdout.write(`${cell.skip === undefined ? `${cell.id.padEnd(width)}  ${dim(cell.case.summary)}` : `${cell.id.padEnd(width)}  ${yellow('skip')} ${cell.skip}`}\n`);
  }
  const skipped = cells.filter(({ skip }) => skip !== undefined).length;
  process.stdout.write(dim(`${count(cells.length, 'cell')}${skipped === 0 ? '' : `, ${skipped} skipped`}\n`));
}
