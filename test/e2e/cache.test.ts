// `kit-test cache`: what a cache holds and what pruning takes of it, on real files, beside a real run and on a full disk.
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exists } from '../../src/sys/fs.ts';
import { seedCache } from './own-cache.ts';
import { createProject, scriptCase, type Project } from './project.ts';

const dayMs = 24 * 3_600_000;

interface Sum {
  readonly items: number;
  readonly bytes: number;
}

/** An entry of a size, last used some days ago. Not by `openCache`, which would make the process of the tests a user of the cache. */
async function add(root: string, kind: string, key: string, { bytes, days, sparse = 0 }: { readonly bytes: number; readonly days: number; readonly sparse?: number }): Promise<void> {
  const path = join(root, 'entries', kind, key);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'file'), Buffer.alloc(bytes, 1));
  if (sparse > 0) await truncate(join(path, 'file'), sparse);
  const used = new Date(Date.now() - days * dayMs);
  await utimes(path, used, used);
}

interface Filled extends AsyncDisposable {
  readonly project: Project;
  readonly root: string;
  /** What `kit-test cache prune WORDS` prints. */
  readonly prune: (...words: readonly string[]) => Promise<string>;
  /** Names of the entries that are there. */
  readonly left: () => Promise<readonly string[]>;
}

/** A project whose own cache holds a few entries. */
async function withCache(): Promise<Filled> {
  const project = await createProject({});
  const root = join(project.folder, 'cache');
  await add(root, 'kernel', 'fresh', { bytes: 200_000, days: 0 });
  await add(root, 'initrd', 'old', { bytes: 400_000, days: 10 });
  await add(root, 'initrd', 'ancient', { bytes: 300_000, days: 40 });
  await add(root, 'template', 'sparse', { bytes: 100_000, days: 50, sparse: 1024 ** 3 });
  return {
    project,
    root,
    prune: async (...words) => {
      const { code, stdout, stderr } = await project.run(['cache', 'prune', ...words], { KIT_TEST_CACHE: root });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    },
    left: async () => (await Promise.all((await readdir(join(root, 'entries'))).map((kind) => readdir(join(root, 'entries', kind))))).flat().sort(),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

describe('kit-test cache', () => {
  it('prints kinds in words with items, size and last use, the biggest first, and where it is', async () => {
    await using filled = await withCache();
    const { project, root } = filled;
    for (const words of [['cache'], ['cache', 'list']]) {
      const { code, stdout, stderr } = await project.run(words, { KIT_TEST_CACHE: root });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.split('\n');
      expect(lines[0]).toMatch(/^kind +items +size +last used +holds$/);
      expect(lines.slice(1, 4)).toEqual([
        expect.stringMatching(/^initrd +2 +6\d\d(\.\d)?K +10d ago +initrds joined of segments$/),
        expect.stringMatching(/^kernel +1 +\d+(\.\d)?K +just now +kernels of Debian packages/),
        // Not the gigabyte that its file is long.
        expect.stringMatching(/^template +1 +1\d\d(\.\d)?K +50d ago +memory snapshots/),
      ]);
      expect(stdout).toMatch(/\n\n\d+(\.\d)?[KM] in 4 items: .*\/cache\n$/);
    }
  });

  it('lists items, the longest unused first, and the same as JSON', async () => {
    await using filled = await withCache();
    const { project, root } = filled;
    const { stdout } = await project.run(['cache', 'list', '--items', '--kind', 'initrd'], { KIT_TEST_CACHE: root });
    expect(stdout.split('\n').slice(0, 3)).toEqual([expect.stringMatching(/^kind +size +last used +item$/), expect.stringMatching(/^initrd .* 40d ago +ancient$/), expect.stringMatching(/^initrd .* 10d ago +old$/)]);
    const document = JSON.parse((await project.run(['cache', '--json', '--items'], { KIT_TEST_CACHE: root })).stdout) as Sum & { readonly folder: string; readonly kinds: readonly (Sum & { readonly kind: string })[]; readonly list: readonly { readonly name: string; readonly usedAt: string }[] };
    expect(document).toMatchObject({ folder: root, items: 4, unfinishedBytes: 0 });
    expect(document.kinds.map(({ kind, items }) => [kind, items])).toEqual([['initrd', 2], ['kernel', 1], ['template', 1]]);
    expect(document.list.map(({ name }) => name)).toEqual(['sparse', 'ancient', 'old', 'fresh']);
    expect(document.kinds.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(document.bytes);
    const [sparse] = document.list;
    expect(Date.now() - Date.parse(sparse?.usedAt ?? '')).toBeGreaterThan(49 * dayMs);
  });

  it('finds the folder that harness.config.ts names, and makes none to look into', async () => {
    await using project = await createProject({ 'harness.config.ts': `export default { cache: 'own/cache' };\n` });
    const { code, stdout } = await project.run(['cache'], { KIT_TEST_CACHE: '' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^nothing in .*\/own\/cache\n$/) as string });
    expect(await project.run(['cache', 'prune'], { KIT_TEST_CACHE: '' })).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^nothing to remove/) as string });
    expect(await exists(join(project.folder, 'own'))).toBe(false);
  });

  it('works where there is no project', async () => {
    await using filled = await withCache();
    const { project, root } = filled;
    await rm(join(project.folder, 'harness.config.ts'));
    await rm(join(project.folder, 'kernels'), { recursive: true });
    const { code, stdout } = await project.run(['cache', 'list'], { KIT_TEST_CACHE: root });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('in 4 items') as string });
  });
});

