// Files laid over a finished image: the command of `run:` and `exec` with what it copies. A segment of their own keeps
// the image's untouched, so that trying a changed program costs milliseconds.
import { plainDirectory, textFile } from '../archive/entry.ts';
import { createTree, list, lookup, put, type Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import type { Progress } from '../model/events.ts';
import { readFolder } from '../source/folder.ts';
import { buildSegment, segmentKey, type BuiltSegment } from './segment.ts';
import type { Folders } from './segments.ts';

export type ExtraFile =
  | { readonly path: string; readonly mode: number; readonly content: string | Uint8Array }
  /** A file or a whole folder of this machine, placed at `path`. */
  | { readonly path: string; readonly hostPath: string };

/** The segment of extra files, later ones over earlier ones. Folders that the image has keep the attributes it gave them. */
export async function extraSegment(extra: readonly ExtraFile[], folders: Folders, context: { readonly cache: Cache; readonly progress: Progress }, signal: AbortSignal): Promise<BuiltSegment> {
  const tree = createTree();
  const identity: unknown[] = [];
  for (const file of extra) {
    if ('content' in file) {
      put(tree, file.path, textFile(file.content, { mode: file.mode }));
      identity.push([file.path, file.mode, Buffer.from(file.content).toString('base64')]);
    } else {
      const host = await readFolder(file.hostPath, context, signal);
      if (host.file === undefined) placeFolder(tree, file.path, host.tree);
      else put(tree, file.path, host.file);
      identity.push([file.path, host.digest]);
    }
  }
  for (const [path, attributes] of Object.entries(folders)) {
    const node = lookup(tree, path);
    if (node?.inode === plainDirectory) {
      node.inode = { ...plainDirectory, ...attributes };
      identity.push([path, attributes]);
    }
  }
  return buildSegment(context.cache, 'extra', segmentKey(identity), () => Promise.resolve(tree), { followLinks: true }, signal);
}

function placeFolder(tree: Tree, at: string, folder: Tree): void {
  for (const { path, inode } of list(folder)) put(tree, `${at}/${path}`, inode);
}
