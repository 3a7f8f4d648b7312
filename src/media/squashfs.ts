// squashfs from a tree in memory: sqfstar reads it as a tar stream, so that owners, modes, devices, hard links and extended
// attributes need no root and no folder on this machine. gzip, which every kernel with squashfs can read, at its own level:
// sqfstar before 4.6 cannot be told another.
import { rm } from 'node:fs/promises';
import { list, type Tree } from '../archive/rootfs.ts';
import { writeTar } from '../archive/tar.ts';
import type { FormatContext } from './context.ts';
import { requireTools, runTool, tools, type Tool } from './tool.ts';

export interface SquashfsOptions {
  /** False: made and read many times as fast, as big as its content. For what does not leave this machine. Default true. */
  readonly compress?: boolean;
}

/** sqfstar 4.5 gives the root folder to who runs it: for everybody but root, fakeroot says that this is root. */
export const squashfsTools: readonly Tool[] = process.getuid?.() === 0 ? [tools.sqfstar] : [tools.sqfstar, tools.fakeroot];

/** Writes the image. */
export async function writeSquashfs(tree: Tree, path: string, context: Pick<FormatContext, 'slices'>, signal: AbortSignal, { compress = true }: SquashfsOptions = {}): Promise<void> {
  requireTools('a squashfs image', squashfsTools);
  // It would add to an image that is already there.
  await rm(path, { force: true });
  await using slices = context.slices(signal);
  const { mode, uid, gid } = tree.root.inode;
  const root = ['-root-mode', mode.toString(8), '-root-uid', `${uid}`, '-root-gid', `${gid}`];
  const args = ['-quiet', '-no-progress', '-comp', 'gzip', ...root, ...(compress ? [] : ['-noI', '-noD', '-noF', '-noX']), path];
  const isRoot = squashfsTools.length === 1;
  // The newest time there is: it replaces later ones, of which there is one, the root folder's own, which would be now.
  const env = { SOURCE_DATE_EPOCH: `${newest(tree)}` };
  await runTool(isRoot ? tools.sqfstar : tools.fakeroot, isRoot ? args : [tools.sqfstar.program, ...args], { input: writeTar(tree, slices.read), env, signal });
}

function newest(tree: Tree): number {
  let time = 0;
  for (const { inode } of list(tree)) time = Math.max(time, inode.mtime);
  return time;
}
