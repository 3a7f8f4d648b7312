// A folder or file of the user's as a tree: names, modes, links and pipes as they are; owner root and one fixed time,
// so that two checkouts of one project give equal images. Its digest is that of its content, remembered by the stamps
// of its files: what has not changed is not read again.
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { defaultMtime, plainDirectory, showName, type Inode } from '../archive/entry.ts';
import { createTree, list, lookup, put, type Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { openSlices, stampOf, unreadableSource } from './slices.ts';

export interface FolderTree {
  readonly tree: Tree;
  /** Identity of names, modes, links and content. */
  readonly digest: string;
  /** The inode where the path is a file and no folder. */
  readonly file?: Inode;
}

const KIND = 'folder';
const MAX_ENTRIES = 300_000;
/** File systems stamp in steps: a file as young as this may change again and keep its stamp. */
const YOUNG_MS = 100n;

/** Reads a folder (the root of the tree) or a single file (the tree's entry of the same name). */
export async function readFolder(path: string, context: { readonly cache: Cache; readonly progress: Progress }, signal: AbortSignal): Promise<FolderTree> {
  const tree = createTree();
  const walk: Walk = { tree, links: new Map(), stamps: [], newest: 0n, count: 0, skipped: [], signal };
  const top = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw unreadableSource(path, error);
  });
  const name = top.isDirectory() ? '' : basename(path);
  if (name === '') await readChildren(path, '', walk);
  else await addEntry(path, name, top, walk);
  const file = name === '' ? undefined : lookup(tree, name)?.inode;
  if (walk.skipped.length > 0) context.progress.notice(`${path}: left out ${walk.skipped.slice(0, 3).map(showName).join(', ')}${walk.skipped.length > 3 ? ` and ${walk.skipped.length - 3} more` : ''}: sockets have no place in an image`);
  return { tree, digest: await rememberedDigest(walk, context.cache, signal), ...(file === undefined ? {} : { file }) };
}

interface Walk {
  readonly tree: Tree;
  /** First inode of each host file that has several names. */
  readonly links: Map<string, Inode>;
  readonly stamps: string[];
  newest: bigint;
  count: number;
  readonly skipped: string[];
  readonly signal: AbortSignal;
}

async function readChildren(folder: string, at: string, walk: Walk): Promise<void> {
  walk.signal.throwIfAborted();
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadableSource(folder, error);
  });
  names.sort();
  const found = await Promise.all(names.map(async (name) => {
    if (name.includes('\ufffd')) throw new HarnessError('IMAGE_SOURCE_UNREADABLE', `${folder} has a name that is not UTF-8: ${showName(name)}`, { hint: 'rename the file' });
    return lstat(join(folder, name), { bigint: true });
  })).catch((error: unknown) => {
    throw error instanceof HarnessError ? error : unreadableSource(folder, error);
  });
  for (const [index, name] of names.entries()) {
    const stats = found[index];
    if (stats !== undefined) await addEntry(join(folder, name), at === '' ? name : `${at}/${name}`, stats, walk);
  }
}

async function addEntry(host: string, path: string, stats: BigIntStats, walk: Walk): Promise<void> {
  if (++walk.count > MAX_ENTRIES) throw new HarnessError('IMAGE_SOURCE_TOO_BIG', `${host} is one of more than ${MAX_ENTRIES} files`, { hint: 'name a smaller folder' });
  const { size, mtimeNs, ctimeNs, ino } = stampOf(stats);
  const identity = `${stats.dev}:${ino}`;
  walk.stamps.push(JSON.stringify([path, stats.mode.toString(8), size, mtimeNs, ctimeNs, identity, stats.rdev.toString()]));
  for (const time of [stats.mtimeNs, stats.ctimeNs]) if (time > walk.newest) walk.newest = time;
  const known = walk.links.get(identity);
  const inode = known ?? (await toInode(host, stats));
  if (inode === undefined) {
    walk.skipped.push(path);
    return;
  }
  if (stats.nlink > 1n && !stats.isDirectory()) walk.links.set(identity, inode);
  put(walk.tree, path, inode);
  if (stats.isDirectory()) await readChildren(host, path, walk);
}

async function toInode(host: string, stats: BigIntStats): Promise<Inode | undefined> {
  const attributes = { mode: Number(stats.mode & 0o7777n), uid: 0, gid: 0, mtime: defaultMtime };
  if (stats.isDirectory()) return { ...plainDirectory, mode: attributes.mode, type: 'directory' };
  if (stats.isSymbolicLink()) return { ...attributes, type: 'symlink', target: await readlink(host) };
  if (stats.isFIFO()) return { ...attributes, type: 'fifo' };
  if (stats.isSocket()) return undefined;
  if (stats.isFile()) return { ...attributes, type: 'file', content: { kind: 'slice', path: host, offset: 0, size: Number(stats.size), stamp: stampOf(stats) } };
  // Linux's encoding of a device number: makedev(3).
  const { rdev } = stats;
  const major = Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n));
  const minor = Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n));
  return { ...attributes, type: stats.isBlockDevice() ? 'block' : 'char', major, minor };
}

async function rememberedDigest(walk: Walk, cache: Cache, signal: AbortSignal): Promise<string> {
  if (BigInt(Date.now()) * 1_000_000n - walk.newest < YOUNG_MS * 1_000_000n) return contentDigest(walk.tree, signal);
  const key = createHash('sha256').update(walk.stamps.join('\n')).digest('hex');
  try {
    const place = await cache.entry(KIND, key, async (temporary) => {
      await writeFile(temporary, await contentDigest(walk.tree, signal));
    }, signal);
    const digest = await readFile(place, 'utf8');
    if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  } catch (error) {
    // A cache that cannot be written costs time here and nothing else.
    if (!(error instanceof HarnessError) || !['CACHE_READ_ONLY', 'DISK_FULL'].includes(error.code)) throw error;
  }
  return contentDigest(walk.tree, signal);
}

/** Identity of a tree by what is in its files, wherever they lie. */
export async function contentDigest(tree: Tree, signal: AbortSignal): Promise<string> {
  await using slices = openSlices(signal);
  const whole = createHash('sha256');
  const numbers = new Map<Inode, number>();
  for (const { path, inode } of list(tree)) {
    const link = inode.type === 'directory' ? undefined : numbers.get(inode);
    whole.update(`${JSON.stringify([path, { ...inode, content: undefined }, link])}\n`);
    if (link !== undefined) continue;
    numbers.set(inode, numbers.size);
    if (inode.type !== 'file') continue;
    const hash = createHash('sha256');
    if (inode.content.kind === 'inline') hash.update(inode.content.bytes);
    else for await (const chunk of slices.read(inode.content)) hash.update(chunk);
    whole.update(hash.digest());
  }
  return `sha256:${whole.digest('hex')}`;
}
