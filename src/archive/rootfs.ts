// A file tree held in memory: names and attributes only, content stays where it lies.
// Paths are resolved as inside a chroot: symbolic links are followed, never out of the tree.
// Hard links are one inode object under several names, so a replaced name leaves the others their content.
import { isDeepStrictEqual } from 'node:util';
import { HarnessError } from '../model/errors.ts';
import { pathParts, plainDirectory, showName, type Inode } from './entry.ts';

export interface Node {
  inode: Inode;
  /** Present for directories, and only for them. */
  readonly children?: Map<string, Node>;
}

export interface Tree {
  readonly root: Node;
  /** Folders that were made because something was put below them. */
  made?: number;
}

const MAX_LINKS = 40;
/** Long paths make thousands of folders each: an archive of a few megabytes must not fill the memory with them. */
const MAX_MADE = 500_000;

export const createTree = (): Tree => ({ root: directory(plainDirectory) });

/** The node at `path`. Links in the folders above are followed, a link at the end only with `follow`. */
export function lookup(tree: Tree, path: string, options: { readonly follow?: boolean } = {}): Node | undefined {
  const parts = pathParts(path);
  const name = parts.pop();
  if (name === undefined) return tree.root;
  if (options.follow === true) return walk(tree, [...parts, name], 'find');
  return walk(tree, parts, 'find')?.children?.get(name);
}

/**
 * Puts an inode at `path`; missing folders are made, what was there is replaced. A directory over a directory
 * keeps its children and takes the new attributes.
 */
export function put(tree: Tree, path: string, inode: Inode): void {
  const parts = pathParts(path);
  const name = parts.pop();
  if (name === undefined) {
    if (inode.type !== 'directory') throw new HarnessError('ARCHIVE_ROOT_REPLACED', `the root of a tree cannot be a ${inode.type}`);
    tree.root.inode = inode;
    return;
  }
  putChild(makeDirectory(tree, parts), name, inode);
}

/** Gives the file at `target` a second name. False when there is no such file. */
export function link(tree: Tree, path: string, target: string): boolean {
  const node = lookup(tree, target);
  if (node === undefined || node.children !== undefined) return false;
  put(tree, path, node.inode);
  return true;
}

/** Removes `path` and all below it; nothing happens where there is nothing. */
export function remove(tree: Tree, path: string): void {
  const parts = pathParts(path);
  const name = parts.pop();
  if (name === undefined) tree.root.children?.clear();
  else walk(tree, parts, 'find')?.children?.delete(name);
}

/** Makes a whole tree a folder of another one. Its links keep their meaning for who enters it by chroot. */
export function attach(tree: Tree, path: string, subtree: Tree): void {
  const parts = pathParts(path);
  const name = parts.pop();
  if (name === undefined) throw new HarnessError('ARCHIVE_ROOT_REPLACED', 'a tree cannot be attached at the root');
  makeDirectory(tree, parts).children?.set(name, subtree.root);
}

/**
 * Lays `over` upon `tree`. Directories merge, also through a link to a directory on either side, so that
 * `bin/x` and a link `bin -> usr/bin` combine in whatever order they come.
 */
export function merge(tree: Tree, over: Tree): void {
  for (const { path, inode } of list(over)) {
    // A root that nobody described says nothing of the one below.
    if (path === '' && isDeepStrictEqual(inode, plainDirectory)) continue;
    const existing = lookup(tree, path);
    if (inode.type === 'directory' && existing?.inode.type === 'symlink' && lookup(tree, path, { follow: true })?.children !== undefined) continue;
    if (inode.type === 'symlink' && existing?.children !== undefined && existing.children.size > 0) divert(tree, path, inode.target, existing);
    put(tree, path, inode);
  }
}

/** A tree of its own with the same inodes. */
export function copyTree(tree: Tree): Tree {
  const copy = createTree();
  merge(copy, tree);
  return copy;
}

/** Every entry, parents before children, siblings by name; the root has the path ''. */
export function* list(tree: Tree): Generator<{ readonly path: string; readonly inode: Inode }> {
  const pending: { path: string; node: Node }[] = [{ path: '', node: tree.root }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, node } = next;
    yield { path, inode: node.inode };
    if (node.children === undefined) continue;
    const names = [...node.children.keys()].sort((a, b) => (a < b ? 1 : -1));
    for (const name of names) {
      const child = node.children.get(name);
      if (child !== undefined) pending.push({ path: path === '' ? name : `${path}/${name}`, node: child });
    }
  }
}

function directory(inode: Inode): Node {
  return { inode, children: new Map() };
}

function putChild(parent: Node, name: string, inode: Inode): void {
  const existing = parent.children?.get(name);
  if (inode.type === 'directory' && existing?.children !== undefined) existing.inode = inode;
  else parent.children?.set(name, inode.type === 'directory' ? directory(inode) : { inode });
}

function makeDirectory(tree: Tree, parts: readonly string[]): Node {
  const node = walk(tree, parts, 'make');
  if (node?.children === undefined) throw new HarnessError('ARCHIVE_LINK_LOOP', `the links in ${showName(parts.join('/'))} lead in a circle`);
  return node;
}

/** Follows a path through directories and links. With `make`, what is missing or no directory becomes one. */
function walk(tree: Tree, parts: readonly string[], mode: 'find' | 'make'): Node | undefined {
  const above: Node[] = [tree.root];
  const todo = [...parts].reverse();
  let links = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    const current = above[above.length - 1] ?? tree.root;
    if (part === '..') {
      if (above.length > 1) above.pop();
      continue;
    }
    if (current.children === undefined) return undefined;
    let child = current.children.get(part);
    if (child?.inode.type === 'symlink') {
      if (++links > MAX_LINKS) return undefined;
      const { target } = child.inode;
      if (target.startsWith('/')) above.length = 1;
      todo.push(...target.split('/').filter((step) => step !== '' && step !== '.').reverse());
      continue;
    }
    if (mode === 'make' && child?.children === undefined) {
      child = directory(plainDirectory);
      current.children.set(part, child);
      tree.made = (tree.made ?? 0) + 1;
      if (tree.made > MAX_MADE) throw new HarnessError('ARCHIVE_TOO_MANY_ENTRIES', `the names in the archive make more than ${MAX_MADE} folders that are not listed`);
    }
    if (child === undefined) return undefined;
    above.push(child);
  }
  return above[above.length - 1];
}

/** A link is about to take the place of a directory with entries: they move to where it leads. */
function divert(tree: Tree, path: string, target: string, from: Node): void {
  const folder = pathParts(path).slice(0, -1);
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  const parts = target.startsWith('/') ? steps : [...folder, ...steps];
  const present = walk(tree, parts, 'find');
  if (present !== undefined && present.children === undefined) return;
  const to = makeDirectory(tree, parts);
  if (!contains(from, to)) moveChildren(from, to);
}

function contains(node: Node, wanted: Node): boolean {
  if (node === wanted) return true;
  for (const child of node.children?.values() ?? []) if (child.children !== undefined && contains(child, wanted)) return true;
  return false;
}

/** On a clash the entry that is already there stays, but a link gives way: it may be `usr/bin/sh -> /bin/sh`. */
function moveChildren(from: Node, to: Node): void {
  for (const [name, child] of from.children ?? []) {
    const present = to.children?.get(name);
    if (present?.children !== undefined && child.children !== undefined) moveChildren(child, present);
    else if (present === undefined || (present.inode.type === 'symlink' && child.inode.type !== 'symlink')) to.children?.set(name, child);
  }
}
