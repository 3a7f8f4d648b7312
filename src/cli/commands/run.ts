// `kit-test run`: the matrix, or a quick check of some cases on one kernel.
import { Command, Option } from 'commander';
import { startModes } from '../../model/start.ts';
import type { RunCommandOptions } from '../actions/run.ts';
import { addChangedOption, addKernelLockOptions, addProjectOptions, addSelectionOptions, collect, duration, positiveNumber, wholeNumber, type SetExitCode } from '../options.ts';
import { parseShard } from '../shard.ts';

export function addRun(program: Command, setExitCode: SetExitCode): void {
  const command = addRunOptions(program.command('run'))
    .summary('boot cells, judge them, report')
    .description('Boot the selected cells and report their verdicts. Without --matrix: one kernel (the newest stable one) and the architecture of this machine, unless --kernel or --arch say otherwise.')
    .addHelpText('after', `
Examples:
  kit-test run --matrix                             everything
  kit-test run boot 'net*'                          two cases here and now
  kit-test run --matrix --kernel '6.*' --arch '!arm'
  kit-test run --matrix --label smoke --dry-run
  kit-test run --shard 2/4 --timings report.json    the second of four machines; see kit-test plan
  kit-test run --matrix --github-status             with GITHUB_TOKEN: a status for each kernel and architecture
  kit-test run boot --repeat 20                     how often does it fail?
  kit-test run boot --until-fail --for 30m          hunt a flake; Ctrl-C ends it with a report
  kit-test run --last-failed                        what failed in the newest run, again
  kit-test run --changed                            what this branch touches, before a pull request
  kit-test run boot --watch                         write a case: run it whenever one of its files is saved
  kit-test run --matrix --cached                    run only what did not pass just like this before
  kit-test run --matrix --profile                   where did the time go?
  kit-test run --resume                             the newest run was killed: run what it left
`)
    .action(async (cases: string[], options: RunCommandOptions) => {
      if (options.resume !== undefined) {
        const { resumeRun } = await import('../actions/resume.ts');
        setExitCode(await resumeRun({ ...givenOptions(command), ...(cases.length === 0 ? {} : { case: cases }) }, parseEarlier));
        return;
      }
      const selection = { ...options, case: cases.length === 0 ? options.case : [...(options.case ?? []), ...cases] };
      if (options.watch === true) {
        const { watchCells } = await import('../actions/watch.ts');
        setExitCode(await watchCells(selection, options));
      } else if (options.dryRun === true) {
        const { printPlan } = await import('../actions/dry-run.ts');
        await printPlan(selection, options);
      } else {
        const { runMatrix } = await import('../actions/run.ts');
        setExitCode(await runMatrix(selection, options));
      }
    });
}

/** Also for the command line of a run that is resumed. */
function addRunOptions(command: Command): Command {
  command.argument('[case...]', 'cases to run, globs allowed; the same as --case').option('--matrix', 'every kernel and architecture of harness.config.ts');
  addChangedOption(addSelectionOptions(command))
    .option('--last-failed', 'only cells that failed in the newest run')
    .option('-s, --shard <i/n>', 'one of n parts of the matrix, balanced by length where rtf takes slices of its list; env: as the CI system numbers this job', (value) => parseShard(value, process.env))
    .option('--timings <run>', 'with --shard: a run, report.json or plan that says how long cells take; the same for every shard')
    .option('--watch', 'go on until you quit: run again the selected cells whose files change, for writing a case')
    .option('--dry-run', 'print the plan with the QEMU command lines, boot nothing')
    .option('--json', 'with --dry-run: print the plan as JSON')
    .option('-j, --jobs <n>', 'guests at once (default: by CPUs and memory)', positiveNumber)
    .option('--retries <n>', 'further attempts after a failure, for cases that set none', wholeNumber)
    .option('--repeat <n>', 'run every cell n times, in rounds, to hunt a flake', positiveNumber)
    .option('--until-fail', 'run rounds until a cell fails, or as many as --repeat says')
    .option('--for <duration>', 'with --repeat or --until-fail: begin no further round after this time', duration)
    .addOption(new Option('--accel <accel>', 'how guests run').choices(['auto', 'kvm', 'hvf', 'tcg']))
    .addOption(new Option('--boot <mode>', 'how guests start: cold boots, warm goes on from a guest that has booted, auto where that is sound and pays off, both compares').choices(startModes))
    .option('--cached', 'do not run a cell again of which nothing has changed since it passed, a week ago at most')
    .option('--no-diagnose', 'end guests that hang without asking them why')
    .option('--no-history', 'neither read what earlier runs left nor remember this one')
    .option('--profile', 'print where the time went, in total and for the slowest cells')
    .option('--reporter <name>', 'terminal, profile, junit, tap, json, html, markdown, github, github-status, github-check, github-comment; repeatable', collect)
    .option('--github-status', 'report commit statuses to GitHub too; needs GITHUB_TOKEN')
    .option('--github-check', 'report a check run with annotations to GitHub too; needs GITHUB_TOKEN')
    .option('--github-comment', 'keep one comment in the pull request up to date; needs GITHUB_TOKEN')
    .option('--output <dir>', 'run folder (default: a new one in .kit-test/runs)')
    .option('--resume [run]', 'go on with a run that was killed or interrupted (default: the newest), with its options');
  return addKernelLockOptions(addProjectOptions(command));
}

const givenOptions = (command: Command): RunCommandOptions => Object.fromEntries(Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === 'cli'));

/** The options of an earlier `kit-test run WORDS`. */
function parseEarlier(words: readonly string[]): RunCommandOptions {
  const command = addRunOptions(new Command('run')).exitOverride().configureOutput({ writeErr: () => undefined }).parse(words, { from: 'user' });
  return { ...command.opts<RunCommandOptions>(), ...(command.args.length === 0 ? {} : { case: [...(command.opts<RunCommandOptions>().case ?? []), ...command.args] }) };
}
