import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeCpio } from '../../../src/archive/cpio.ts';
import { plainDirectory, textFile, type Inode } from '../../../src/archive/entry.ts';
import { attach, createTree, list, merge, put, type Tree } from '../../../src/archive/rootfs.ts';
import { createImageBuilder } from '../../../src/image/build.ts';
import { imageTree } from '../../../src/image/compose-tree.ts';
import { numberInodes, readOutline, writeOutline } from '../../../src/image/outline.ts';
import { takeApart } from '../../../src/image/parts.ts';
import { planImage } from '../../../src/image/plan.ts';
import type { Image } from '../../../src/model/image.ts';
import { collect, noSlices, trees } from '../archive/trees.ts';
import { createLayout, layerOf } from '../oci/layout-folder.ts';
import { archOf, createWorkplace, documentOf, type Workplace } from './context.ts';
import { unpack, unpackImage, type Unpacked } from './unpack.ts';

const signal = AbortSignal.timeout(120_000);
const kinds = { file: 0o100000, directory: 0o040000, symlink: 0o120000, char: 0o020000, block: 0o060000, fifo: 0o010000 };

/** What a tree is once it is a file system; names of one file share a number. The kernel links no symbolic links. */
function expected(tree: Tree): unknown[] {
  const numbers = new Map<Inode, number>();
  return [...list(tree)].map(({ path, inode }, at) => {
    const linked = inode.type !== 'directory' && inode.type !== 'symlink' ? (numbers.get(inode) ?? at) : at;
    numbers.set(inode, linked);
    const data = inode.type === 'symlink' ? inode.target : inode.type === 'file' && inode.content.kind === 'inline' ? Buffer.from(inode.content.bytes).toString('latin1') : '';
    const device = inode.type === 'char' || inode.type === 'block' ? [inode.major, inode.minor] : [0, 0];
    return [path, kinds[inode.type] | inode.mode, inode.uid, inode.gid, inode.mtime, inode.type === 'symlink' ? Buffer.from(data).toString('latin1') : data, device, linked];
  });
}

function shown(files: ReadonlyMap<string, Unpacked>): unknown[] {
  const numbers = new Map<Unpacked, number>();
  const paths = [...files.keys()].map((path) => path.split('/')).sort((a, b) => compare(a, b));
  return paths.map((parts, at) => {
    const path = parts.join('/');
    const file = files.get(path);
    if (file === undefined) throw new Error(path);
    const linked = numbers.get(file) ?? at;
    numbers.set(file, linked);
    return [path, file.mode, file.uid, file.gid, file.mtime, file.data.toString('latin1'), file.rdev, linked];
  });
}

/** The order of `list`: part by part. */
function compare(a: readonly string[], b: readonly string[]): number {
  if (a.length === 1 && a[0] === '') return -1;
  if (b.length === 1 && b[0] === '') return 1;
  for (let at = 0; ; at += 1) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return a.length - b.length;
    if (left !== right) return left < right ? -1 : 1;
  }
}

describe('the parts of a tree', () => {
  it('unpack to the tree, in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trees, { minLength: 1, maxLength: 4 }), trees, fc.array(fc.tuple(fc.constantFrom('a', 'etc/x', 'usr/bin', 'c/o/config.json', 'lib/b'), fc.integer({ min: 0, max: 0o777 })), { maxLength: 4 }), fc.boolean(), async (sources, container, files, backwards) => {
        const origin = new Map<Inode, string>();
        // Each use of a source has inodes of its own.
        const useOf = (tree: Tree, name: string): Tree => readOutlineWithContent(tree, (inode) => origin.set(inode, name));
        const root = createTree();
        for (const [at, source] of sources.entries()) {
          try {
            merge(root, useOf(source, `source ${at}`));
          } catch {
            // Links in a circle: what was merged until then is a tree too.
          }
        }
        try {
          attach(root, 'c/o/lower', useOf(container, 'container'));
          for (const [path, mode] of files) put(root, path, textFile(path, { mode }));
          put(root, 'c/o', { ...plainDirectory, mode: 0o700 });
        } catch {
          // As above.
        }
        const parts = [...takeApart(root, (inode) => origin.get(inode) ?? 'rest').values()];
        const archives = await Promise.all(parts.map((part) => collect(writeCpio(part, noSlices))));
        if (parts.length === 0) return;
        expect(shown(unpack(backwards ? archives.reverse() : archives))).toEqual(expected(root));
      }),
      { numRuns: 300 },
    );
  });
});

/** A copy with inodes of its own, made as the builder makes it. */
function readOutlineWithContent(tree: Tree, onInode: (inode: Inode) => void): Tree {
  const real = numberInodes(tree);
  const outline = readOutline(writeOutline(tree), (inode, number) => {
    const source = real[number];
    // The outline's own object gets the content it would be given on writing.
    if (inode.type === 'file' && source?.type === 'file') Object.assign(inode, { content: source.content });
    onInode(inode);
  });
  return outline;
}

