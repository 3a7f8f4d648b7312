// `kit-test kernels`: which kernels there are, and putting them on this machine.
import type { Command } from 'commander';
import type { KernelsOptions } from '../actions/kernels.ts';
import { addKernelLockOptions, addProjectOptions, collect, type SetExitCode } from '../options.ts';

export function addKernels(program: Command, setExitCode: SetExitCode): void {
  const kernels = program.command('kernels').summary('list, fetch, update and show kernels').description('The kernels of kernels/: what is pinned in kit-test.lock and what is on this machine.');
  const add = (name: 'list' | 'fetch' | 'update' | 'show', text: string, example: string): Command => {
    const command = kernels
      .command(name)
      .description(text)
      .argument('[kernel...]', 'kernels, globs allowed (default: all)')
      .option('--arch <glob>', 'select architectures', collect)
      .option('--json', 'print JSON')
      .addHelpText('after', `\nExample:\n  kit-test kernels ${example}\n`)
      .action(async (names: string[], options: KernelsOptions) => {
        const work = await import('../actions/kernels.ts');
        setExitCode(await work.kernelsCommand(name, names, options));
      });
    return addProjectOptions(command);
  };
  add('list', 'Print kernels, their sources and what is pinned.', 'list');
  addKernelLockOptions(add('fetch', 'Put kernels into the cache, so that later runs need no network.', "fetch '6.*' --arch aarch64"));
  add('update', 'Take the newest of each series and record it in kit-test.lock.', 'update 7.x');
  addKernelLockOptions(add('show', 'Print all about kernels that are here: files, release, digest, modules.', 'show 6.12 --arch x86_64'));
}
