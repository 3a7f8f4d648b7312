// Superblock and inodes of EROFS as bytes (fs/erofs/erofs_fs.h): little-endian, inodes always in their extended form, which
// has room for 32-bit owners and a time. Pure.
import type { Inode } from '../archive/entry.ts';
import { BLOCK, INODE, SLOT, type ErofsLayout, type Placed } from './erofs-layout.ts';
import { xattrCount } from './erofs-xattrs.ts';

const MAGIC = 0xe0f5e1e2;
const SUPERBLOCK = 128;
const uuid = '4b495454000040008000000000000001';

export function encodeSuperblock({ nodes, root, blocks, mtime }: ErofsLayout): Buffer {
  const bytes = Buffer.alloc(SUPERBLOCK);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt8(Math.log2(BLOCK), 12);
  bytes.writeUInt16LE(root.offset / SLOT, 14);
  bytes.writeBigUInt64LE(BigInt(nodes.length), 16);
  bytes.writeBigInt64LE(BigInt(mtime), 24);
  bytes.writeUInt32LE(blocks, 36);
  bytes.write(uuid, 48, 'hex');
  return bytes;
}

const types = { file: 0o100000, directory: 0o040000, symlink: 0o120000, char: 0o020000, block: 0o060000, fifo: 0o010000 } as const;
const extended = 1;
const plain = 0;
const tailPacked = 2;

/** An inode with its extended attributes. */
export function encodeInode({ inode, size, links, xattrs, isInline, dataOffset, offset }: Placed): Buffer {
  const bytes = Buffer.alloc(INODE);
  bytes.writeUInt16LE(extended | ((isInline ? tailPacked : plain) << 1), 0);
  bytes.writeUInt16LE(xattrCount(xattrs), 2);
  bytes.writeUInt16LE(types[inode.type] | inode.mode, 4);
  bytes.writeBigUInt64LE(BigInt(size), 8);
  bytes.writeUInt32LE(place(inode, dataOffset), 16);
  bytes.writeUInt32LE(offset / SLOT, 20);
  bytes.writeUInt32LE(inode.uid, 24);
  bytes.writeUInt32LE(inode.gid, 28);
  bytes.writeBigInt64LE(BigInt(inode.mtime), 32);
  bytes.writeUInt32LE(links, 44);
  return Buffer.concat([bytes, xattrs]);
}

/** First block of the content, or a device's number as the kernel packs it (new_encode_dev). */
function place(inode: Inode, dataOffset: number): number {
  if (inode.type !== 'char' && inode.type !== 'block') return dataOffset / BLOCK;
  return ((inode.minor & 0xff) | (inode.major << 8) | ((inode.minor & ~0xff) << 12)) >>> 0;
}
