// What pruning takes from a real cache and what it leaves, also under the eyes of other processes.
import { spawn } from 'node:child_process';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readInventory } from '../../../src/cache/inventory.ts';
import { holderToText, self } from '../../../src/cache/process-id.ts';
import { pruneCache, type PruneOptions } from '../../../src/cache/prune.ts';
import type { PruneLimit } from '../../../src/cache/choose.ts';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { exists } from '../../../src/sys/fs.ts';
import { temporaryFolder } from './folder.ts';

const now = Date.now();
const day = 24 * 3_600_000;

const usedBefore = async (path: string, days: number): Promise<void> => utimes(path, new Date(now - days * day), new Date(now - days * day));

async function filled(): Promise<Cache> {
  const cache = await openCache(await temporaryFolder());
  const add = async (key: string, bytes: number, days: number): Promise<void> => {
    const path = await cache.entry('kernel', key, async (draft) => {
      await mkdir(draft);
      await writeFile(join(draft, 'file'), Buffer.alloc(bytes));
    });
    await usedBefore(path, days);
  };
  await add('ancient', 1000, 40);
  await add('old', 1000, 10);
  await add('fresh', 1000, 0);
  return cache;
}

/** Names of what went and of what was spared. */
async function prune(cache: Cache, limit: PruneLimit, options: PruneOptions = {}): Promise<{ readonly gone: readonly string[]; readonly spared: readonly string[] }> {
  const { gone, spared } = await pruneCache(cache.root, [limit], now, options);
  return { gone: gone.map(({ name }) => name), spared: spared.map(({ name }) => name) };
}

/** A process that says it has used the cache since `days` ago. */
async function otherProcess(cache: Cache, days: number): Promise<{ readonly pid: number; readonly end: () => Promise<void> }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? expect.fail('no process');
  const path = join(cache.root, 'users', holderToText({ ...(await self()), pid, start: '' }));
  await writeFile(path, '');
  await usedBefore(path, days);
  return { pid, end: () => new Promise((resolve) => child.once('close', () => resolve()).kill('SIGKILL')) };
}

it.each<{ limit: PruneLimit; gone: readonly string[] }>([
  { limit: { unusedMs: 30 * day }, gone: ['ancient'] },
  { limit: { maxBytes: 1 }, gone: ['ancient', 'old'] },
  { limit: { all: true }, gone: ['ancient', 'old', 'fresh'] },
  { limit: { all: true, kinds: ['initrd'] }, gone: [] },
  { limit: {}, gone: [] },
])('takes $gone by $limit', async ({ limit, gone }) => {
  const cache = await filled();
  expect((await prune(cache, limit)).gone).toEqual(gone);
  for (const name of ['ancient', 'old', 'fresh']) expect(await exists(cache.entryPath('kernel', name))).toBe(!gone.includes(name));
  expect(await readdir(join(cache.root, 'tmp'), { recursive: true })).not.toContainEqual(expect.stringContaining('gone'));
});

it('serves one limit after the other, each by what the others left', async () => {
  const cache = await filled();
  const { gone, left } = await pruneCache(cache.root, [{ unusedMs: 30 * day }, { unusedMs: 30 * day }, { unusedMs: 5 * day }], now);
  expect([gone.map(({ name }) => name), left.map(({ name }) => name)]).toEqual([['ancient', 'old'], ['fresh']]);
});

it('takes nothing in a dry run, and says the same as the real one', async () => {
  const cache = await filled();
  const dry = await prune(cache, { maxBytes: 1 }, { dryRun: true });
  expect((await readInventory(cache.root)).items).toHaveLength(3);
  expect(await prune(cache, { maxBytes: 1 })).toEqual(dry);
});

it('counts a use: what was asked for lately stays', async () => {
  const cache = await filled();
  await cache.entry('kernel', 'ancient', () => Promise.resolve());
  expect((await prune(cache, { unusedMs: 5 * day })).gone).toEqual(['old']);
});

it('spares what another process may have looked up, as long as that runs', async () => {
  const cache = await filled();
  const other = await otherProcess(cache, 20);
  expect((await pruneCache(cache.root, [{ all: true }], now, { dryRun: true })).users).toMatchObject([{ pid: other.pid }]);
  expect(await prune(cache, { all: true })).toEqual({ gone: ['ancient'], spared: ['old', 'fresh'] });
  await other.end();
  expect(await prune(cache, { all: true })).toEqual({ gone: ['old', 'fresh'], spared: [] });
});

it('leaves what is being made, and takes it where its maker is gone', async () => {
  const cache = await filled();
  const me = await self();
  await symlink(holderToText(me), join(cache.root, 'locks', 'kernel-ancient'));
  await symlink(holderToText({ ...me, start: '1' }), join(cache.root, 'locks', 'kernel-old'));
  expect(await prune(cache, { unusedMs: 5 * day })).toEqual({ gone: ['old'], spared: ['ancient'] });
});

it('does not make a cache where there is none', async () => {
  const root = join(await temporaryFolder(), 'none');
  expect(await pruneCache(root, [{ all: true }], now)).toEqual({ gone: [], spared: [], left: [], users: [] });
  expect(await exists(root)).toBe(false);
});
