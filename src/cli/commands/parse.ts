// `kit-test parse`: saved consoles, judged as live ones are.
import { type Command, Option } from 'commander';
import { parseProtocols } from '../../model/parsed.ts';
import type { ParseCommandOptions } from '../actions/parse.ts';
import { addProjectOptions, type SetExitCode } from '../options.ts';

export function addParse(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('parse')
    .summary('judge saved consoles')
    .description('Read saved consoles and say of each what a run would have said: the verdict with its reason, every kernel failure by its name, test results. Works without a project. A file may be compressed (.gz, .xz, .zst), - is standard input, a folder stands for the last console of each cell in it. Results that a run has stored beside a console.log, in results.log, count instead of those on it. Without --case a console has to show test results to pass. With it, what a console cannot show is taken from what the run left beside it: `duration` from console.times, probes and the limit that ended the guest from events.ndjson; what is not there is not judged, and said so.')
    .argument('<file...>', 'consoles; folders of cells or of whole runs')
    .addOption(new Option('--format <format>', 'text to read, or ndjson: one object for each console').choices(['text', 'ndjson']).default('text'))
    .addOption(new Option('--case <name>', 'judge by what this case of the project expects').conflicts('protocol'))
    .addOption(new Option('--symbols <file>', "name the addresses in crash reports by the kernel's System.map, /proc/kallsyms or vmlinux; may be compressed"))
    .addOption(new Option('--protocol <protocol>', 'how the results are written (default: KTAP or TAP where there is a document, else what is found)').choices(parseProtocols));
  addProjectOptions(command)
    .addHelpText('after', `
Exit status: 0 all passed or were skipped, 1 one failed, crashed or timed out, 2 wrong usage,
3 one could not be read to its end.

Examples:
  kit-test parse console.log
  ssh lab cat /var/log/console | kit-test parse -
  kit-test parse --case redis .kit-test/runs/latest/cells/redis+6.12+arm
  kit-test parse --symbols System.map console.log
  kit-test parse --format ndjson logs/*.log | jq -r 'select(.crashes[0]) | [.file, .crashes[0].title] | @tsv'
`)
    .action(async (files: string[], options: ParseCommandOptions) => {
      const { parseFiles } = await import('../actions/parse.ts');
      setExitCode(await parseFiles(files, options));
    });
}
