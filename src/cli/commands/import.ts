// `kit-test import rtf`: cases from the tests of another framework.
import type { Command } from 'commander';
import type { ImportRtfOptions } from '../actions/import-rtf.ts';
import { addProjectOptions, duration } from '../options.ts';

export function addImport(program: Command): void {
  const command = program.command('import').summary('make cases of tests that another framework runs').description('Make cases of tests that another framework runs.');
  addProjectOptions(command.command('rtf').description("Write a case for each test.sh of an rtf tree: its summary, labels and repetitions, and where the script lies. Nothing that is there is overwritten.").argument('<dir>', 'folder of the tree, such as test/cases'))
    .option('--output <dir>', "folder of cases to write to (default: the project's)")
    .option('--copy', 'copy the files of each test beside its case.yaml, instead of pointing at them')
    .option('--timeout <duration>', 'total limit of each case, for rtf has none (default: 10m)', duration)
    .addHelpText('after', `
Examples:
  kit-test import rtf test/cases                      then: kit-test run --kernel host
  kit-test import rtf ../linuxkit/test/cases --timeout 20m
  kit-test import rtf test/cases --output cases --copy
`)
    .action(async (folder: string, options: ImportRtfOptions) => {
      const { importRtf } = await import('../actions/import-rtf.ts');
      await importRtf(folder, options);
    });
}
