// `kit-test report`: the page of a run, looked at, served, made anew.
import type { Command } from 'commander';
import { addProjectOptions, collect, wholeNumber, type SetExitCode } from '../options.ts';
import type { RenderOptions, ServeOptions } from '../actions/report.ts';
import type { MergeCommandOptions } from '../actions/merge.ts';
import type { ProjectOptions } from '../options.ts';

const runText = 'a run folder, the beginning of its id, or latest';

export function addReport(program: Command, setExitCode: SetExitCode): void {
  const report = program.command('report').summary('open, serve or render the page of a run; put shards together').description('What a run left: its page (index.html) and the other reports. Without RUN: the newest.');
  addProjectOptions(report.command('open').description('Open the page of a run in the browser.').argument('[run]', runText, 'latest'))
    .addHelpText('after', '\nExample:\n  kit-test report open\n')
    .action(async (run: string, options: ProjectOptions) => {
      const { openPage } = await import('../actions/report.ts');
      await openPage(run, options);
    });
  addProjectOptions(report.command('serve').description('Serve the folder of a run to browsers of this machine, until Ctrl-C.').argument('[run]', runText, 'latest'))
    .option('--port <n>', 'port of 127.0.0.1 (default: one that is free)', wholeNumber)
    .addHelpText('after', '\nExample:\n  kit-test report serve --port 8000\n')
    .action(async (run: string, options: ServeOptions) => {
      const { servePage } = await import('../actions/report.ts');
      setExitCode(await servePage(run, options));
    });
  addProjectOptions(report.command('render').description('Write the reports of a run again, from what it recorded: also of a run that was killed.').argument('[run...]', `${runText}; several`))
    .option('--reporter <name>', 'junit, tap, json, html, or any other of kit-test run; repeatable (default: these four)', collect)
    .addHelpText('after', '\nExamples:\n  kit-test report render\n  kit-test report render ./artifacts/run --reporter junit\n  kit-test report render --reporter profile\n')
    .action(async (runs: string[], options: RenderOptions) => {
      const { renderReports } = await import('../actions/report.ts');
      await renderReports(runs.length === 0 ? ['latest'] : runs, options);
    });
  addProjectOptions(report.command('merge').description('Put the runs of shards together into one run with all its reports. A shard that is missing is named, its cells are errors, and the run has failed; of one that ran more than once the newest counts. Parts of different divisions are refused.').argument('<run...>', `${runText}; or a folder of run folders`))
    .option('--output <dir>', 'folder of the whole run (default: a new one in .kit-test/runs)')
    .option('--reporter <name>', 'as in kit-test run; repeatable (default: those of the project)', collect)
    .option('--github-status', 'report commit statuses to GitHub too; needs GITHUB_TOKEN')
    .addHelpText('after', '\nExamples:\n  kit-test report merge part-1 part-2 --output results\n  kit-test report merge ./downloaded-artifacts --output results\n\nExit status as of the run that all parts are, and 1 where a part is missing or was interrupted.\n')
    .action(async (runs: string[], options: MergeCommandOptions) => {
      const { mergeCommand } = await import('../actions/merge.ts');
      setExitCode(await mergeCommand(runs, options));
    });
}