describe('an outline', () => {
  it('is the tree without its content, and numbers every inode alike', () => {
    fc.assert(fc.property(trees, (tree) => {
      const text = writeOutline(tree);
      const numbers = new Map<Inode, number>();
      const copy = readOutline(text, (inode, number) => numbers.set(inode, number));
      expect(writeOutline(copy)).toBe(text);
      const real = numberInodes(tree);
      const strip = (inode: Inode | undefined): unknown => ({ ...inode, content: undefined });
      for (const [inode, number] of numbers) expect(strip(inode)).toEqual(strip(real[number]));
      expect(expected(readOutlineWithContent(tree, () => undefined))).toEqual(expected(tree));
    }));
  });

  it.each([
    ['nothing', '[]'],
    ['half', '[[0,"","dir'],
    ['a link to nothing', '[[0,"","directory",493,0,0,1],[1,"a",7]]'],
    ['a folder left out', '[[0,"","directory",493,0,0,1],[3,"a","fifo",420,0,0,1]]'],
    ['two roots', '[[0,"","directory",493,0,0,1],[0,"","directory",493,0,0,1]]'],
    ['a file without a size', '[[0,"","directory",493,0,0,1],[1,"a","file",420,0,0,1]]'],
  ])('of %s is refused', (_, text) => {
    expect(() => readOutline(text, () => undefined)).toThrow(SyntaxError);
  });
});

describe('the segments of an image', () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await createWorkplace();
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const write = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(place.folder, path)), { recursive: true });
    await writeFile(join(place.folder, path), content);
  };
  const request = (yaml: string): Parameters<typeof planImage>[0] => ({ yaml: documentOf(yaml), baseDir: place.folder, arch: archOf('amd64') });
  const build = (yaml: string): Promise<Image> => createImageBuilder(place.context).rootfs(request(yaml), signal);
  const written = async (): Promise<Set<string>> => new Set(await readdir(join(place.folder, 'cache/entries/segment')));
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

  const rich = `
init: ["oci:layout:base", "dir:more"]
onboot: [{name: one, image: "oci:layout:app"}, {name: two, image: "oci:layout:app", readonly: true}]
services: [{name: three, image: "dir:more"}]
volumes: [{name: data, image: "oci:layout:app"}]
files:
  - {path: bin/over, contents: through the link, mode: "0755"}
  - {path: etc/passwd, contents: replaced}
  - {path: containers/onboot/000-one/lower/etc/inside, contents: inside}
  - {path: usr, symlink: elsewhere}
`;
  beforeEach(async () => {
    const layout = await createLayout(join(place.folder, 'layout'));
    const base = await layerOf([
      { name: 'usr/', type: 'directory' }, { name: 'usr/bin/', type: 'directory' }, { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
      { name: 'usr/bin/a', content: 'a' }, { name: 'usr/bin/b', type: 'link', linkname: 'usr/bin/a' }, { name: 'etc/passwd', content: 'root' }, { name: 'etc/shadow', type: 'link', linkname: 'etc/passwd' },
    ]);
    const app = await layerOf([{ name: 'app', content: 'x'.repeat(5000) }, { name: 'etc/', type: 'directory' }]);
    await layout.index([{ ...(await layout.image([base])), annotations: { 'org.opencontainers.image.ref.name': 'base' } }, { ...(await layout.image([app])), annotations: { 'org.opencontainers.image.ref.name': 'app' } }]);
    await write('more/bin/extra', 'more');
    await write('more/etc/more.conf', 'more');
  });

  it('unpack to the tree of the image', async () => {
    const yaml = rich.replace('  - {path: usr, symlink: elsewhere}\n', '');
    const tree = await imageTree(await planImage(request(yaml), place.context, signal), place.context, signal);
    // What is in files that lie in archives is compared below.
    const plain = (rows: unknown[]): unknown[] => rows.map((row) => (row as unknown[]).filter((_, at) => at !== 5));
    expect(plain(shown(await unpackImage(await build(yaml))))).toEqual(plain(expected(tree)));
    const files = await unpackImage(await build(yaml));
    expect(files.get('etc/passwd')?.data.toString()).toBe('replaced');
    expect(files.get('etc/shadow')?.data.toString()).toBe('root');
    expect(files.get('usr/bin/over')?.data.toString()).toBe('through the link');
    expect(files.get('containers/onboot/000-one/lower/app')?.data.length).toBe(5000);
  });

  it('unpack to the tree also where a file takes the place of a folder that has entries', async () => {
    const files = await unpackImage(await build(rich));
    expect(files.get('usr')?.data.toString()).toBe('elsewhere');
    expect([...files.keys()].filter((path) => path.startsWith('usr/'))).toEqual([]);
  });

  const unchanged = (): Promise<void> => Promise.resolve();
  it.each<[string, number, () => Promise<void>, (yaml: string) => string]>([
    // The root file system and a service have files of it.
    ['one file of a folder that two places use', 2, () => write('more/bin/extra', 'changed'), (yaml) => yaml],
    ['a command', 1, unchanged, (yaml) => yaml.replace('name: three,', 'name: three, command: [/bin/other],')],
    ['a text in files', 1, unchanged, (yaml) => yaml.replace('replaced', 'once more')],
    ['a name that nothing lies below', 1, unchanged, (yaml) => yaml.replace('name: two', 'name: zwei')],
    ['a kernel argument', 0, unchanged, (yaml) => `kernel: {cmdline: debug}\n${yaml}`],
  ])('are written again for %s: %d of them', async (_, count, change, after) => {
    await settle();
    const yaml = rich.replace('  - {path: usr, symlink: elsewhere}\n', '');
    await build(yaml);
    const before = await written();
    await change();
    await build(after(yaml));
    const fresh = [...(await written())].filter((key) => !before.has(key));
    expect(fresh).toHaveLength(count);
  });

  it('are read again from their source when one is lost', async () => {
    const image = await build(rich);
    await rm(dirname(image.segments[1]?.path ?? ''), { recursive: true });
    expect(await build(rich)).toEqual(image);
    expect((await stat(image.segments[1]?.path ?? '')).size).toBe(image.segments[1]?.bytes);
  });
});
