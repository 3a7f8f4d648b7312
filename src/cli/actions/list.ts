// The work of `kit-test list`.
import { count } from '../../report/text.ts';
import { loadWorkspace } from '../../run/workspace.ts';
import { requestedCells } from '../../run/select.ts';
import { colours } from '../colours.ts';
import type { ProjectOptions, SelectionOptions } from '../options.ts';
import { arch as hostArch } from 'node:os';

export type ListCommandOptions = SelectionOptions & ProjectOptions & { readonly json?: boolean };

export async function printCells(selection: SelectionOptions, options: ListCommandOptions): Promise<void> {
  const { project, archs } = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  const cells = await requestedCells(project, archs, { matrix: true, selection, hostArch: hostArch() });
  if (options.json === true) {
    const rows = cells.map((cell) => ({ id: cell.id, case: cell.case.name, kernel: cell.kernel.name, arch: cell.arch.name, labels: cell.case.labels, ...(cell.skip === undefined ? {} : { skip: cell.skip }) }));
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
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
