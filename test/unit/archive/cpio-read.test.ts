// What was written is the oracle: a tree read back writes the same bytes again.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCpio } from '../../../src/archive/cpio.ts';
import { readCpio } from '../../../src/archive/cpio-read.ts';
import { textFile } from '../../../src/archive/entry.ts';
import { createTree, link, list, lookup, put, type Tree } from '../../../src/archive/rootfs.ts';
import { HarnessError } from '../../../src/model/errors.ts';
import { openSlices } from '../../../src/source/slices.ts';
import { collect, noSlices, trees } from './trees.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'kit-test-cpio-read-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function stored(tree: Tree): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const path = join(folder, 'archive');
  const bytes = await collect(writeCpio(tree, noSlices));
  await writeFile(path, bytes);
  return { path, bytes };
}

async function again(tree: Tree): Promise<Buffer> {
  await using slices = openSlices(new AbortController().signal);
  return await collect(writeCpio(tree, slices.read));
}

describe('readCpio', () => {
  it('gives the tree that was written', async () => {
    await fc.assert(fc.asyncProperty(trees, async (tree) => {
      const { path, bytes } = await stored(tree);
      expect((await again(await readCpio(path))).equals(bytes)).toBe(true);
    }), { numRuns: 60 });
  });

  it('keeps hard links, large files and the bytes of names', async () => {
    const tree = createTree();
    put(tree, 'a\udcff', textFile(new Uint8Array(700_000).fill(7)));
    put(tree, 'b', textFile('one file'));
    link(tree, 'c/b', 'b');
    put(tree, 'dev/null', { type: 'char', major: 1, minor: 3, mode: 0o666, uid: 0, gid: 0, mtime: 5 });
    const { path, bytes } = await stored(tree);
    const read = await readCpio(path);
    expect(lookup(read, 'b')?.inode).toBe(lookup(read, 'c/b')?.inode);
    expect((await again(read)).equals(bytes)).toBe(true);
  });

  it('keeps hard links of devices and pipes', async () => {
    const tree = createTree();
    put(tree, 'dev/null', { type: 'char', major: 1, minor: 3, mode: 0o666, uid: 0, gid: 0, mtime: 5 });
    put(tree, 'dev/pipe', { type: 'fifo', mode: 0o600, uid: 0, gid: 0, mtime: 5 });
    link(tree, 'null', 'dev/null');
    link(tree, 'pipe', 'dev/pipe');
    const { path, bytes } = await stored(tree);
    const read = await readCpio(path);
    expect(lookup(read, 'null')?.inode).toBe(lookup(read, 'dev/null')?.inode);
    expect((await again(read)).equals(bytes)).toBe(true);
  });

  it('takes no file of one archive for a file of the next', async () => {
    const [one, two] = [createTree(), createTree()];
    for (const [tree, name] of [[one, 'a'], [two, 'b']] as const) {
      put(tree, name, textFile(`of ${name}`));
      link(tree, `${name}2`, name);
    }
    const path = join(folder, 'both');
    await writeFile(path, Buffer.concat([await collect(writeCpio(one, noSlices)), await collect(writeCpio(two, noSlices))]));
    const tree = await readCpio(path);
    expect(lookup(tree, 'a')?.inode).toBe(lookup(tree, 'a2')?.inode);
    expect(lookup(tree, 'b')?.inode).toBe(lookup(tree, 'b2')?.inode);
    expect(lookup(tree, 'a')?.inode).not.toBe(lookup(tree, 'b')?.inode);
  });

  it('reads archives that follow each other as one', async () => {
    const [one, two] = [createTree(), createTree()];
    put(one, 'a', textFile('1'));
    put(two, 'b', textFile('2'));
    const path = join(folder, 'both');
    await writeFile(path, Buffer.concat([await collect(writeCpio(one, noSlices)), Buffer.alloc(1024), await collect(writeCpio(two, noSlices))]));
    expect([...list(await readCpio(path))].map((entry) => entry.path)).toEqual(['', 'a', 'b']);
  });

  it("reads what the system's cpio has written", async () => {
    const root = join(folder, 'root');
    await mkdir(join(root, 'usr/bin'), { recursive: true });
    await writeFile(join(root, 'usr/bin/tool'), 'text', { mode: 0o755 });
    await symlink('tool', join(root, 'usr/bin/alias'));
    const path = join(folder, 'theirs');
    await writeFile(path, execFileSync('cpio', ['-o', '-H', 'newc', '--quiet'], { cwd: root, input: '.\nusr\nusr/bin\nusr/bin/alias\nusr/bin/tool\n' }));
    const tree = await readCpio(path);
    expect(lookup(tree, 'usr/bin/alias')?.inode).toMatchObject({ type: 'symlink', target: 'tool' });
    expect(lookup(tree, 'usr/bin/tool')?.inode).toMatchObject({ type: 'file', mode: 0o755 });
  });

  it('says where an archive is cut off, wherever that is', async () => {
    const tree = createTree();
    put(tree, 'folder/file', textFile('content of it'));
    put(tree, 'folder/link', { type: 'symlink', target: 'file', mode: 0o777, uid: 0, gid: 0, mtime: 0 });
    const { path, bytes } = await stored(tree);
    const trailer = bytes.indexOf('TRAILER!!!') + 'TRAILER!!!\0'.length;
    for (let length = 1; length < trailer; length += 7) {
      await writeFile(path, bytes);
      await truncate(path, length);
      await expect(readCpio(path), `${length} bytes`).rejects.toSatisfy((error) => error instanceof HarnessError && error.code === 'CPIO_BROKEN');
    }
  });
});
