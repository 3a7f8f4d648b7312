// Lays Debian packages of any age over one another: everything below /bin, /sbin and /lib* goes to /usr, and links take
// their place, so that /bin/sh and the ELF interpreters (/lib64/ld-linux-x86-64.so.2) are found however a package was made.
// https://wiki.debian.org/UsrMerge
import { plainDirectory } from '../archive/entry.ts';
import { createTree, lookup, merge, put, type Tree } from '../archive/rootfs.ts';

const always = ['bin', 'sbin', 'lib'] as const;
/** Folders only some architectures have. */
const sometimes = ['lib64', 'lib32', 'libx32', 'libo32'] as const;

/** One tree of all packages, with the merged-/usr layout. */
export function combinePackages(packages: readonly Tree[]): Tree {
  const tree = createTree();
  for (const name of always) mergeFolder(tree, name);
  for (const name of sometimes) {
    if (packages.some((part) => lookup(part, name) !== undefined || lookup(part, `usr/${name}`) !== undefined)) mergeFolder(tree, name);
  }
  for (const part of packages) merge(tree, part);
  return tree;
}

function mergeFolder(tree: Tree, name: string): void {
  put(tree, `usr/${name}`, plainDirectory);
  put(tree, name, { ...plainDirectory, mode: 0o777, type: 'symlink', target: `usr/${name}` });
}
