// Takes the tree of an image apart by where its entries come from, so that each source has a segment of its own.
// Every entry is in exactly one part, beside the folders above it, which each part repeats as they are in the end: in
// whatever order the kernel unpacks the parts, the same tree comes out, and no part replaces what another one made.
import { createHash } from 'node:crypto';
import type { Content, Inode } from '../archive/entry.ts';
import { list, type Node, type Tree } from '../archive/rootfs.ts';

/** The trees of the parts. `partOf` says which part an inode belongs to. */
export function takeApart<Part>(tree: Tree, partOf: (inode: Inode) => Part): ReadonlyMap<Part, Tree> {
  const parts = new Map<Part, { readonly tree: Tree; readonly copies: Map<Node, Node> }>();
  const above: { readonly name: string; readonly node: Node }[] = [];

  const folderIn = (part: Part): Node => {
    let found = parts.get(part);
    if (found === undefined) {
      const root = { inode: tree.root.inode, children: new Map<string, Node>() };
      found = { tree: { root }, copies: new Map([[tree.root, root]]) };
      parts.set(part, found);
    }
    let parent: Node = found.tree.root;
    for (const { name, node } of above) {
      let copy = found.copies.get(node);
      if (copy === undefined) {
        copy = { inode: node.inode, children: new Map() };
        found.copies.set(node, copy);
        parent.children?.set(name, copy);
      }
      parent = copy;
    }
    return parent;
  };

  const visit = (folder: Node): void => {
    for (const [name, node] of folder.children ?? []) {
      if (node.children === undefined) {
        folderIn(partOf(node.inode)).children?.set(name, node);
        continue;
      }
      above.push({ name, node });
      folderIn(partOf(node.inode));
      visit(node);
      above.pop();
    }
  };
  visit(tree.root);
  return new Map([...parts].map(([name, part]) => [name, part.tree]));
}

/** Identity of a tree's names, attributes, links and sizes; `contentOf` adds that of the content where a source's digest does not. */
export function treeIdentity(tree: Tree, contentOf: (content: Content) => unknown): string {
  const numbers = new Map<Inode, number>();
  const lines: string[] = [];
  for (const { path, inode } of list(tree)) {
    const link = inode.type === 'directory' ? undefined : numbers.get(inode);
    if (link === undefined) numbers.set(inode, numbers.size);
    lines.push(`${path}\0${link ?? inodeIdentity(inode, contentOf)}`);
  }
  return createHash('sha256').update(lines.join('\0')).digest('hex');
}

function inodeIdentity(inode: Inode, contentOf: (content: Content) => unknown): string {
  const { type, mode, uid, gid, mtime, ...rest } = inode;
  const attributes = `${type} ${mode} ${uid} ${gid} ${mtime}`;
  if (type === 'directory' && Object.keys(rest).length === 0) return attributes;
  if (!('content' in rest)) return `${attributes} ${JSON.stringify(rest)}`;
  const { content, ...more } = rest;
  return `${attributes} ${JSON.stringify([contentOf(content), more])}`;
}

/** The same tree with other inodes; names of one inode stay names of one. */
export function mapInodes(tree: Tree, change: (inode: Inode) => Inode): Tree {
  const map = (node: Node): Node => {
    const inode = change(node.inode);
    return node.children === undefined ? { inode } : { inode, children: new Map([...node.children].map(([name, child]) => [name, map(child)])) };
  };
  return { root: map(tree.root) };
}
