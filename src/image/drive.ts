// Folders of this machine as a read-only file system that a guest mounts, for what is too big to be unpacked into its memory.
// Equal content gives equal bytes: owner root, one fixed time, no extended attributes; built once and kept in the cache.
// https://docs.kernel.org/filesystems/squashfs.html https://docs.kernel.org/filesystems/erofs.html
import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { defaultMtime } from '../archive/entry.ts';
import { createTree, list, put, type Tree } from '../archive/rootfs.ts';
import { writeTar } from '../archive/tar.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { readFolder } from '../source/folder.ts';
import { openSlices } from '../source/slices.ts';
import { startGroup } from '../sys/group.ts';
import { runProgram } from '../sys/process.ts';

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
const packages = { mksquashfs: 'squashfs-tools', 'mkfs.erofs': 'erofs-utils' } as const;

/** A folder as squashfs or erofs. */
export async function buildDrive(folder: string, format: 'squashfs' | 'erofs', context: Context, signal: AbortSignal): Promise<BuiltDrive> {
  const { tree, digest, file } = await readFolder(folder, context, signal);
  if (file !== undefined) throw new HarnessError('DRIVE_NOT_A_FOLDER', `the drive ${folder} is a file: expected a folder`, { hint: 'a single file comes along with `copy` of `run`, or `files` of the image' });
  const key = keyOf([format, digest]);
  const path = await context.cache.entry(KIND, key, async (temporary) => {
    if (format === 'squashfs') return squash(tree, temporary, signal);
    await makeErofs(folder, temporary, signal);
    // It read the folder by itself: was it still what the key says?
    if ((await readFolder(folder, context, signal)).digest !== digest) throw new HarnessError('IMAGE_SOURCE_CHANGED', `${folder} changed while the drive was made`, { hint: 'run again once nothing writes to it any more' });
  }, signal);
  return { path, digest };
}

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
  return { path: await context.cache.entry(KIND, key, (temporary) => squash(whole, temporary, signal), signal), digest: `sha256:${key}` };
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
const squashArguments = ['-tar', '-noappend', '-no-xattrs', '-all-root', '-root-mode', '755', '-mkfs-time', `${defaultMtime}`, '-all-time', `${defaultMtime}`, '-noI', '-noD', '-noF', '-no-progress', '-quiet'];

async function squash(tree: Tree, path: string, signal: AbortSignal): Promise<void> {
  await using slices = openSlices(signal);
  // By way of an archive, so that what is packed is what was read, with the times and owners it was given.
  const group = startGroup('mksquashfs', ['-', path, ...squashArguments]);
  let said = '';
  group.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-2000)));
  group.stdout.resume();
  const stop = (): void => group.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const fed = pipeline(writeTar(tree, slices.read), group.input).then(() => undefined, (error: unknown) => error);
  const { code, error } = await group.ended;
  signal.removeEventListener('abort', stop);
  if (error !== undefined) throw notStarted('mksquashfs', error);
  const failure = await fed;
  signal.throwIfAborted();
  if (failure instanceof HarnessError) throw failure;
  if (code !== 0) throw new HarnessError('DRIVE_NOT_MADE', `mksquashfs ended with exit status ${code ?? '?'}: ${said.trim().split('\n').at(-1) ?? ''}`);
}

async function makeErofs(folder: string, path: string, signal: AbortSignal): Promise<void> {
  const options = ['--quiet', '--all-root', '-x-1', `-T${defaultMtime}`, '-U00000000-0000-0000-0000-000000000000'];
  await runProgram('mkfs.erofs', [...options, path, folder], { signal }).catch((error: unknown) => {
    throw error instanceof HarnessError && error.code === 'PROGRAM_NOT_FOUND' ? notStarted('mkfs.erofs', error) : error;
  });
}

function notStarted(program: keyof typeof packages, cause: Error): HarnessError {
  return new HarnessError('PROGRAM_NOT_FOUND', `a drive needs ${program}, which is not installed`, { hint: `install it (Debian: apt install ${packages[program]})`, cause });
}

const keyOf = (identity: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(['drive 1', ...identity])).digest('hex');
