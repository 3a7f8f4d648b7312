// The cache as several processes use it: killed, raced, read-only, full.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withLock } from '../../../src/cache/lock.ts';
import { openCache } from '../../../src/cache/store.ts';
import { exists } from '../../../src/sys/fs.ts';
import { asOrdinaryUser, temporaryFolder } from './folder.ts';

const jiti = fileURLToPath(new URL('../../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

function start(root: string, what: string): ChildProcess {
  return spawn(process.execPath, [jiti, worker, root, what], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function said(child: ChildProcess, word: string): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes(word)) return;
  throw new Error(`the worker never said ${word}`);
}

it('builds an entry once and shows it only when it is complete', async () => {
  const cache = await openCache(await temporaryFolder());
  let builds = 0;
  const build = async (draft: string): Promise<void> => {
    builds += 1;
    expect(await exists(cache.entryPath('thing', 'key'))).toBe(false);
    await writeFile(draft, 'content');
  };
  const paths = await Promise.all([cache.entry('thing', 'key', build), cache.entry('thing', 'key', build)]);
  expect(new Set(paths)).toEqual(new Set([cache.entryPath('thing', 'key')]));
  expect(await readFile(await cache.entry('thing', 'key', build), 'utf8')).toBe('content');
  expect(builds).toBe(1);
});

it('leaves nothing of a build that failed, and builds again', async () => {
  const root = await temporaryFolder();
  const cache = await openCache(root);
  const failing = async (draft: string): Promise<void> => {
    await mkdir(draft);
    await writeFile(join(draft, 'half'), 'half');
    throw new Error('no luck');
  };
  await expect(cache.entry('thing', 'key', failing)).rejects.toThrow('no luck');
  expect(await exists(cache.entryPath('thing', 'key'))).toBe(false);
  expect((await readdir(join(root, 'tmp'), { recursive: true })).length).toBe(1);
  expect(await readdir(join(root, 'locks'))).toEqual([]);
  await cache.entry('thing', 'key', (draft) => writeFile(draft, 'now'));
});

it('lets several processes build an entry only once', async () => {
  const root = await temporaryFolder();
  const children = [start(root, 'build'), start(root, 'build'), start(root, 'build')];
  const codes = await Promise.all(children.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect((await readFile(join(root, 'builds'), 'utf8')).trim().split('\n')).toHaveLength(1);
});

it('takes over from a process that was killed in the middle, and cleans up after it', async () => {
  const root = await temporaryFolder();
  const child = start(root, 'hang');
  await said(child, 'building');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await readdir(join(root, 'locks'))).toEqual(['thing-key']);
  const cache = await openCache(root);
  expect(await readdir(join(root, 'tmp'))).toEqual([]);
  expect(await readdir(join(root, 'locks'))).toEqual([]);
  const path = await cache.entry('thing', 'key', (draft) => writeFile(draft, 'mine'));
  expect(await readFile(path, 'utf8')).toBe('mine');
});

it('takes over from a process that is killed while it is waited for', async () => {
  const root = await temporaryFolder();
  const child = start(root, 'hang');
  await said(child, 'building');
  const waits: string[] = [];
  const cache = await openCache(root, {
    onWait: (what) => {
      waits.push(what);
      child.kill('SIGKILL');
    },
  });
  const path = await cache.entry('thing', 'key', (draft) => writeFile(draft, 'mine'));
  expect(await readFile(path, 'utf8')).toBe('mine');
  expect(waits).toEqual(['thing-key']);
});

it('leaves the temporary files of a living process alone', async () => {
  const root = await temporaryFolder();
  const child = start(root, 'hang');
  await said(child, 'building');
  await openCache(root);
  expect(await readdir(join(root, 'tmp'))).toHaveLength(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

it('stops waiting for a lock when it is aborted', async () => {
  const path = join(await temporaryFolder(), 'lock');
  const abort = new AbortController();
  await withLock(path, async () => {
    const second = withLock(path, () => Promise.resolve('never'), { signal: abort.signal, onWait: () => abort.abort() });
    await expect(second).rejects.toThrow(/abort/i);
  });
});

it.each(['not a holder', '1.1.elsewhere-of-old'])('does not wait for ever for a lock nobody holds: %s', async (holder) => {
  const path = join(await temporaryFolder(), 'lock');
  await symlink(holder, path);
  const { lutimes } = await import('node:fs/promises');
  await lutimes(path, new Date(0), new Date(0));
  expect(await withLock(path, () => Promise.resolve('mine'))).toBe('mine');
});

it('uses what a read-only cache has and refuses clearly what it lacks', async () => {
  const root = await temporaryFolder();
  const first = await openCache(root);
  await first.entry('thing', 'old', (draft) => writeFile(draft, 'old'));
  for (const folder of ['', 'entries', 'entries/thing', 'tmp', 'locks', 'parts', 'blobs']) await chmod(join(root, folder), 0o555);
  await asOrdinaryUser(async () => {
    const cache = await openCache(root);
    expect(await readFile(await cache.entry('thing', 'old', () => Promise.reject(new Error('built'))), 'utf8')).toBe('old');
    await expect(cache.entry('thing', 'new', (draft) => writeFile(draft, ''))).rejects.toMatchObject({ code: 'CACHE_READ_ONLY', hint: expect.stringContaining('KIT_TEST_CACHE') as string });
  });
});

it('refuses a folder it may not make', async () => {
  const parent = await temporaryFolder();
  await chmod(parent, 0o555);
  await asOrdinaryUser(() => expect(openCache(join(parent, 'cache'))).rejects.toMatchObject({ code: 'CACHE_READ_ONLY' }));
});

it('says that there is no space left', async () => {
  const root = await temporaryFolder();
  const cache = await openCache(root);
  await expect(cache.entry('thing', 'key', () => writeFile('/dev/full', 'x'))).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(root) as string });
});

it('forgets an entry that turned out damaged', async () => {
  const cache = await openCache(await temporaryFolder());
  const path = await cache.entry('thing', 'key', (draft) => mkdir(join(draft, 'a'), { recursive: true }).then(() => undefined));
  await cache.drop('thing', 'key');
  expect(await exists(path)).toBe(false);
  await cache.drop('thing', 'key');
});

it.each(['../x', 'a/b', '', '.hidden', 'x'.repeat(300)])('refuses %j as a key', async (key) => {
  const cache = await openCache(await temporaryFolder());
  await expect(cache.entry('thing', key, () => Promise.resolve())).rejects.toThrow('not fit');
});

it('removes parts of downloads nobody came back for', async () => {
  const root = await temporaryFolder();
  await openCache(root);
  await writeFile(join(root, 'parts', 'old'), 'x');
  await writeFile(join(root, 'parts', 'new'), 'x');
  const longAgo = new Date(Date.now() - 30 * 24 * 3_600_000);
  await utimes(join(root, 'parts', 'old'), longAgo, longAgo);
  await openCache(root);
  expect(await readdir(join(root, 'parts'))).toEqual(['new']);
  await rm(root, { recursive: true });
});