describe('kit-test cache prune', () => {
  it('takes what was not used for 30 days, and says what that was', async () => {
    await using filled = await withCache();
    const { prune, left } = filled;
    const dry = await prune('--dry-run');
    expect(dry).toMatch(/^would remove 2 items, \d+(\.\d)?K\n +initrd +1 +\d+(\.\d)?K\n +template +1 +\d+(\.\d)?K\n\d+(\.\d)?K in 2 items would be left: /);
    expect(await left()).toEqual(['ancient', 'fresh', 'old', 'sparse']);
    expect(await prune()).toBe(dry.replace('would remove', 'removed').replace('would be left', 'left'));
    expect(await left()).toEqual(['fresh', 'old']);
    expect(await prune()).toMatch(/^nothing to remove: everything was used within 30d\n/);
  });

  it.each<{ words: readonly string[]; stays: readonly string[] }>([
    { words: ['--unused', '5d'], stays: ['fresh'] },
    { words: ['--max', '650K'], stays: ['fresh', 'old'] },
    { words: ['--max', '1K'], stays: ['fresh'] },
    { words: ['--unused', '5d', '--kind', 'template'], stays: ['ancient', 'fresh', 'old'] },
    { words: ['--max', '500K', '--kind', 'initrd'], stays: ['fresh', 'old', 'sparse'] },
    { words: ['--all', '--kind', 'kernel,template'], stays: ['ancient', 'old'] },
    { words: ['--all'], stays: [] },
  ])('leaves $stays by $words', async ({ words, stays }) => {
    await using filled = await withCache();
    const { prune, left } = filled;
    await prune(...words);
    expect(await left()).toEqual(stays);
  });

  it('says what it kept although it is over the limit', async () => {
    await using filled = await withCache();
    const { prune } = filled;
    expect(await prune('--max', '1K')).toMatch(/\nkept 1 item, \d+(\.\d)?K: used within the last hour\n/);
  });

  it('gives JSON', async () => {
    await using filled = await withCache();
    const { root, prune } = filled;
    expect(JSON.parse(await prune('--json'))).toMatchObject({ folder: root, dryRun: false, removed: { items: 2, kinds: [{ kind: 'initrd', items: 1 }, { kind: 'template', items: 1 }], list: [{ name: 'sparse' }, { name: 'ancient' }] }, spared: { items: 0, bytes: 0 }, left: { items: 2 }, usedBy: [] });
  });

  it.each<{ words: readonly string[]; says: string }>([
    { words: ['--unused', 'soon'], says: 'expected a time such as 90m, 12h or 30d' },
    // Three bytes are never meant.
    { words: ['--max', '3'], says: 'expected a size such as 512M or 10G' },
    { words: ['--max', '10GB'], says: 'expected a size such as 512M or 10G' },
    { words: ['--kind', 'initrdd'], says: 'did you mean "initrd"?' },
    { words: ['--all', '--max', '3G'], says: "'--all' cannot be used with option '--max <size>'" },
    { words: ['everything'], says: 'too many arguments' },
  ])('refuses $words and removes nothing', async ({ words, says }) => {
    await using filled = await withCache();
    const { project, root, left } = filled;
    const { code, stderr } = await project.run(['cache', 'prune', ...words], { KIT_TEST_CACHE: root });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) as string });
    expect(await left()).toHaveLength(4);
  });

  it('makes room on a full disk', async ({ skip }) => {
    await using project = await createProject({});
    const root = join(project.folder, 'disk');
    await mkdir(root);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', root], { encoding: 'utf8' });
    skip(mounted.status !== 0, `mount does not work here: ${mounted.stderr}`);
    try {
      await add(root, 'initrd', 'old', { bytes: 500_000, days: 40 });
      const filling = writeFile(join(root, 'fill'), Buffer.alloc(4 * 1024 ** 2));
      await expect(filling).rejects.toMatchObject({ code: 'ENOSPC' });
      const { code, stdout, stderr } = await project.run(['cache', 'prune'], { KIT_TEST_CACHE: root });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^removed 1 item, 4\d\d(\.\d)?K\n/);
      await writeFile(join(root, 'more'), Buffer.alloc(400_000));
    } finally {
      spawnSync('umount', ['--lazy', root]);
    }
  });
});

