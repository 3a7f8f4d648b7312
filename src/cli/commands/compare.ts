// `kit-test compare`: what changed between two runs.
import type { Command } from 'commander';
import type { CompareOptions } from '../actions/compare.ts';
import { addProjectOptions, type SetExitCode } from '../options.ts';

export function addCompare(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('compare')
    .summary('compare two runs')
    .description('What changed between two runs: new failures, what was fixed, what fails in another way, what became slower or faster. Ends with 1 where something new fails.')
    .argument('<before>', 'a run folder, the beginning of its id, or latest')
    .argument('[after]', 'the later run', 'latest');
  addProjectOptions(command)
    .option('--json', 'print JSON')
    .option('--page', 'write the later run\'s page anew, with this comparison')
    .addHelpText('after', '\nExamples:\n  kit-test compare 20261121T0930\n  kit-test compare ./main ./pull-request --json\n')
    .action(async (before: string, after: string, options: CompareOptions) => {
      const { compareCommand } = await import('../actions/compare.ts');
      setExitCode(await compareCommand(before, after, options));
    });
}
