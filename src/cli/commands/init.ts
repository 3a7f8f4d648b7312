// `kit-test init`: a project in a repository that has none yet.
import type { Command } from 'commander';
import type { InitOptions } from '../actions/init.ts';
import { collect } from '../options.ts';

export function addInit(program: Command): void {
  program
    .command('init')
    .summary('write a configuration, kernels, a first case and a workflow')
    .description('Make this folder a project: harness.config.ts, kernels/, a first case in cases/, a workflow for GitHub Actions. Asks three questions; nothing that is there is overwritten.')
    .option('--kernel <name>', 'kernels instead of the question; repeatable', collect)
    .option('--arch <name>', 'architectures instead of the question; repeatable', collect)
    .option('--no-workflow', 'without a workflow for GitHub Actions')
    .option('-y, --yes', 'ask nothing: the two newest stable kernels, every architecture')
    .addHelpText('after', '\nExamples:\n  kit-test init\n  kit-test init --yes && kit-test run --matrix\n  kit-test init --yes --kernel 6.12 --arch x86_64,aarch64 --no-workflow\n')
    .action(async (options: InitOptions) => {
      const { initProject } = await import('../actions/init.ts');
      await initProject(options);
    });
}
