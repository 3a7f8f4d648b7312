// Unpacks archives as the kernel does (init/initramfs.c; linuxkit.md §3.1), into memory: a record whose parent is not
// there is lost, one of another type replaces what is there, a folder that has entries is never replaced, files and
// folders that exist take the new attributes. Links are known inside one archive only.
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Image } from '../../../src/model/image.ts';
import { records, type Record } from '../archive/newc.ts';

/** What lies at a path; names of one file share the object. */
export interface Unpacked {
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  data: Buffer;
  rdev: readonly [number, number];
}

const typeOf = (mode: number): number => mode & 0o170000;
const DIRECTORY = 0o040000;
const LINK = 0o120000;
const FILE = 0o100000;

/** The file system after all archives, by path; the root is ''. */
export function unpack(archives: readonly Buffer[]): Map<string, Unpacked> {
  const files = new Map<string, Unpacked>([['', { mode: DIRECTORY | 0o1777, uid: 0, gid: 0, mtime: 0, data: Buffer.alloc(0), rdev: [0, 0] }]]);
  for (const archive of archives) {
    let links = new Map<number, Unpacked>();
    for (const record of records(archive)) {
      if (record.name === 'TRAILER!!!') links = new Map();
      else place(files, links, record);
    }
  }
  return files;
}

/** All segments of an image unpacked, in their order. */
export async function unpackImage(image: Pick<Image, 'segments'>): Promise<Map<string, Unpacked>> {
  return unpack(await Promise.all(image.segments.map(({ path }) => readFile(path))));
}

function place(files: Map<string, Unpacked>, links: Map<number, Unpacked>, record: Record): void {
  const folder = resolve(files, posix.dirname(record.name));
  if (folder === undefined || typeOf(files.get(folder)?.mode ?? 0) !== DIRECTORY) return;
  const base = posix.basename(record.name);
  const plain = base === '.' ? folder : folder === '' ? base : `${folder}/${base}`;
  // A slash at the end makes every call follow a link of that name.
  const path = record.name.endsWith('/') ? (resolve(files, record.name) ?? plain) : plain;
  const { mode, uid, gid, mtime, data, rdev } = record;
  const old = files.get(path);
  if (old !== undefined && (typeOf(old.mode) !== typeOf(mode) || typeOf(mode) === LINK)) {
    if (![...files.keys()].some((name) => name.startsWith(`${path}/`))) files.delete(path);
  }
  const present = files.get(path);
  if (present !== undefined && typeOf(present.mode) !== typeOf(mode)) return;
  const linked = typeOf(mode) !== DIRECTORY && typeOf(mode) !== LINK && record.nlink > 1 ? links.get(record.ino) : undefined;
  const inode = linked ?? present ?? { mode, uid, gid, mtime, data, rdev };
  Object.assign(inode, { mode, uid, gid, mtime });
  if (typeOf(mode) === FILE && (linked === undefined || data.length > 0)) inode.data = data;
  files.set(path, inode);
  if (record.nlink > 1 && typeOf(mode) !== DIRECTORY) links.set(record.ino, inode);
}

/** Where a path leads through folders and links; undefined where there is nothing. */
function resolve(files: ReadonlyMap<string, Unpacked>, path: string): string | undefined {
  const todo = path.split('/').filter((part) => part !== '' && part !== '.').reverse();
  let at = '';
  for (let steps = 0; todo.length > 0; steps += 1) {
    if (steps > 200) return undefined;
    const part = todo.pop() ?? '';
    const next = part === '..' ? posix.dirname(at).replace(/^\.$/, '') : at === '' ? part : `${at}/${part}`;
    const found = files.get(next);
    if (found === undefined) return undefined;
    if (typeOf(found.mode) !== LINK) {
      at = next;
      continue;
    }
    const target = found.data.toString();
    if (target.startsWith('/')) at = '';
    todo.push(...target.split('/').filter((step) => step !== '' && step !== '.').reverse());
  }
  return at;
}

/** The records of all segments of an image, numbered so that no inode of one is taken for one of another. */
export async function imageRecords(image: Pick<Image, 'segments'>): Promise<Record[]> {
  const archives = await Promise.all(image.segments.map(({ path }) => readFile(path)));
  return archives.flatMap((archive, index) => records(archive).map((record) => ({ ...record, ino: record.ino + index * 2 ** 32 })));
}
