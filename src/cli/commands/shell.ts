// `kit-test shell`: a cell with your terminal on its console.
import type { Command } from 'commander';
import type { ShellCommandOptions } from '../actions/shell.ts';
import { addGuestOptions, addKernelLockOptions, addProjectOptions, type SetExitCode } from '../options.ts';

export function addShell(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('shell')
    .summary("boot a cell with your terminal on its console")
    .description("Boot a case's image with your terminal on its console: a shell instead of the image's entries, or the entries as they run.")
    .argument('<case>', 'the case whose image to boot')
    .option('--kernel <name>', 'kernel (default: as for run)')
    .option('--arch <name>', 'architecture (default: of this machine)')
    .option('--medium <name>', 'boot medium of a case that has several')
    .option('--entries', "run the image's entries instead of a shell");
  addKernelLockOptions(addProjectOptions(addGuestOptions(command, 'shell')))
    .addHelpText('after', '\nExample:\n  kit-test shell filesystems --kernel 6.1 --arch arm\n\nCtrl-] ends the guest.\n')
    .action(async (name: string, options: ShellCommandOptions) => {
      const { openShell } = await import('../actions/shell.ts');
      setExitCode(await openShell(name, options));
    });
}
