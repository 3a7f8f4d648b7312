// Writes cpio "newc" archives, the form the kernel unpacks as initramfs.
// https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
// Inodes are numbered in path order, so equal trees give equal bytes. The end is padded to 512 bytes, so archives
// can be laid one after another; each has its own numbering, for the kernel forgets links at every trailer.
import { HarnessError } from '../model/errors.ts';
import { contentSize, showName, type Inode, type ReadSlice } from './entry.ts';
import { encodeName } from './names.ts';
import { list, type Tree } from './rootfs.ts';

export interface CpioOptions {
  /**
   * Write directory names with a slash at their end: the kernel then keeps a link of that name and unpacks to where
   * it leads, instead of replacing it. For archives laid over a tree that is not known here (`lib -> usr/lib`).
   */
  readonly followLinks?: boolean;
  /** Say nothing of the root folder: it stays as the kernel made it. */
  readonly withoutRoot?: boolean;
}

const types = { file: 0o100000, directory: 0o040000, symlink: 0o120000, char: 0o020000, block: 0o060000, fifo: 0o010000 } as const;
const MAX_FIELD = 0xffff_ffff;
const PIECE = 256 * 1024;

/** The archive in pieces of about 256 KiB, whatever the sizes of the files. */
export async function* writeCpio(tree: Tree, read: ReadSlice, options: CpioOptions = {}): AsyncGenerator<Uint8Array> {
  const out = createPieces();
  for await (const part of parts(tree, read, options)) yield* out.add(part);
  yield* out.end(512);
}

/** Bytes that files and inodes take in a tmpfs: whole pages, and about 1 KiB for each inode and its name. */
export function unpackedSize(tree: Tree): number {
  const seen = new Set<Inode>();
  let bytes = 0;
  for (const { inode } of list(tree)) {
    if (seen.has(inode)) continue;
    seen.add(inode);
    bytes += 1024;
    if (inode.type === 'file') bytes += Math.ceil(contentSize(inode.content) / 4096) * 4096;
  }
  return bytes;
}

async function* parts(tree: Tree, read: ReadSlice, options: CpioOptions): AsyncGenerator<Uint8Array> {
  const left = countNames(tree);
  const numbers = new Map<Inode, { readonly ino: number; readonly nlink: number }>();
  let ino = 1;
  for (const { path, inode } of list(tree)) {
    // An archive laid over another one says nothing of the root either.
    if (path === '' && (options.followLinks === true || options.withoutRoot === true)) continue;
    const names = left.get(inode) ?? 1;
    let identity = numbers.get(inode);
    if (identity === undefined) {
      identity = { ino: ino++, nlink: inode.type === 'directory' ? 2 : names };
      if (linkable(inode)) numbers.set(inode, identity);
    }
    left.set(inode, names - 1);
    // The kernel links later names to the first and takes the content from whichever record has one: cpio puts it on the last.
    const last = !linkable(inode) || names === 1;
    const name = `${path === '' ? '.' : path}${options.followLinks === true && inode.type === 'directory' ? '/' : ''}`;
    const target = inode.type === 'symlink' ? encodeName(inode.target) : undefined;
    const size = target?.length ?? (inode.type === 'file' && last ? contentSize(inode.content) : 0);
    yield header(name, inode, { ino: identity.ino, nlink: linkable(inode) || inode.type === 'directory' ? identity.nlink : 1, size });
    if (target !== undefined) yield target;
    else if (inode.type === 'file' && last) yield* content(path, inode, size, read);
    yield padding(size);
  }
  yield trailer();
}

async function* content(path: string, inode: Inode & { type: 'file' }, size: number, read: ReadSlice): AsyncGenerator<Uint8Array> {
  if (inode.content.kind === 'inline') {
    yield inode.content.bytes;
    return;
  }
  let got = 0;
  for await (const chunk of read(inode.content)) {
    got += chunk.byteLength;
    if (got > size) break;
    yield chunk;
  }
  if (got !== size) {
    throw new HarnessError('IMAGE_SOURCE_CHANGED', `${path} changed while it was read: ${size} bytes were expected`, { hint: 'run again once nothing writes to it any more' });
  }
}

/** The kernel makes no hard links to symbolic links: each name gets its own. */
const linkable = (inode: Inode): boolean => inode.type !== 'directory' && inode.type !== 'symlink';

function countNames(tree: Tree): Map<Inode, number> {
  const names = new Map<Inode, number>();
  for (const { inode } of list(tree)) if (linkable(inode)) names.set(inode, (names.get(inode) ?? 0) + 1);
  return names;
}

function header(name: string, inode: Inode, record: { readonly ino: number; readonly nlink: number; readonly size: number }): Uint8Array {
  if (record.size > MAX_FIELD) throw new HarnessError('IMAGE_FILE_TOO_BIG', `${showName(name)} has ${record.size} bytes: an initramfs holds files up to 4 GiB`, { hint: 'leave it out, or give it to the case as a drive' });
  const device = inode.type === 'char' || inode.type === 'block' ? inode : { major: 0, minor: 0 };
  return encode(name, [
    record.ino, types[inode.type] | inode.mode, inode.uid, inode.gid, record.nlink,
    Math.min(Math.max(inode.mtime, 0), MAX_FIELD), record.size, 0, 0, device.major, device.minor,
  ]);
}

const trailer = (): Uint8Array => encode('TRAILER!!!', [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);

function encode(name: string, fields: readonly number[]): Uint8Array {
  const bytes = encodeName(`${name}\0`);
  const numbers = [...fields, bytes.length, 0].map((field) => {
    if (!Number.isInteger(field) || field < 0 || field > MAX_FIELD) throw new HarnessError('ARCHIVE_NUMBER', `${showName(name)} has an owner, device or time that no Linux file can have: ${field}`);
    return field.toString(16).padStart(8, '0');
  });
  const head = Buffer.from(`070701${numbers.join('')}`, 'latin1');
  return Buffer.concat([head, bytes, padding(head.length + bytes.length)]);
}

const zeros = new Uint8Array(512);
const padding = (size: number): Uint8Array => zeros.subarray(0, (4 - (size % 4)) % 4);

/** Gathers small parts into pieces worth a write. */
function createPieces(): { add(part: Uint8Array): Iterable<Uint8Array>; end(align: number): Iterable<Uint8Array> } {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let total = 0;
  const flush = (): Uint8Array => {
    const piece = waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting, bytes);
    waiting = [];
    bytes = 0;
    return piece;
  };
  return {
    *add(part) {
      if (part.byteLength === 0) return;
      waiting.push(part);
      bytes += part.byteLength;
      total += part.byteLength;
      if (bytes >= PIECE) yield flush();
    },
    *end(align) {
      waiting.push(zeros.subarray(0, (align - (total % align)) % align));
      bytes += (align - (total % align)) % align;
      if (bytes > 0) yield flush();
    },
  };
}
