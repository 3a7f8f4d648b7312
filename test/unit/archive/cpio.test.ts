// The real cpio is the oracle: what it lists and unpacks is what was put in.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, stat, lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackedSize, writeCpio } from '../../../src/archive/cpio.ts';
import { defaultMtime, plainDirectory, textFile } from '../../../src/archive/entry.ts';
import { copyTree, createTree, link, list, lookup, put, type Tree } from '../../../src/archive/rootfs.ts';
import { records } from './newc.ts';
import { collect, noSlices, treeOf, trees } from './trees.ts';

const write = (tree: Tree): Promise<Buffer> => collect(writeCpio(tree, noSlices));

async function unpack(archive: Buffer, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-cpio-'));
  try {
    execFileSync('cpio', ['-idmu', '--quiet', '--no-absolute-filenames'], { cwd: folder, input: archive, stdio: ['pipe', 'ignore', 'pipe'] });
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('writeCpio', () => {
  it('keeps the bytes of names and targets that are not UTF-8', async () => {
    const tree = createTree();
    put(tree, 'a\udcff', textFile('x'));
    put(tree, 'b', { type: 'symlink', target: 'a\udcff', mode: 0o777, uid: 0, gid: 0, mtime: 0 });
    const archive = await write(tree);
    const listed = execFileSync('cpio', ['-t', '--quiet'], { input: archive });
    expect(listed.includes(Buffer.from('a\xff\n', 'latin1'))).toBe(true);
    expect(records(archive).find(({ name }) => name === 'b')?.data.equals(Buffer.from('a\xff', 'latin1'))).toBe(true);
  });

  it('gives a record for each entry and a trailer, parents first, padded to 512 bytes', async () => {
    await fc.assert(fc.asyncProperty(trees, async (tree) => {
      const archive = await write(tree);
      expect(archive.length % 512).toBe(0);
      const all = records(archive);
      expect(all.map(({ name }) => name)).toEqual([...[...list(tree)].map(({ path }) => (path === '' ? '.' : path)), 'TRAILER!!!']);
    }));
  });

  it('gives equal bytes for equal trees', async () => {
    await fc.assert(fc.asyncProperty(trees, async (tree) => {
      expect((await write(copyTree(tree))).equals(await write(tree))).toBe(true);
    }));
  });

  it('keeps mode, owner, time, device numbers and content', async () => {
    await fc.assert(fc.asyncProperty(trees, async (tree) => {
      const all = records(await write(tree));
      for (const { name, mode, uid, gid, mtime, rdev } of all.slice(0, -1)) {
        const inode = lookup(tree, name)?.inode;
        expect({ mode: mode & 0o7777, uid, gid, mtime }).toEqual({ mode: inode?.mode, uid: inode?.uid, gid: inode?.gid, mtime: inode?.mtime });
        if (inode?.type === 'char' || inode?.type === 'block') expect(rdev).toEqual([inode.major, inode.minor]);
      }
    }));
  });

  it('writes hard links as one inode whose last record has the content', async () => {
    const tree = createTree();
    put(tree, 'a/one', textFile('content'));
    link(tree, 'b', 'a/one');
    link(tree, 'c/three', 'a/one');
    const linked = records(await write(tree)).filter(({ nlink, mode }) => nlink === 3 && (mode & 0o170000) === 0o100000);
    expect(linked.map(({ name }) => name)).toEqual(['a/one', 'b', 'c/three']);
    expect(new Set(linked.map(({ ino }) => ino)).size).toBe(1);
    expect(linked.map(({ data }) => data.toString())).toEqual(['', '', 'content']);
  });

  it('writes hard-linked symbolic links as links of their own, for the kernel cannot link them', async () => {
    const tree = treeOf({ a: '->target' });
    link(tree, 'b', 'a');
    const all = records(await write(tree)).slice(1, -1);
    expect(all.map(({ data, nlink }) => [data.toString(), nlink])).toEqual([['target', 1], ['target', 1]]);
    expect(all[0]?.ino).not.toBe(all[1]?.ino);
  });

  it('is unpacked by the real cpio to the same files, links and modes', async () => {
    await fc.assert(fc.asyncProperty(trees, async (tree) => {
      // Devices need root to unpack; those are checked in the listing below.
      for (const { path, inode } of [...list(tree)]) if (inode.type === 'char' || inode.type === 'block') put(tree, path, textFile('was a device'));
      await unpack(await write(tree), async (folder) => {
        for (const { path, inode } of list(tree)) {
          const stats = await lstat(join(folder, path));
          if (inode.type === 'file') {
            expect(inode.content.kind === 'inline' && (await readFile(join(folder, path))).equals(inode.content.bytes)).toBe(true);
            expect(stats.nlink).toBe([...list(tree)].filter((other) => other.inode === inode).length);
          } else if (inode.type === 'symlink') expect(await readlink(join(folder, path))).toBe(inode.target);
          else expect(stats.isDirectory() || stats.isFIFO()).toBe(true);
          if (path !== '' && inode.type === 'file' && process.getuid?.() === 0) expect(stats.mode & 0o7777).toBe(inode.mode);
        }
      });
    }), { numRuns: 30 });
  });

  it('is listed by the real cpio with owners, modes and device numbers', async () => {
    const tree = createTree();
    const base = { uid: 12, gid: 345, mtime: defaultMtime };
    put(tree, 'dev/console', { ...base, mode: 0o600, type: 'char', major: 5, minor: 1 });
    put(tree, 'dev/sda', { ...base, mode: 0o660, type: 'block', major: 8, minor: 0 });
    put(tree, 'run/pipe', { ...base, mode: 0o644, type: 'fifo' });
    put(tree, 'bin/su', textFile('#!', { ...base, mode: 0o4755 }));
    put(tree, 'tmp', { ...plainDirectory, mode: 0o1777 });
    const listing = execFileSync('cpio', ['-itvn', '--quiet'], { input: await write(tree), env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } }).toString().split('\n');
    const line = (name: string): string | undefined => listing.find((text) => text.endsWith(` ${name}`))?.replace(/ +/g, ' ');
    expect(line('dev/console')).toMatch(/^crw------- 1 12 345 5, 1 Apr 18 2017/);
    expect(line('dev/sda')).toMatch(/^brw-rw---- 1 12 345 8, 0 /);
    expect(line('run/pipe')).toMatch(/^prw-r--r-- 1 12 345 0 /);
    expect(line('bin/su')).toMatch(/^-rwsr-xr-x 1 12 345 2 /);
    expect(line('tmp')).toMatch(/^drwxrwxrwt 2 0 0 0 /);
  });

  it('names directories with a slash, and the root not at all, when it is to follow links', async () => {
    const archive = await collect(writeCpio(treeOf({ 'lib/modules/x': '1' }), noSlices, { followLinks: true }));
    expect(records(archive).map(({ name }) => name)).toEqual(['lib/', 'lib/modules/', 'lib/modules/x', 'TRAILER!!!']);
  });

  it('can be laid one after another', async () => {
    const archive = Buffer.concat([await write(treeOf({ a: '1' })), await write(treeOf({ b: '2' }))]);
    expect(records(archive).map(({ name }) => name)).toEqual(['.', 'a', 'TRAILER!!!', '.', 'b', 'TRAILER!!!']);
  });

  it.each([
    ['a negative owner', { uid: -1 }, 'ARCHIVE_NUMBER'],
    ['an owner of 64 bits', { gid: 2 ** 40 }, 'ARCHIVE_NUMBER'],
  ])('refuses %s', async (_, attributes, code) => {
    const tree = createTree();
    put(tree, 'x', textFile('', attributes));
    await expect(write(tree)).rejects.toMatchObject({ code });
  });

  it.each([[-5, 0], [2 ** 33, 0xffffffff]])('clamps the time %d to %d', async (mtime, expected) => {
    const tree = createTree();
    put(tree, 'x', textFile('', { mtime }));
    expect(records(await write(tree))[1]?.mtime).toBe(expected);
  });

  it('refuses a file beyond 4 GiB and one that is shorter than it was', async () => {
    const file = (size: number): Tree => {
      const tree = createTree();
      put(tree, 'x', { ...textFile(''), type: 'file', content: { kind: 'slice', path: '/x', offset: 0, size } });
      return tree;
    };
    await expect(collect(writeCpio(file(2 ** 32), noSlices))).rejects.toMatchObject({ code: 'IMAGE_FILE_TOO_BIG' });
    const three = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('abc'));
    };
    await expect(collect(writeCpio(file(4), three))).rejects.toMatchObject({ code: 'IMAGE_SOURCE_CHANGED' });
    await expect(collect(writeCpio(file(2), three))).rejects.toMatchObject({ code: 'IMAGE_SOURCE_CHANGED' });
  });
});

describe('unpackedSize', () => {
  it('counts whole pages of each file once, and its inodes', () => {
    const tree = treeOf({ a: 'x', b: 'y'.repeat(5000) });
    link(tree, 'c', 'b');
    expect(unpackedSize(tree)).toBe(4096 + 8192 + 3 * 1024);
  });
});

describe('unpacked in a folder', () => {
  it('leaves nothing beside what the tree has', async () => {
    await unpack(await write(treeOf({ 'a/b': '1' })), async (folder) => {
      expect(await readdir(folder)).toEqual(['a']);
      expect((await stat(join(folder, 'a/b'))).size).toBe(1);
    });
  });
});
