// What pruning takes and what it leaves.
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listCache, pruneCache, type PruneLimits } from '../../../src/cache/prune.ts';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { exists } from '../../../src/sys/fs.ts';
import { temporaryFolder } from './folder.ts';

const now = Date.now();
const day = 24 * 3_600_000;

async function filled(): Promise<Cache> {
  const cache = await openCache(await temporaryFolder());
  const add = async (key: string, bytes: number, days: number): Promise<void> => {
    const path = await cache.entry('kernel', key, async (draft) => {
      await mkdir(draft);
      await writeFile(join(draft, 'file'), Buffer.alloc(bytes));
    });
    const used = new Date(now - days * day);
    await utimes(path, used, used);
  };
  await add('ancient', 1000, 40);
  await add('old', 1000, 10);
  await add('fresh', 1000, 0);
  return cache;
}

it('lists everything with size and last use, the longest unused first', async () => {
  const items = await listCache(await filled());
  expect(items.map(({ kind, bytes, path }) => [kind, bytes, path.split('/').at(-1)])).toEqual([['kernel', 1000, 'ancient'], ['kernel', 1000, 'old'], ['kernel', 1000, 'fresh']]);
});

it.each<{ limits: PruneLimits; gone: readonly string[] }>([
  { limits: { unusedMs: 30 * day }, gone: ['ancient'] },
  { limits: { maxBytes: 2000 }, gone: ['ancient'] },
  { limits: { maxBytes: 0 }, gone: ['ancient', 'old'] },
  { limits: {}, gone: [] },
])('takes $gone by $limits', async ({ limits, gone }) => {
  const cache = await filled();
  const names = (await pruneCache(cache, limits, now)).map(({ path }) => path.split('/').at(-1));
  expect(names).toEqual(gone);
  for (const name of ['ancient', 'old', 'fresh']) expect(await exists(cache.entryPath('kernel', name))).toBe(!gone.includes(name));
});

it('takes nothing in a dry run', async () => {
  const cache = await filled();
  expect(await pruneCache(cache, { maxBytes: 0, dryRun: true }, now)).toHaveLength(2);
  expect(await listCache(cache)).toHaveLength(3);
});

it('counts a use: what was asked for lately stays', async () => {
  const cache = await filled();
  await cache.entry('kernel', 'ancient', () => Promise.resolve());
  expect((await pruneCache(cache, { unusedMs: 5 * day }, now)).map(({ path }) => path.split('/').at(-1))).toEqual(['old']);
});