describe('a run beside kit-test cache prune --all', () => {
  it('keeps what it uses, though its guest boots only later', async () => {
    await using cache = await seedCache();
    await add(cache.root, 'initrd', 'unused', { bytes: 1000, days: 1 });
    await using project = await createProject({ ...scriptCase('one', 'sleep 5'), ...scriptCase('two', 'true') });
    const env = { KIT_TEST_CACHE: cache.root };
    const running = project.start(['run', '--matrix', '--jobs', '1', '--offline'], env);
    const pid = running.child.pid;
    await expect.poll(async () => (await project.events()).some((event) => event.kind === 'cell-phase' && event.phase === 'boot'), { timeout: 60_000 }).toBe(true);
    const { code, stdout } = await project.run(['cache', 'prune', '--all', '--json'], env);
    const { removed, spared, usedBy } = JSON.parse(stdout) as { readonly removed: { readonly list: readonly { readonly kind: string; readonly name: string }[] }; readonly spared: Sum; readonly usedBy: readonly number[] };
    expect({ code, usedBy }).toEqual({ code: 0, usedBy: [pid] });
    expect(removed.list).toContainEqual(expect.objectContaining({ kind: 'initrd', name: 'unused' }));
    expect(spared.items).toBeGreaterThan(2);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(join(cache.root, 'users'))).toEqual([]);
  });

  it('is followed by runs that build again what is gone, whatever kind it was', async () => {
    await using cache = await seedCache();
    await using project = await createProject(scriptCase('one', 'true', 'modules: [loop]'));
    const env = { KIT_TEST_CACHE: cache.root };
    expect(await project.run(['run', '--matrix', '--offline'], env)).toMatchObject({ code: 0 });
    const { kinds } = JSON.parse((await project.run(['cache', '--json'], env)).stdout) as { readonly kinds: readonly { readonly kind: string; readonly holds: string }[] };
    expect(kinds.filter(({ holds }) => holds.includes('another version'))).toEqual([]);
    // Without network what was fetched cannot be had again.
    for (const { kind } of kinds.filter(({ kind }) => !['download', 'kernel', 'package-index'].includes(kind))) {
      expect(await project.run(['cache', 'prune', '--all', '--kind', kind], env), kind).toMatchObject({ code: 0, stdout: expect.stringMatching(/^removed /) as string });
      const { code, stderr } = await project.run(['run', '--matrix', '--offline', '--dry-run'], env);
      expect({ kind, code, stderr }).toEqual({ kind, code: 0, stderr: '' });
    }
    expect(await project.run(['run', '--matrix', '--offline'], env)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the limits of harness.config.ts', () => {
  const config = (limits: string): string => `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1, start: 'cold', ${limits} };\n`;

  it('take the longest unused after a run, and one line says so', async () => {
    await using cache = await seedCache();
    for (const days of [5, 4, 3]) await add(cache.root, 'template', `${days}`, { bytes: 1024 ** 2, days });
    await add(cache.root, 'initrd', 'unused', { bytes: 1024 ** 2, days: 400 });
    await using project = await createProject({ ...scriptCase('one', 'true'), 'harness.config.ts': config('') });
    const env = { KIT_TEST_CACHE: cache.root };
    const templates = (): Promise<string[]> => readdir(join(cache.root, 'entries/template'));
    expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 0, stderr: '' });
    expect((await templates()).length).toBe(3);
    await project.write({ 'harness.config.ts': config("templateLimit: '2.5M'") });
    expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 0, stderr: expect.stringMatching(/^removed 1 item from the cache, 1M, the longest unused \(templateLimit 2\.5M\)\n$/) as string });
    expect((await templates()).sort()).toEqual(['3', '4']);
    expect(await exists(join(cache.root, 'entries/initrd/unused'))).toBe(true);
    await project.write({ 'harness.config.ts': config("cacheLimit: '1M'") });
    expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 0, stderr: expect.stringMatching(/^removed \d+ items from the cache, .*, the longest unused \(cacheLimit 1M, templateLimit 8G\)\n$/) as string });
    expect(await templates()).toEqual([]);
    expect(await exists(join(cache.root, 'entries/initrd/unused'))).toBe(false);
    // What the run itself used is there for the next one.
    expect(await project.run(['run', '--matrix', '--offline'], env)).toMatchObject({ code: 0, stderr: '' });
  });

  it('are refused where they are sizes that nobody means', async () => {
    await using project = await createProject({ ...scriptCase('one', 'true'), 'harness.config.ts': config('cacheLimit: 20') });
    const { code, stderr } = await project.run(['run', '--matrix']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/harness\.config\.ts:1:\d+ .*cacheLimit[^]*expected a size of at least 1M, such as 20G/) as string });
  });
});
