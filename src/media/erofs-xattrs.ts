// Extended attributes as EROFS keeps them behind an inode: a header, then a record for each, its name's prefix as a number
// (fs/erofs/erofs_fs.h). Pure.
import type { Inode } from '../archive/entry.ts';

const prefixes = [
  ['system.posix_acl_access', 2],
  ['system.posix_acl_default', 3],
  ['user.', 1],
  ['trusted.', 4],
  ['security.', 6],
] as const;

const HEADER = 12;

/** The bytes behind an inode; none for an inode without attributes. Names that Linux does not know are left out. */
export function encodeXattrs({ xattrs = {} }: Inode): Buffer {
  const records = Object.keys(xattrs).sort().flatMap((name) => encodeRecord(name, xattrs[name] ?? new Uint8Array()));
  return records.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.alloc(HEADER), ...records]);
}

function encodeRecord(name: string, value: Uint8Array): readonly Buffer[] {
  const known = prefixes.find(([prefix]) => name.startsWith(prefix));
  if (known === undefined) return [];
  const [prefix, index] = known;
  const rest = Buffer.from(name.slice(prefix.length));
  const record = Buffer.alloc(Math.ceil((4 + rest.length + value.length) / 4) * 4);
  record.writeUInt8(rest.length, 0);
  record.writeUInt8(index, 1);
  record.writeUInt16LE(value.length, 2);
  rest.copy(record, 4);
  record.set(value, 4 + rest.length);
  return [record];
}

/** `i_xattr_icount` of an inode: how long its attributes are. */
export const xattrCount = (xattrs: Buffer): number => (xattrs.length === 0 ? 0 : (xattrs.length - HEADER) / 4 + 1);
