// Folders as drives: what is in them comes out again by the real tools, with equal bytes for equal content.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { buildCopies, buildDrive, countBytes } from '../../../src/media/drive.ts';

const { signal } = new AbortController();
const progress = { notice: () => undefined, download: () => undefined };
let folder: string;
let cache: Cache;
beforeAll(async () => {
  for (const [program, packageName] of [['sqfstar', 'squashfs-tools'], ['unsquashfs', 'squashfs-tools'], ['dump.erofs', 'erofs-utils']] as const) {
    expect(() => execFileSync('sh', ['-c', `command -v ${program}`]), `${program} is needed (Debian: ${packageName})`).not.toThrow();
  }
  folder = await mkdtemp(join(tmpdir(), 'kit-test-drive-'));
  cache = await openCache(join(folder, 'cache'));
  await mkdir(join(folder, 'data/sub'), { recursive: true });
  await writeFile(join(folder, 'data/hello'), 'hello\n');
  await writeFile(join(folder, 'data/sub/tool'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'data/big'), Buffer.alloc(300_000, 'b'));
  await symlink('hello', join(folder, 'data/link'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sha = async (path: string): Promise<string> => createHash('sha256').update(await readFile(path)).digest('hex');
const list = (path: string): readonly string[] => execFileSync('unsquashfs', ['-lln', path], { encoding: 'utf8' }).trim().split('\n').map((line) => line.replace(/ +/g, ' '));

describe('buildDrive', () => {
  it('makes a squashfs that root owns, with modes and links as they are', async () => {
    const { path } = await buildDrive(join(folder, 'data'), 'squashfs', { cache, progress }, signal);
    expect(list(path).map((line) => line.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d/, ''))).toEqual([
      'drwxr-xr-x 0/0 62 squashfs-root',
      '-rw-r--r-- 0/0 300000 squashfs-root/big',
      '-rw-r--r-- 0/0 6 squashfs-root/hello',
      'lrwxrwxrwx 0/0 5 squashfs-root/link -> hello',
      'drwxr-xr-x 0/0 27 squashfs-root/sub',
      '-rwxr-xr-x 0/0 10 squashfs-root/sub/tool',
    ]);
    expect(execFileSync('unsquashfs', ['-cat', path, 'hello'], { encoding: 'utf8' })).toBe('hello\n');
  });

  it('makes an erofs with the same', async () => {
    const { path } = await buildDrive(join(folder, 'data'), 'erofs', { cache, progress }, signal);
    const shown = execFileSync('dump.erofs', ['--path=/sub/tool', path], { encoding: 'utf8' });
    expect(shown).toMatch(/Size: 10\b/);
    expect(shown).toMatch(/Uid: 0 +Gid: 0 +Access: 0?755/);
  });

  it.each(['squashfs', 'erofs'] as const)('gives equal bytes for equal content in another folder at another time: %s', async (format) => {
    const copy = join(folder, `copy-${format}`);
    await cp(join(folder, 'data'), copy, { recursive: true, verbatimSymlinks: true });
    await utimes(join(copy, 'hello'), 1, 1);
    const elsewhere = await openCache(join(folder, `cache-${format}`));
    const [first, second] = await Promise.all([buildDrive(join(folder, 'data'), format, { cache, progress }, signal), buildDrive(copy, format, { cache: elsewhere, progress }, signal)]);
    expect(second.digest).toBe(first.digest);
    expect(await sha(second.path)).toBe(await sha(first.path));
  });

  it('builds once for a content, and anew when it changed', async () => {
    const changing = join(folder, 'changing');
    await mkdir(changing);
    await writeFile(join(changing, 'f'), 'one');
    const build = async (): Promise<string> => (await buildDrive(changing, 'squashfs', { cache, progress }, signal)).path;
    const first = await build();
    expect(await build()).toBe(first);
    await writeFile(join(changing, 'f'), 'two');
    const second = await build();
    expect(second).not.toBe(first);
    await chmod(join(changing, 'f'), 0o600);
    expect(await build()).not.toBe(second);
  });

  it.each([
    ['a file', 'data/hello', 'DRIVE_NOT_A_FOLDER'],
    ['nothing', 'none', 'IMAGE_SOURCE_MISSING'],
  ])('refuses %s', async (_, name, code) => {
    await expect(buildDrive(join(folder, name), 'squashfs', { cache, progress }, signal)).rejects.toMatchObject({ code });
  });

  it('names the package of a tool that is missing', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = join(folder, 'data');
    try {
      const empty = await openCache(join(folder, 'cache-none'));
      await expect(buildDrive(join(folder, 'data'), 'squashfs', { cache: empty, progress }, signal)).rejects.toMatchObject({ code: 'TOOL_MISSING', hint: expect.stringContaining('squashfs-tools') as string });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('buildCopies', () => {
  it('lays files and folders at their places', async () => {
    const { path } = await buildCopies([{ at: 'tree', hostPath: join(folder, 'data') }, { at: 'one', hostPath: join(folder, 'data/hello') }], { cache, progress }, signal);
    expect(list(path).map((line) => line.split(' ').slice(5).join(' '))).toEqual(expect.arrayContaining(['squashfs-root/one', 'squashfs-root/tree/sub/tool']));
  });
});

describe('countBytes', () => {
  it('counts files below folders, not beyond what is asked', async () => {
    expect(await countBytes([join(folder, 'data')], 1_000_000)).toBe(300_000 + 6 + 10 + 5);
    expect(await countBytes([join(folder, 'data')], 100)).toBeGreaterThan(100);
    expect(await countBytes([join(folder, 'none')], 100)).toBe(0);
  });
});
