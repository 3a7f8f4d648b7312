// A process of its own that uses a cache: run by tests that kill it or race it. Arguments: cache folder, what to do.
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCache } from '../../../src/cache/store.ts';

const [root = '', what = ''] = process.argv.slice(2);
const cache = await openCache(root);
await cache.entry('thing', 'key', async (draft) => {
  await mkdir(draft);
  await writeFile(join(draft, 'half'), 'half');
  await appendFile(join(root, 'builds'), `${process.pid}\n`);
  process.stdout.write('building\n');
  await sleep(what === 'hang' ? 600_000 : 150);
  await writeFile(join(draft, 'whole'), 'whole');
});
process.stdout.write('done\n');
