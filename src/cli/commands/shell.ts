// `kit-test shell`: a cell with your terminal on its console.
import { type Command, Option } from 'commander';
import { startModes } from '../../model/start.ts';
import type { ShellCommandOptions } from '../actions/shell.ts';
import { addKernelLockOptions, addProjectOptions, type SetExitCode } from '../options.ts';

export function addShell(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('shell')
    .summary("boot a cell with your terminal on its console")
    .description("Boot a case's image with your terminal on its console: a shell instead of the image's entries, or the entries as they run.")
    .argument('<case>', 'the case whose image to boot')
    .option('--kernel <name>', 'kernel (default: as for run)')
    .option('--arch <name>', 'architecture (default: of this machine)')
    .option('--medium <name>', 'boot medium of a case that has several')
    .option('--entries', "run the image's entries instead of a shell")
    .addOption(new Option('--accel <accel>', 'how the guest runs').choices(['auto', 'kvm', 'hvf', 'tcg']))
    .addOption(new Option('--boot <mode>', 'how the guest starts: cold boots, warm goes on from a guest that has booted, auto does so from the second shell on').choices(startModes.filter((mode) => mode !== 'both')));
  addKernelLockOptions(addProjectOptions(command))
    .addHelpText('after', '\nExample:\n  kit-test shell filesystems --kernel 6.1 --arch arm\n\nCtrl-] ends the guest.\n')
    .action(async (name: string, options: ShellCommandOptions) => {
      const { openShell } = await import('../actions/shell.ts');
      setExitCode(await openShell(name, options));
    });
}
