// The tree of commands. Each command's work is loaded when it is called: `--help` and `exec` start fast.
import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import type { SetExitCode } from './options.ts';
import { addRun } from './commands/run.ts';
import { addList } from './commands/list.ts';
import { addPlan } from './commands/plan.ts';
import { addBuild } from './commands/build.ts';
import { addExec } from './commands/exec.ts';
import { addShell } from './commands/shell.ts';
import { addParse } from './commands/parse.ts';
import { addKernels } from './commands/kernels.ts';
import { addImages } from './commands/images.ts';
import { addCache } from './commands/cache.ts';
import { addDoctor } from './commands/doctor.ts';
import { addReport } from './commands/report.ts';
import { addCompare } from './commands/compare.ts';
import { addInit } from './commands/init.ts';
import { addNew } from './commands/new.ts';
import { addImport } from './commands/import.ts';
import { addSchema } from './commands/schema.ts';

/** Builds the program; `setExitCode` receives what the process should end with. Parsing throws CommanderError. */
export function buildProgram(setExitCode: SetExitCode): Command {
  const program = new Command('kit-test')
    .description('Test software across Linux kernels and CPU architectures.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ sortOptions: false, showGlobalOptions: false })
    .addHelpText('after', help);
  for (const add of [addInit, addNew, addImport, addRun, addList, addPlan, addBuild, addExec, addShell, addParse, addReport, addCompare, addKernels, addImages, addCache, addDoctor, addSchema]) add(program, setExitCode);
  overrideExit(program);
  return program;
}

/** commander would end the process itself; here only main.ts does. */
function overrideExit(command: Command): void {
  command.exitOverride((error: CommanderError) => {
    throw error;
  });
  command.commands.forEach(overrideExit);
}

const help = `
Examples:
  kit-test run --matrix                       every case on every kernel and architecture
  kit-test run boot --kernel 6.12             one case, quickly, on this machine's architecture
  kit-test run --matrix --arch arm --label smoke
  kit-test exec --kernel '*' -- ./my-test     run a static binary on every kernel
  kit-test shell boot --kernel 6.1 --arch arm a terminal on the console of that cell
  kit-test parse console.log                  what a saved console says

Exit status: 0 all passed, 1 something failed, crashed or timed out, 2 wrong configuration
or usage, 3 only kit-test's own side failed, 4 a defect of kit-test, 130 interrupted,
141 the reader of its output went away.
`;
