// Writes trees as tar archives: ustar, with PAX headers before entries that do not fit it (long names, names that are
// not ASCII, large numbers, extended attributes). Equal trees give equal bytes.
import { HarnessError } from '../model/errors.ts';
import { contentSize, showName, type Inode, type ReadSlice } from './entry.ts';
import { encodeName } from './names.ts';
import { encodePax, xattrKey } from './pax.ts';
import { list, type Tree } from './rootfs.ts';
import { BLOCK, encodeHeader, fits, type TarHeader } from './ustar.ts';

const kinds = { file: '0', symlink: '2', char: '3', block: '4', directory: '5', fifo: '6' } as const;
const none = Buffer.alloc(0);
const zeros = Buffer.alloc(2 * BLOCK);

/** The archive of a tree, in the order of `list`; the root is `./`. */
export async function* writeTar(tree: Tree, read: ReadSlice): AsyncGenerator<Uint8Array> {
  const first = new Map<Inode, string>();
  for (const { path, inode } of list(tree)) {
    const name = path === '' ? './' : inode.type === 'directory' ? `${path}/` : path;
    const seen = inode.type === 'directory' ? undefined : first.get(inode);
    if (seen === undefined) {
      first.set(inode, path);
      yield headers(name, inode, { kind: kinds[inode.type], target: inode.type === 'symlink' ? inode.target : '', size: inode.type === 'file' ? contentSize(inode.content) : 0 });
      if (inode.type === 'file') yield* content(path, inode, read);
    } else yield headers(name, inode, { kind: '1', target: seen, size: 0 });
  }
  yield zeros;
}

async function* content(path: string, inode: Inode & { type: 'file' }, read: ReadSlice): AsyncGenerator<Uint8Array> {
  const size = contentSize(inode.content);
  let got = 0;
  if (size > 0) {
    for await (const chunk of inode.content.kind === 'inline' ? [inode.content.bytes] : read(inode.content)) {
      got += chunk.byteLength;
      if (got > size) break;
      yield chunk;
    }
  }
  if (got !== size) throw new HarnessError('IMAGE_SOURCE_CHANGED', `${showName(path)} changed while it was read: ${size} bytes were expected`, { hint: 'run again once nothing writes to it any more' });
  if (size % BLOCK !== 0) yield zeros.subarray(0, BLOCK - (size % BLOCK));
}

function headers(text: string, inode: Inode, { kind, target, size }: { readonly kind: string; readonly target: string; readonly size: number }): Buffer {
  const name = encodeName(text);
  const linkName = encodeName(target);
  const records = new Map<string, Uint8Array>();
  const number = (key: string, value: number, limit: number): void => {
    if (value < 0 || value > limit) records.set(key, Buffer.from(String(value)));
  };
  if (!fitsName(name)) records.set('path', name);
  if (!fitsName(linkName)) records.set('linkpath', linkName);
  number('uid', inode.uid, fits.id);
  number('gid', inode.gid, fits.id);
  number('size', size, fits.size);
  number('mtime', inode.mtime, fits.mtime);
  if (kind !== '1') for (const [key, value] of Object.entries(inode.xattrs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) records.set(xattrKey(key), value);
  const device = inode.type === 'char' || inode.type === 'block' ? inode : { major: 0, minor: 0 };
  const header: TarHeader = { kind, name, linkName, mode: inode.mode, uid: inode.uid, gid: inode.gid, size, mtime: inode.mtime, major: device.major, minor: device.minor };
  return records.size === 0 ? encodeHeader(header) : Buffer.concat([extension(records), encodeHeader(header)]);
}

function extension(records: ReadonlyMap<string, Uint8Array>): Buffer {
  const body = encodePax(records);
  const header = encodeHeader({ kind: 'x', name: Buffer.from('PaxHeaders/entry'), linkName: none, mode: 0o644, uid: 0, gid: 0, size: body.length, mtime: 0, major: 0, minor: 0 });
  return Buffer.concat([header, body, zeros.subarray(0, (BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

/** ustar's prefix field is left unused: readers differ about it, none about PAX. */
const fitsName = (name: Buffer): boolean => name.length <= 100 && name.every((byte) => byte < 0x80);
