// Writes entries as LinuxKit's initrd: cpio "newc" in the order of the tar, repetitions and all (linuxkit.md §3.1). Hard
// links become symbolic ones, names below boot/ are left out, inodes count from 721 whatever they are.
import type { MemberType } from '../../archive/members.ts';
import { HarnessError } from '../../model/errors.ts';
import { linuxkitFails, type CompatContent, type CompatEntry } from './entry.ts';
import { folderOf, relativePath } from './go-path.ts';

const types: Readonly<Partial<Record<MemberType, number>>> = { file: 0o10, directory: 0o4, symlink: 0o12, hardlink: 0o12, char: 0o2, block: 0o6, fifo: 0o1 };
const FIRST_INODE = 721;
const DEVICE = [3, 1] as const;
const zeros = Buffer.alloc(512);

/** The archive, uncompressed, in pieces. */
export async function* writeInitrdCpio(entries: Iterable<CompatEntry>, read: (content: CompatContent) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let inode = FIRST_INODE;
  let total = 0;
  for (const entry of entries) {
    if (entry.name.startsWith('boot/')) continue;
    const target = linkTarget(entry);
    const size = target?.length ?? entry.size;
    const head = header(entry, inode++, size);
    total += head.length + size + padding(size).length;
    yield head;
    if (target !== undefined) yield Buffer.from(target, 'latin1');
    else for (const part of entry.content) yield* read(part);
    if (size % 4 > 0) yield padding(size);
  }
  const trailer = encode('TRAILER!!!', [inode, 0, 0, 0, 1, 0, 0, ...DEVICE, 0, 0]);
  total += trailer.length;
  yield trailer;
  yield zeros.subarray(0, (512 - (total % 512)) % 512);
}

/** Where a link leads; a hard link by the way from its folder. */
function linkTarget({ type, name, target }: CompatEntry): string | undefined {
  if (type === 'hardlink') return relativePath(folderOf(name), target) ?? `/${target}`;
  return type === 'symlink' ? target : undefined;
}

function header(entry: CompatEntry, inode: number, size: number): Buffer {
  const { name, type, mode, uid, gid, mtime, device } = entry;
  const kind = types[type];
  const shown = JSON.stringify(Buffer.from(name, 'latin1').toString());
  if (kind === undefined) throw linuxkitFails(`${entry.pax['LINUXKIT.location'] ?? ''}: ${shown} is ${type === 'global' ? 'a header for the whole archive' : 'an unusual kind of file'}, which has no place in an initrd`, 'cannot convert tar file', 'build the format tar, or make the layer without it');
  const fields = [inode, kind << 12 | mode & 0o7777, uid, gid, type === 'directory' ? 2 : 1, mtime.seconds, size, ...DEVICE, device.major, device.minor];
  if (fields.some((field) => field < 0 || field > 0xffff_ffff)) throw new HarnessError('ARCHIVE_NUMBER', `${shown} has a size, owner, device or time that no initrd can hold`, { hint: 'correct it in the layer it comes from' });
  return encode(name, fields);
}

function encode(name: string, fields: readonly number[]): Buffer {
  const numbers = [...fields, name.length + 1, 0].map((field) => (field >>> 0).toString(16).padStart(8, '0')).join('');
  const head = Buffer.from(`070701${numbers}${name}\0`, 'latin1');
  return Buffer.concat([head, padding(head.length)]);
}

const padding = (size: number): Buffer => zeros.subarray(0, (4 - (size % 4)) % 4);
