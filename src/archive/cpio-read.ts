// Reads cpio "newc" archives as trees whose files stay where they lie: in the archive.
// https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
import { open, type FileHandle } from 'node:fs/promises';
import { HarnessError } from '../model/errors.ts';
import type { Attributes, Inode } from './entry.ts';
import { decodeName } from './names.ts';
import { createTree, put, type Tree } from './rootfs.ts';

/** A record's header as numbers, its name, and where its content lies. */
interface Record {
  readonly name: string;
  readonly ino: number;
  readonly mode: number;
  readonly links: number;
  readonly attributes: Attributes;
  readonly device: { readonly major: number; readonly minor: number };
  readonly offset: number;
  readonly size: number;
}

const HEADER = 110;
const WINDOW = 256 * 1024;

/**
 * The tree of an uncompressed archive; other archives may follow the first in the file.
 * @throws HarnessError `CPIO_BROKEN`
 */
export async function readCpio(path: string): Promise<Tree> {
  await using file = await open(path);
  const tree = createTree();
  const read = createWindow(file, path);
  const end = (await file.stat()).size;
  let offset = 0;
  do {
    const records: Record[] = [];
    for (;;) {
      const found = await readRecord(read, offset, path);
      offset = align(found.offset + found.size, 4);
      if (found.name === 'TRAILER!!!') break;
      records.push(found);
    }
    await unpack(tree, records, path, read);
    // Behind it comes padding, or the next archive.
    offset = await skipZeros(read, offset, end);
  } while (offset < end);
  return tree;
}

type Read = (offset: number, length: number) => Promise<Buffer>;

/** Reads ahead, for headers lie close together. */
function createWindow(file: FileHandle, path: string): Read {
  const window = Buffer.alloc(WINDOW);
  let start = 0;
  let filled = 0;
  const fill = async (buffer: Buffer, offset: number): Promise<number> => {
    let got = 0;
    while (got < buffer.length) {
      const { bytesRead } = await file.read(buffer, got, buffer.length - got, offset + got);
      if (bytesRead === 0) break;
      got += bytesRead;
    }
    return got;
  };
  return async (offset, length) => {
    if (length > WINDOW) throw broken(path, offset);
    if (offset < start || offset + length > start + filled) {
      filled = await fill(window, offset);
      start = offset;
    }
    if (length > filled - (offset - start)) throw broken(path, offset);
    return window.subarray(offset - start, offset - start + length);
  };
}

async function readRecord(read: Read, offset: number, path: string): Promise<Record> {
  const header = (await read(offset, HEADER)).toString('latin1');
  const fields = Array.from({ length: 13 }, (_, index) => Number.parseInt(header.slice(6 + 8 * index, 14 + 8 * index), 16));
  if (!/^07070[12][0-9a-fA-F]{104}$/.test(header)) throw broken(path, offset);
  const [ino = 0, mode = 0, uid = 0, gid = 0, links = 0, mtime = 0, size = 0, , , major = 0, minor = 0, nameSize = 0] = fields;
  const name = await read(offset + HEADER, nameSize);
  return {
    name: decodeName(Buffer.from(name.subarray(0, -1))),
    ino,
    mode,
    links,
    attributes: { mode: mode & 0o7777, uid, gid, mtime },
    device: { major, minor },
    offset: align(offset + HEADER + nameSize, 4),
    size,
  };
}

async function skipZeros(read: Read, from: number, end: number): Promise<number> {
  for (let offset = from; offset < end;) {
    const bytes = await read(offset, Math.min(4096, end - offset));
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return offset + found;
    offset += bytes.length;
  }
  return end;
}

const types: Readonly<globalThis.Record<number, Inode['type']>> = { 0o100000: 'file', 0o040000: 'directory', 0o120000: 'symlink', 0o020000: 'char', 0o060000: 'block', 0o010000: 'fifo' };

/** Puts one archive's records into the tree; the numbers of its inodes say nothing about the next archive's. */
async function unpack(tree: Tree, records: readonly Record[], path: string, read: Read): Promise<void> {
  const linked = new Map<number, Inode>();
  // Of the names of one file the last has its content.
  for (const record of [...records].reverse()) {
    if (isLinked(record) && !linked.has(record.ino)) linked.set(record.ino, await inodeOf(record, path, read));
  }
  for (const record of records) put(tree, record.name, (isLinked(record) ? linked.get(record.ino) : undefined) ?? (await inodeOf(record, path, read)));
}

/** Devices and pipes have further names as files do; a folder counts its own `.`. */
const isLinked = ({ mode, links }: Record): boolean => links > 1 && types[mode & 0o170000] !== 'directory';

async function inodeOf({ mode, attributes, device, offset, size }: Record, path: string, read: Read): Promise<Inode> {
  const type = types[mode & 0o170000];
  switch (type) {
    case 'file': return { ...attributes, type, content: size === 0 ? { kind: 'inline', bytes: new Uint8Array() } : { kind: 'slice', path, offset, size } };
    case 'symlink': return { ...attributes, type, target: decodeName(Buffer.from(await read(offset, size))) };
    case 'char': case 'block': return { ...attributes, type, ...device };
    case 'directory': case 'fifo': return { ...attributes, type };
    case undefined: default: throw broken(path, offset);
  }
}

const align = (position: number, to: number): number => Math.ceil(position / to) * to;

function broken(path: string, offset: number): HarnessError {
  return new HarnessError('CPIO_BROKEN', `${path} is no cpio archive at byte ${offset}`, { hint: 'remove the file: what is missing is made again' });
}
