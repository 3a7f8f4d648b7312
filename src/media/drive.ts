// Folders of this machine as a read-only file system that a guest mounts, for what is too big to be unpacked into its memory.
// Equal content gives equal bytes: owner root, one fixed time, no extended attributes; built once and kept in the cache.
// https://docs.kernel.org/filesystems/squashfs.html https://docs.kernel.org/filesystems/erofs.html
import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTree, list, put, type Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { readFolder } from '../source/folder.ts';
import { openSlices } from '../source/slices.ts';
import { writeErofs } from './erofs.ts';
import { squashfsTools, writeSquashfs } from './squashfs.ts';
import { findTool } from './tool.ts';

interface Context {
  readonly cache: Cache;
  readonly progress: Progress;
}

/** A drive's image in the cache. */
export interface BuiltDrive {
  readonly path: string;
  /** Identity of its content. */
  readonly digest: string;
}

const KIND = 'drive';

/** A folder as squashfs or erofs. */
export async function buildDrive(folder: string, format: 'squashfs' | 'erofs', context: Context, signal: AbortSignal): Promise<BuiltDrive> {
  const { tree, digest, file } = await readFolder(folder, context, signal);
  if (file !== undefined) throw new HarnessError('DRIVE_NOT_A_FOLDER', `the drive ${folder} is a file: expected a folder`, { hint: 'a single file comes along with `copy` of `run`, or `files` of the image' });
  const key = keyOf([format, digest]);
  return { path: await context.cache.entry(KIND, key, (temporary) => writeDrive(tree, format, temporary, signal), signal), digest };
}

/** Whether squashfs drives can be made on this machine. */
export const canMakeSquashfs = (): boolean => squashfsTools.every((tool) => findTool(tool) !== undefined);

/** Several files and folders in one squashfs, each at its own place. */
export async function buildCopies(copies: readonly { readonly at: string; readonly hostPath: string }[], context: Context, signal: AbortSignal): Promise<BuiltDrive> {
  const whole = createTree();
  const identity: unknown[] = ['copies'];
  for (const { at, hostPath } of copies) {
    const { tree, digest, file } = await readFolder(hostPath, context, signal);
    if (file !== undefined) put(whole, at, file);
    else for (const { path, inode } of list(tree)) put(whole, `${at}/${path}`, inode);
    identity.push([at, digest]);
  }
  const key = keyOf(identity);
  return { path: await context.cache.entry(KIND, key, (temporary) => writeDrive(whole, 'squashfs', temporary, signal), signal), digest: `sha256:${key}` };
}

/** Bytes of files and folders, counted no further than `limit`. What cannot be read is left to who reads it. */
export async function countBytes(paths: readonly string[], limit: number): Promise<number> {
  let bytes = 0;
  const pending = [...paths];
  for (let path = pending.pop(); path !== undefined && bytes <= limit; path = pending.pop()) {
    const stats = await lstat(path).catch(() => undefined);
    const folder = path;
    if (stats?.isDirectory() === true) pending.push(...(await readdir(folder).catch(() => [])).map((name) => join(folder, name)));
    else bytes += stats?.size ?? 0;
  }
  return bytes;
}

// Nothing is compressed but by leaving out holes: the host has the space, and an emulated guest has no time to unpack.
async function writeDrive(tree: Tree, format: 'squashfs' | 'erofs', path: string, signal: AbortSignal): Promise<void> {
  if (format === 'erofs') await writeErofs(tree, path, { slices: openSlices }, signal);
  else await writeSquashfs(tree, path, { slices: openSlices }, signal, { compress: false });
}

const keyOf = (identity: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(['drive 2', ...identity])).digest('hex');
