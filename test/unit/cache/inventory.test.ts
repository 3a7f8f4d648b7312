// What the cache says of itself: each kind of thing, what it takes on disk, when it was used.
import { mkdir, open, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readInventory } from '../../../src/cache/inventory.ts';
import { kindsOfCache } from '../../../src/cache/kinds.ts';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { temporaryFolder } from './folder.ts';

const hex = 'ab'.repeat(32);

async function filled(): Promise<Cache> {
  const cache = await openCache(await temporaryFolder());
  await cache.entry('kernel', 'k', async (draft) => {
    await mkdir(join(draft, 'below'), { recursive: true });
    await writeFile(join(draft, 'below', 'file'), Buffer.alloc(100_000, 1));
  });
  const draft = await cache.temporary();
  await writeFile(draft, 'x');
  await cache.adopt(`sha256:${hex}`, draft);
  for (const [folder, name] of [['parts', hex], ['apt/trixie-amd64', 'updated'], ['config', 'harness.mjs'], ['exec/cell', 'console.log']] as const) {
    await mkdir(join(cache.root, folder), { recursive: true });
    await writeFile(join(cache.root, folder, name), 'x');
  }
  return cache;
}

it('lists everything that can be removed alone, of kinds that have a name', async () => {
  const { items } = await readInventory((await filled()).root);
  expect(items.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(['config harness.mjs', `download ${hex}`, 'exec cell', 'kernel k', 'package-index trixie-amd64', `partial ${hex}`]);
  for (const { kind } of items) expect(kindsOfCache).toHaveProperty(kind);
});

it('lists only the kinds that are asked for', async () => {
  const { items } = await readInventory((await filled()).root, { kinds: ['kernel', 'exec'] });
  expect(items.map(({ kind }) => kind).sort()).toEqual(['exec', 'kernel']);
});

it('counts what a folder takes on disk, with what is below it', async () => {
  const [kernel] = (await readInventory((await filled()).root, { kinds: ['kernel'] })).items;
  expect(kernel?.bytes).toBeGreaterThanOrEqual(100_000);
  expect(kernel?.bytes).toBeLessThan(150_000);
});

it('counts a sparse file as what it takes', async () => {
  const cache = await openCache(await temporaryFolder());
  await cache.entry('template', 't', async (draft) => {
    await writeFile(draft, 'head');
    await truncate(draft, 256 * 1024 ** 2);
  });
  const [template] = (await readInventory(cache.root)).items;
  expect(template?.bytes).toBeLessThan(100_000);
});

it('gives the longest unused first, package lists by when they were read', async () => {
  const cache = await filled();
  const at = async (path: string, days: number): Promise<void> => utimes(join(cache.root, path), new Date(days * 86_400_000), new Date(days * 86_400_000));
  await at('apt/trixie-amd64/updated', 1);
  await at('entries/kernel/k', 2);
  await at(`parts/${hex}`, 3);
  expect((await readInventory(cache.root)).items.slice(0, 3).map(({ kind }) => kind)).toEqual(['package-index', 'kernel', 'partial']);
});

it('tells apart what is being made', async () => {
  const cache = await openCache(await temporaryFolder());
  expect(await readInventory(cache.root)).toEqual({ items: [], unfinishedBytes: 0 });
  await using file = await open(await cache.temporary(), 'w');
  await file.writeFile(Buffer.alloc(100_000, 1));
  await file.sync();
  const { items, unfinishedBytes } = await readInventory(cache.root);
  expect(items).toEqual([]);
  expect(unfinishedBytes).toBeGreaterThanOrEqual(100_000);
});

it('finds nothing where there is no cache', async () => {
  expect(await readInventory(join(await temporaryFolder(), 'none'))).toEqual({ items: [], unfinishedBytes: 0 });
});
