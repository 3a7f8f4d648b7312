// Random trees and what tests ask of them.
import fc from 'fast-check';
import { defaultMtime, plainDirectory, textFile, type Inode } from '../../../src/archive/entry.ts';
import { createTree, link, list, put, type Tree } from '../../../src/archive/rootfs.ts';
import type { ReadSlice } from '../../../src/archive/tar.ts';

/** For trees whose files are all in memory. */
export const noSlices: ReadSlice = (slice) => {
  throw new Error(`a slice of ${slice.path} was asked for`);
};

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'bin', 'usr', 'lib', 'etc', 'x-y', 'a.b') },
  { weight: 1, arbitrary: fc.constantFrom('mit Leerzeichen', 'ключ', 'new\nline', 'n'.repeat(90), '*', '-rf', "quo'te") },
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const attributes = fc.record({ mode: fc.integer({ min: 0o200, max: 0o7777 }), uid: fc.integer({ min: 0, max: 70_000 }), gid: fc.integer({ min: 0, max: 70_000 }), mtime: fc.integer({ min: 1, max: 2_000_000_000 }) });
const content = fc.uint8Array({ maxLength: 2000 });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, attributes, content).map(([at, owner, bytes]) => ({ at, inode: textFile(bytes, owner) })) },
  { weight: 2, arbitrary: fc.tuple(path, attributes).map(([at, owner]) => ({ at, inode: { ...plainDirectory, ...owner, mode: owner.mode | 0o700 } })) },
  { weight: 1, arbitrary: fc.tuple(path, path).map(([at, target]) => ({ at, inode: { type: 'symlink', target, mode: 0o777, uid: 0, gid: 0, mtime: defaultMtime } })) },
  { weight: 1, arbitrary: fc.tuple(path, attributes, fc.constantFrom('char', 'block'), fc.nat(255), fc.nat(255)).map(([at, owner, type, major, minor]) => ({ at, inode: { ...owner, type, major, minor } })) },
  { weight: 1, arbitrary: fc.tuple(path, attributes).map(([at, owner]) => ({ at, inode: { ...owner, type: 'fifo' } })) },
  { weight: 2, arbitrary: fc.tuple(path, path).map(([at, target]) => ({ at, target })) },
);

/** A tree made by random puts and links. */
export const trees: fc.Arbitrary<Tree> = fc.array(step, { maxLength: 25 }).map((steps) => {
  const tree = createTree();
  for (const item of steps) {
    try {
      if ('inode' in item) put(tree, item.at, item.inode as Inode);
      else link(tree, item.at, item.target);
    } catch {
      // Links in a circle: this step changes nothing.
    }
  }
  return tree;
});

/** A tree of text files by path; a value beginning with `->` is a symbolic link, `/` a folder. */
export function treeOf(files: Readonly<Record<string, string>>): Tree {
  const tree = createTree();
  for (const [at, text] of Object.entries(files)) {
    if (text === '/') put(tree, at, plainDirectory);
    else if (text.startsWith('->')) put(tree, at, { ...plainDirectory, mode: 0o777, type: 'symlink', target: text.slice(2) });
    else put(tree, at, textFile(text));
  }
  return tree;
}

/** The inverse of `treeOf`, without the root. */
export function show(tree: Tree): Record<string, string> {
  return Object.fromEntries([...list(tree)].slice(1).map(({ path: at, inode }) => [at, describe(inode)]));
}

function describe(inode: Inode): string {
  if (inode.type === 'directory') return '/';
  if (inode.type === 'symlink') return `->${inode.target}`;
  if (inode.type !== 'file') return inode.type;
  return inode.content.kind === 'inline' ? Buffer.from(inode.content.bytes).toString() : `slice of ${inode.content.size}`;
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
