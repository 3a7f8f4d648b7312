import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textFile, type Inode } from '../../../src/archive/entry.ts';
import { createTree, list, put, type Tree } from '../../../src/archive/rootfs.ts';
import { writeErofs } from '../../../src/media/erofs.ts';
import { writeSquashfs } from '../../../src/media/squashfs.ts';
import { digestOf, never, output, sample, sampleTree } from './system.ts';

describe('a squashfs image', () => {
  it('holds owners, modes, devices, links and sizes as the tree has them', async () => {
    const { folder, context } = await sample();
    const path = join(folder, 'a.squashfs');
    await writeSquashfs(sampleTree(), path, context, never);
    const listing = await output('unsquashfs', '-lln', path);
    const lines = [
      /^-rwsr-xr-x 0\/0 +10 .*\/bin\/su$/m, /^-rw-r--r-- 70000\/70001 +300001 .*\/etc\/large$/m, /^crw-r----- 0\/5 +5, +1 .*\/dev\/console$/m, /^brw-r----- 0\/5 +259, +44 .*\/dev\/nvme$/m, /^prw------- .*\/run\/pipe$/m, /^drwxrwxrwt .* 2020-09-13 12:26 .*\/tmp$/m, /^drwxr-x--x .*squashfs-root$/m, /\/init -> bin\/su$/m,
    ];
    const few = listing.split('\n').filter((line) => !line.includes('/many/')).join('\n');
    for (const line of lines) expect(few).toMatch(line);
    expect(await output('unsquashfs', '-cat', path, 'etc/zweiter Name: ü')).toBe('shared');
  });

  it('keeps extended attributes', async () => {
    const { folder, context } = await sample();
    const path = join(folder, 'a.squashfs');
    await writeSquashfs(sampleTree(), path, context, never);
    expect(await output('unsquashfs', '-s', path)).toMatch(/Number of xattr ids 1/);
  });

  it('has equal bytes for equal trees', async () => {
    const { folder, context } = await sample();
    const paths = [join(folder, 'a'), join(folder, 'b')];
    for (const path of paths) await writeSquashfs(sampleTree(), path, context, never);
    expect(await digestOf(paths[0] ?? '')).toBe(await digestOf(paths[1] ?? ''));
  });
});

describe('an EROFS image', () => {
  const written = async (tree: Tree): Promise<string> => {
    const { folder, context } = await sample();
    const path = join(folder, 'a.erofs');
    await writeErofs(tree, path, context, never);
    return path;
  };
  const entry = (image: string, path: string): Promise<string> => output('dump.erofs', `--path=${path}`, image);

  it('is sound to fsck.erofs', async () => {
    await expect(output('fsck.erofs', '--extract', await written(sampleTree()))).resolves.toBeTypeOf('string');
  });

  it('has the content of every file', async () => {
    const { folder, context } = await sample();
    const image = join(folder, 'a.erofs');
    await writeErofs(sampleTree(), image, context, never);
    const target = join(folder, 'unpacked');
    await mkdir(target);
    await output('fsck.erofs', `--extract=${target}`, '--no-preserve', '--overwrite', image);
    for (const { path, inode } of list(sampleTree())) {
      if (inode.type !== 'file' || inode.content.kind !== 'inline') continue;
      expect((await output('sha256sum', '--zero', join(target, path))).slice(0, 64), path).toBe(await digestText(inode.content.bytes));
    }
  });

  it('holds owners, modes, links and sizes as the tree has them', async () => {
    const image = await written(sampleTree());
    expect(await entry(image, '/etc/large')).toMatch(/Size: 300001[\s\S]*Uid: 70000 +Gid: 70001 +Access: 0644/);
    expect(await entry(image, '/etc/first')).toMatch(/Links: 2/);
    expect(await entry(image, '/')).toMatch(/directory[\s\S]*Links: 8[\s\S]*Access: 0751/);
  });

  it('has equal bytes for equal trees', async () => {
    expect(await digestOf(await written(sampleTree()))).toBe(await digestOf(await written(sampleTree())));
  });

  it('is sound whatever the sizes and names are', async () => {
    const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..');
    const file: fc.Arbitrary<Inode> = fc.integer({ min: 0, max: 13_000 }).map((size) => textFile(Buffer.alloc(size, 'z')));
    await fc.assert(fc.asyncProperty(fc.dictionary(name, fc.dictionary(name, file, { maxKeys: 30 }), { maxKeys: 5 }), async (folders) => {
      const tree = createTree();
      for (const [folder, files] of Object.entries(folders)) {
        put(tree, folder, { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0 });
        for (const [each, inode] of Object.entries(files)) put(tree, `${folder}/${each}`, inode);
      }
      await expect(output('fsck.erofs', '--extract', await written(tree))).resolves.toBeTypeOf('string');
    }), { numRuns: 30 });
  });
});

async function digestText(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))).toString('hex');
}
