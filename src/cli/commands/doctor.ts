// `kit-test doctor`: what this machine has, lacks, and how to mend it.
import type { Command } from 'commander';
import type { DoctorOptions } from '../actions/doctor.ts';
import type { SetExitCode } from '../options.ts';

export function addDoctor(program: Command, setExitCode: SetExitCode): void {
  program
    .command('doctor')
    .summary('check this machine')
    .description('Check Node.js, QEMU for each architecture, KVM by really using it, apt, tools, disk and memory, with the fix for each thing that is missing.')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  kit-test doctor\n')
    .action(async (options: DoctorOptions) => {
      const { diagnose } = await import('../actions/doctor.ts');
      setExitCode(await diagnose(options));
    });
}
