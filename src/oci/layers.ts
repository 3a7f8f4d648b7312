// Folds the layers of an image into one tree, as the image-spec says: whiteouts hide what lower layers have, never
// their own layer's entries; of two entries with one name the last wins; parents nobody listed are made.
// https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
import { pathParts, showName, type Entry } from '../archive/entry.ts';
import { createTree, link, lookup, put, remove, type Tree } from '../archive/rootfs.ts';
import { HarnessError } from '../model/errors.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** The tree of all layers, the lowest first. */
export function foldLayers(layers: Iterable<readonly Entry[]>): Tree {
  const tree = createTree();
  for (const entries of layers) applyLayer(tree, entries);
  return tree;
}

/**
 * Applies one layer. Names stay below the root: absolute ones are taken as relative, links in folders are followed
 * inside the tree.
 * @throws HarnessError `ARCHIVE_NAME_UNSAFE`, `ARCHIVE_LINK_DANGLING`
 */
export function applyLayer(tree: Tree, entries: readonly Entry[]): void {
  for (const { name } of entries) hide(tree, name);
  const later: (Entry & { type: 'hardlink' })[] = [];
  for (const entry of entries) {
    if (isWhiteout(entry.name)) continue;
    if (entry.type !== 'hardlink') place(tree, entry);
    else if (!link(tree, entry.name, entry.target)) later.push(entry);
  }
  // Some tools list a link before the file it names.
  for (const entry of later) {
    if (link(tree, entry.name, entry.target)) continue;
    throw new HarnessError('ARCHIVE_LINK_DANGLING', `the hard link ${showName(entry.name)} names ${showName(entry.target)}, which is not there`);
  }
}

function place(tree: Tree, entry: Exclude<Entry, { type: 'hardlink' }>): void {
  const { name, ...inode } = entry;
  // A non-directory named "/" or "." has no place; tar archives of single files never have one.
  if (pathParts(name).length === 0 && inode.type !== 'directory') return;
  put(tree, name, inode);
}

function hide(tree: Tree, name: string): void {
  if (!name.includes(WHITEOUT)) return;
  const parts = pathParts(name);
  const last = parts.pop();
  if (last?.startsWith(WHITEOUT) !== true) return;
  const folder = parts.join('/');
  if (last === OPAQUE) lookup(tree, folder, { follow: true })?.children?.clear();
  else if (!last.startsWith('.wh..wh.')) remove(tree, [...parts, hidden(name, last)].join('/'));
}

function hidden(name: string, last: string): string {
  const target = last.slice(WHITEOUT.length);
  if (target === '' || target === '.' || target === '..') throw new HarnessError('ARCHIVE_NAME_UNSAFE', `the whiteout ${showName(name)} names nothing inside its folder`);
  return target;
}

const isWhiteout = (name: string): boolean => name.includes(WHITEOUT) && pathParts(name).at(-1)?.startsWith(WHITEOUT) === true;
