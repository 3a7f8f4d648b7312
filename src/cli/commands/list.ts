// `kit-test list`: the cells of the matrix.
import type { Command } from 'commander';
import type { ListCommandOptions } from '../actions/list.ts';
import { addChangedOption, addProjectOptions, addSelectionOptions } from '../options.ts';

export function addList(program: Command): void {
  const command = program
    .command('list')
    .summary('print the cells of the matrix')
    .description('Print the cells of the matrix, with the reason of those that will be skipped.')
    .argument('[case...]', 'cases, globs allowed; the same as --case');
  addProjectOptions(addChangedOption(addSelectionOptions(command)))
    .option('--json', 'print JSON')
    .addHelpText('after', "\nExamples:\n  kit-test list\n  kit-test list --arch arm --kernel '5.*'\n  kit-test list --changed                what a pull request of this branch would touch\n")
    .action(async (cases: string[], options: ListCommandOptions) => {
      const { printCells } = await import('../actions/list.ts');
      await printCells({ ...options, case: cases.length === 0 ? options.case : [...(options.case ?? []), ...cases] }, options);
    });
}
