// `kit-test images`: which images of registries the project names, pinning them and putting them on this machine.
import type { Command } from 'commander';
import type { ImagesOptions } from '../actions/images.ts';
import { addKernelLockOptions, addProjectOptions, collect, type SetExitCode } from '../options.ts';

export function addImages(program: Command, setExitCode: SetExitCode): void {
  const images = program.command('images').summary('list, pin and fetch images of registries').description('The images of registries that cases and kernels name: what is pinned in kit-test.lock and what is on this machine.');
  const add = (name: 'list' | 'lock' | 'fetch', text: string, example: string): Command => {
    const command = images
      .command(name)
      .description(text)
      .argument('[image...]', 'references in full, globs allowed (default: all)')
      .option('--arch <glob>', 'select architectures', collect)
      .option('--json', 'print JSON')
      .addHelpText('after', `\nExample:\n  kit-test images ${example}\n`)
      .action(async (names: string[], options: ImagesOptions) => {
        const work = await import('../actions/images.ts');
        setExitCode(await work.imagesCommand(name, names, options));
      });
    return addProjectOptions(command);
  };
  add('list', 'Print images, who uses them, what is pinned and cached.', 'list');
  add('lock', 'Ask what every reference names now and record the digests in kit-test.lock, for all architectures.', "lock 'docker.io/linuxkit/*'");
  addKernelLockOptions(add('fetch', 'Put images into the cache, so that later runs need no network.', 'fetch --arch arm'));
}
