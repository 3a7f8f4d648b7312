// `kit-test exec`: a command on real kernels, its output here, its exit status ours.
import type { Command } from 'commander';
import type { ExecCommandOptions } from '../actions/exec.ts';
import { addGuestOptions, addKernelLockOptions, addProjectOptions, collect, duration, positiveNumber, type SetExitCode } from '../options.ts';

export function addExec(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('exec')
    .summary('run a command on kernels')
    .description('Boot the selected kernels × architectures (default: one), run a command in each, stream its output and end with its exit status. A local file named as the command is copied into the guest; {arch} in paths picks a build per architecture.')
    .argument('<command...>', 'command and arguments; options after the command are its own')
    .passThroughOptions()
    .option('--kernel <glob>', 'select kernels', collect)
    .option('--arch <glob>', 'select architectures', collect)
    .option('--copy <path>', 'put a file or folder into /work, the working directory of the command; repeatable', repeated)
    .option('--module <name>', 'kernel modules to load', collect)
    .option('--env <name=value>', 'environment variable; repeatable', repeated)
    .option('--memory <size>', 'guest memory (default: what is needed, 512M at least)')
    .option('--cpus <n>', 'guest CPUs', positiveNumber)
    .option('--timeout <duration>', 'limit of the whole boot, stretched under TCG', duration)
    .option('-j, --jobs <n>', 'guests at once', positiveNumber);
  addKernelLockOptions(addProjectOptions(addGuestOptions(command, 'command')))
    .addHelpText('after', `
Examples:
  kit-test exec -- uname -a
  kit-test exec --kernel 6.1 -- ./my-static-test --verbose
  kit-test exec --kernel '*' --arch '*' --copy build/{arch} -- ./build/{arch}/selftest
`)
    .action(async (words: string[], options: ExecCommandOptions) => {
      const { execCommand } = await import('../actions/exec.ts');
      setExitCode(await execCommand(words, options));
    });
}

/** As `collect`, but a comma is part of the value. */
const repeated = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];
