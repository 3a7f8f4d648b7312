// Where everything lies in an EROFS image: superblock, inodes with the ends of their content behind them, then whole
// blocks of content. Pure.
import { contentSize, type Inode } from '../archive/entry.ts';
import { encodeName } from '../archive/names.ts';
import type { Node, Tree } from '../archive/rootfs.ts';
import { encodeXattrs } from './erofs-xattrs.ts';

export const BLOCK = 4096;
/** Inodes are found by their number, which counts slots of this size. */
export const SLOT = 32;
/** Of an extended inode. */
export const INODE = 64;
const DIRENT = 12;
/** Behind the superblock, which lies at 1024 and has 128 bytes. */
const firstInode = 1152;

/** An inode with all that was decided about it. */
export interface Placed {
  /** The first of its names. */
  readonly path: string;
  readonly inode: Inode;
  readonly links: number;
  readonly xattrs: Buffer;
  readonly size: number;
  /** A directory's entries or a link's target. */
  body: Buffer;
  /** Bytes of content that lie in whole blocks of their own, at `dataOffset`; the others lie at `tailOffset`. */
  readonly whole: number;
  readonly isInline: boolean;
  readonly offset: number;
  readonly tailOffset: number;
  dataOffset: number;
}

export interface ErofsLayout {
  readonly nodes: readonly Placed[];
  readonly root: Placed;
  readonly blocks: number;
  readonly mtime: number;
}

interface Found {
  readonly path: string;
  readonly inode: Inode;
  links: number;
  readonly children: readonly { readonly name: Buffer; readonly found: Found }[];
  readonly parent: Found | undefined;
}

/** Decides the place of everything in a tree. */
export function layOut(tree: Tree): ErofsLayout {
  const found = collect(tree);
  let at = firstInode;
  const placed = new Map<Found, Placed>();
  for (const each of found) {
    const node = place(each, at);
    placed.set(each, node);
    at = node.isInline ? node.tailOffset + (node.size - node.whole) : node.tailOffset;
  }
  let data = Math.ceil(at / BLOCK) * BLOCK;
  for (const node of placed.values()) {
    node.dataOffset = data;
    data += node.isInline ? node.whole : Math.ceil(node.size / BLOCK) * BLOCK;
  }
  const placeOf = (each: Found): Placed => placed.get(each) as Placed;
  for (const [each, node] of placed) {
    if (each.inode.type === 'directory') node.body = encodeDirectory(each, placeOf);
    else if (each.inode.type === 'symlink') node.body = encodeName(each.inode.target);
  }
  const nodes = [...placed.values()];
  const root = nodes[0] as Placed;
  return { nodes: nodes.map((node) => (node.isInline ? node : { ...node, tailOffset: node.dataOffset + node.whole })), root, blocks: data / BLOCK, mtime: root.inode.mtime };
}

/** Every inode once, the root first, folders before what is in them, names in the order of their bytes. */
function collect(tree: Tree): readonly Found[] {
  const all: Found[] = [];
  const known = new Map<Inode, Found>();
  const visit = (node: Node, path: string, parent: Found | undefined): Found => {
    const seen = node.children === undefined ? known.get(node.inode) : undefined;
    if (seen !== undefined) {
      seen.links += 1;
      return seen;
    }
    const children: { name: Buffer; found: Found }[] = [];
    const found: Found = { path, inode: node.inode, links: node.children === undefined ? 1 : 2, children, parent };
    all.push(found);
    if (node.children === undefined) known.set(node.inode, found);
    const names = [...(node.children ?? [])].map(([name, child]) => ({ text: name, name: encodeName(name), child })).sort((a, b) => Buffer.compare(a.name, b.name));
    for (const { text, name, child } of names) {
      children.push({ name, found: visit(child, path === '' ? text : `${path}/${text}`, found) });
      if (child.children !== undefined) found.links += 1;
    }
    return found;
  };
  visit(tree.root, '', undefined);
  return all;
}

function place(found: Found, at: number): Placed {
  const { path, inode, links } = found;
  const xattrs = encodeXattrs(inode);
  const size = sizeOf(found);
  const head = INODE + xattrs.length;
  const tail = size % BLOCK;
  // The end of the content lies behind the inode, if both fit into one block: that block is read anyway.
  const isInline = size > 0 && tail > 0 && head + tail <= BLOCK;
  let offset = Math.ceil(at / SLOT) * SLOT;
  const needed = isInline ? head + tail : INODE;
  if ((offset % BLOCK) + needed > BLOCK) offset = Math.ceil(offset / BLOCK) * BLOCK;
  return { path, inode, links, xattrs, size, body: Buffer.alloc(0), whole: size - tail, isInline, offset, tailOffset: offset + head, dataOffset: 0 };
}

function sizeOf({ inode, children }: Found): number {
  if (inode.type === 'file') return contentSize(inode.content);
  if (inode.type === 'symlink') return encodeName(inode.target).length;
  return inode.type === 'directory' ? directoryBlocks(children.map(({ name }) => name)).size : 0;
}

const dot = Buffer.from('.');
const dotDot = Buffer.from('..');
const sortNames = (names: readonly Buffer[]): readonly Buffer[] => [dot, dotDot, ...names].sort((a, b) => Buffer.compare(a, b));

/** Which names share a block, and the bytes of it all: every block is full but the last one. */
function directoryBlocks(names: readonly Buffer[]): { readonly groups: readonly (readonly Buffer[])[]; readonly size: number } {
  const groups: Buffer[][] = [];
  let used = BLOCK;
  for (const name of sortNames(names)) {
    const needed = DIRENT + name.length;
    if (used + needed > BLOCK) {
      groups.push([]);
      used = 0;
    }
    groups.at(-1)?.push(name);
    used += needed;
  }
  return { groups, size: (groups.length - 1) * BLOCK + used };
}

const fileTypes = { file: 1, directory: 2, char: 3, block: 4, fifo: 5, symlink: 7 } as const;

function encodeDirectory(found: Found, placeOf: (found: Found) => Placed): Buffer {
  const targets = new Map<string, Found>(found.children.map(({ name, found: child }) => [name.toString('latin1'), child]));
  targets.set('.', found).set('..', found.parent ?? found);
  const { groups, size } = directoryBlocks(found.children.map(({ name }) => name));
  const body = Buffer.alloc(size);
  groups.forEach((names, index) => {
    let nameAt = names.length * DIRENT;
    names.forEach((name, entry) => {
      const target = targets.get(name.toString('latin1')) as Found;
      const at = index * BLOCK + entry * DIRENT;
      body.writeBigUInt64LE(BigInt(placeOf(target).offset / SLOT), at);
      body.writeUInt16LE(nameAt, at + 8);
      body.writeUInt8(fileTypes[target.inode.type], at + 10);
      name.copy(body, index * BLOCK + nameAt);
      nameAt += name.length;
    });
  });
  return body;
}
