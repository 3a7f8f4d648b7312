// The outline of a tree: names, attributes and links, without what is in its files. An image is put together from the
// outlines of its sources, which are small; a source is read again only where a segment with its content has to be written.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { contentSize, type Inode } from '../archive/entry.ts';
import { list, type Node, type Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import type { Source } from '../source/source.ts';

const KIND = 'outline';
/** Changes with the form of outlines, and with what is made of layers and packages. */
const FORMAT = 2;

/** Depth, name, and the number of an inode met before, or its facts: attributes, then what its type has besides. */
type Line = readonly [depth: number, name: string, inode: number] | readonly [depth: number, name: string, type: Inode['type'], mode: number, uid: number, gid: number, mtime: number, detail?: Detail, xattrs?: Readonly<Record<string, string>>];
/** Size of a file, target of a link, numbers of a device. */
type Detail = number | string | readonly [major: number, minor: number] | null;

/** The inodes of a tree in the order of `list`: the place there is an inode's number. Folders may share an inode, each has a number. */
export function numberInodes(tree: Tree): readonly Inode[] {
  const seen = new Set<Inode>();
  const inodes: Inode[] = [];
  for (const { inode } of list(tree)) {
    if (inode.type !== 'directory' && seen.has(inode)) continue;
    seen.add(inode);
    inodes.push(inode);
  }
  return inodes;
}

/** The outline as text. Equal texts number their inodes alike. */
export function writeOutline(tree: Tree): string {
  const numbers = new Map<Inode, number>();
  const lines: string[] = [];
  let next = 0;
  for (const { path, inode } of list(tree)) {
    const slash = path.lastIndexOf('/');
    const depth = path === '' ? 0 : path.split('/').length;
    const known = inode.type === 'directory' ? undefined : numbers.get(inode);
    lines.push(JSON.stringify((known === undefined ? [depth, path.slice(slash + 1), ...facts(inode)] : [depth, path.slice(slash + 1), known]) satisfies Line));
    if (known === undefined) numbers.set(inode, next++);
  }
  return `[${lines.join(',\n')}]`;
}

/** A tree of inodes of its own; `number` of an inode is its place in `numberInodes` of the tree that was outlined. */
export function readOutline(text: string, onInode: (inode: Inode, number: number) => void): Tree {
  const inodes: Inode[] = [];
  const inodeOf = (line: Line): Inode => {
    if (typeof line[2] !== 'number') {
      const inode = toInode(line);
      onInode(inode, inodes.length);
      inodes.push(inode);
      return inode;
    }
    const inode = inodes[line[2]];
    if (inode === undefined) throw new SyntaxError('an outline links to nothing');
    return inode;
  };
  const above: Node[] = [];
  for (const line of JSON.parse(text) as readonly Line[]) {
    const [depth, name] = line;
    const inode = inodeOf(line);
    const node: Node = inode.type === 'directory' ? { inode, children: new Map<string, Node>() } : { inode };
    if (depth > above.length || (depth === 0) !== (above.length === 0)) throw new SyntaxError('an outline skips a folder');
    above[depth - 1]?.children?.set(name, node);
    above.length = depth;
    if (node.children !== undefined) above.push(node);
  }
  const [root] = above;
  if (root === undefined) throw new SyntaxError('an outline is empty');
  return { root };
}

/** The outline of a source; its tree is read only where the cache has none. */
export async function outlineOf(source: Source, cache: Cache, signal: AbortSignal): Promise<string> {
  const key = outlineKey(source);
  const make = async (): Promise<string> => {
    const place = await cache.entry(KIND, key, async (temporary) => writeFile(temporary, writeOutline(await source.tree(signal))), signal);
    return readFile(place, 'utf8');
  };
  const text = await make();
  if (text.endsWith(']')) return text;
  // A disk may lose what was written just before it lost power.
  await cache.drop(KIND, key);
  return make();
}

/** Compares a tree with the outline it was known by. False, and the outline forgotten, where they differ. */
export async function verifyOutline(source: Source, tree: Tree, outline: string, cache: Cache): Promise<boolean> {
  if (writeOutline(tree) === outline) return true;
  await cache.drop(KIND, outlineKey(source));
  return false;
}

function outlineKey({ digest }: Source): string {
  return createHash('sha256').update(`${FORMAT} ${digest}`).digest('hex');
}

type Facts = readonly [type: Inode['type'], mode: number, uid: number, gid: number, mtime: number, detail?: Detail, xattrs?: Readonly<Record<string, string>>];

function facts(inode: Inode): Facts {
  const { xattrs } = inode;
  const plain = [inode.type, inode.mode, inode.uid, inode.gid, inode.mtime] as const;
  const detail = detailOf(inode);
  if (xattrs !== undefined) return [...plain, detail, Object.fromEntries(Object.entries(xattrs).map(([name, value]) => [name, Buffer.from(value).toString('base64')]))];
  return detail === null ? plain : [...plain, detail];
}

function detailOf(inode: Inode): Detail {
  switch (inode.type) {
    case 'file': return contentSize(inode.content);
    case 'symlink': return inode.target;
    case 'char': case 'block': return [inode.major, inode.minor];
    case 'directory': case 'fifo': return null;
  }
}

function toInode([, , type, mode, uid, gid, mtime, detail, named]: Exclude<Line, { readonly length: 3 }>): Inode {
  const attributes = { mode, uid, gid, mtime, ...(named === undefined ? {} : { xattrs: Object.fromEntries(Object.entries(named).map(([name, value]) => [name, new Uint8Array(Buffer.from(value, 'base64'))])) }) };
  if (type === 'file' && typeof detail === 'number') return { type, ...attributes, content: { kind: 'slice', path: '', offset: 0, size: detail } };
  if (type === 'symlink' && typeof detail === 'string') return { type, ...attributes, target: detail };
  if ((type === 'char' || type === 'block') && Array.isArray(detail)) return { type, ...attributes, major: Number(detail[0]), minor: Number(detail[1]) };
  if (type === 'directory' || type === 'fifo') return { type, ...attributes };
  throw new SyntaxError('an outline has an entry of no kind');
}
