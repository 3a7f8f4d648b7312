// `kit-test plan`: the matrix divided over several machines.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PlanCommandOptions } from '../actions/plan.ts';
import { addChangedOption, addProjectOptions, addSelectionOptions, duration, positiveNumber } from '../options.ts';

export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .summary('divide the matrix over several machines')
    .description('Divide the matrix into shards of about equal length for `run --shard`. Cells of one kernel and architecture stay together, unless they alone are longer than a fair share. Equal files, selection and timings give equal shards on every machine; the digest behind the @ of a shard says so.')
    .argument('[case...]', 'cases, globs allowed; the same as --case');
  addProjectOptions(addChangedOption(addSelectionOptions(command)))
    .addOption(new Option('--shards <n>', 'how many, or auto: by --target').default('auto').argParser(shardCount))
    .addOption(new Option('--target <duration>', 'with auto: how long each should take').default(600_000, '10m').argParser(duration))
    .addOption(new Option('--max-shards <n>', 'with auto: never more').default(20).argParser(positiveNumber))
    .addOption(new Option('-j, --jobs <n>', 'guests at once on each machine').default(2).argParser(positiveNumber))
    .option('--timings <run>', 'a run, report.json or plan that says how long cells take (default: estimated)')
    .addOption(new Option('--format <format>', 'github: one line for fromJSON in a workflow').choices(['text', 'json', 'github']).default('text'))
    .option('--output <file>', 'write the plan as JSON too, for `run --timings` of every shard')
    .addHelpText('after', `
Examples:
  kit-test plan --shards 4                                 what four machines would run
  kit-test plan --target 5m --timings latest               as many as take five minutes each
  kit-test plan --timings report.json --output plan.json --format github
  kit-test run --shard 2/4 --timings plan.json             one of them
`)
    .action(async (cases: string[], options: PlanCommandOptions) => {
      const { printShards } = await import('../actions/plan.ts');
      await printShards({ ...options, case: cases.length === 0 ? options.case : [...(options.case ?? []), ...cases] }, options);
    });
}

function shardCount(value: string): number | 'auto' {
  if (value === 'auto') return value;
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (number === 0) throw new InvalidArgumentError('expected a number of shards from 1 to 9999, or auto.');
  return number;
}
