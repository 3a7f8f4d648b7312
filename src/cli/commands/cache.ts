// `kit-test cache`: what kernels, packages and images take on this disk, and making room.
import { Option, type Command } from 'commander';
import type { CacheListOptions, CachePruneOptions } from '../actions/cache.ts';
import { addProjectOptions, age, collect, size, type SetExitCode } from '../options.ts';

const kindOption = (): Option => new Option('--kind <kind>', 'only items of this kind; repeatable').argParser(collect);

export function addCache(program: Command, setExitCode: SetExitCode): void {
  const cache = program
    .command('cache')
    .summary('show and prune what is kept on this machine')
    .description('The cache of kernels, packages, images and what is built of them. It lies where KIT_TEST_CACHE says, or `cache` in harness.config.ts, or in the cache folder of the user; everything in it can be had again.')
    .addHelpText('after', `
Examples:
  kit-test cache                       what it holds, by kind
  kit-test cache prune                 remove what was not used for 30 days
  kit-test cache prune --max 10G       the longest unused, until 10G are left
`);
  addProjectOptions(cache.command('list', { isDefault: true }))
    .description('Print what the cache holds, by kind: what it is for, how many items, what they take on disk, when the last one was used.')
    .addOption(kindOption())
    .option('--items', 'print every item, the longest unused first')
    .option('--json', 'print JSON')
    .addHelpText('after', `
Examples:
  kit-test cache
  kit-test cache list --kind initrd,medium --items
  kit-test cache list --json | jq .bytes
`)
    .action(async (options: CacheListOptions) => {
      const { listCommand } = await import('../actions/cache.ts');
      setExitCode(await listCommand(options));
    });
  addProjectOptions(cache.command('prune'))
    .description('Remove from the cache. Without --unused, --max or --all: what was not used for 30 days. What was used within the last hour stays, but for --all; what another running kit-test uses or makes always stays.')
    .option('--unused <time>', 'what was not used for this long, such as 12h or 30d', age)
    .option('--max <size>', 'the longest unused until no more than this is left, such as 10G', size)
    .addOption(new Option('--all', 'everything').conflicts(['unused', 'max']))
    .addOption(kindOption())
    .option('--dry-run', 'only say what would be removed')
    .option('--json', 'print JSON')
    .addHelpText('after', `
Examples:
  kit-test cache prune                              what was not used for 30 days
  kit-test cache prune --max 10G --dry-run          what would have to go
  kit-test cache prune --unused 7d --kind initrd,medium
  kit-test cache prune --all --kind template        every memory snapshot
`)
    .action(async (options: CachePruneOptions) => {
      const { pruneCommand } = await import('../actions/cache.ts');
      setExitCode(await pruneCommand(options));
    });
}
