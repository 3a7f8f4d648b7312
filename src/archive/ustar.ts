// The 512-byte block before each entry of a tar archive, read and written: ustar, and what GNU, star and V7 made of it.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, https://www.gnu.org/software/tar/manual/html_node/Standard.html
import { HarnessError } from '../model/errors.ts';

export const BLOCK = 512;
const zeros = Buffer.alloc(BLOCK);

/** A header with its fields as they stand in it; strings are still bytes. */
export interface TarHeader {
  /** `0` for a file; the NUL of old archives is read as one. */
  readonly kind: string;
  readonly name: Buffer;
  readonly linkName: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

/**
 * Reads a block; undefined for one of zeros, which marks the end.
 * @throws HarnessError `ARCHIVE_CORRUPT`
 */
export function decodeHeader(block: Buffer): TarHeader | undefined {
  const { unsigned, signed } = checksums(block);
  if (unsigned === 8 * 32 && block.equals(zeros)) return undefined;
  const stated = readNumber(block, 148, 8, 'checksum');
  if (stated !== unsigned && stated !== signed) throw brokenTar('a header has a wrong checksum');
  const magic = block.toString('latin1', 257, 263);
  const star = block.toString('latin1', 508, 512) === 'tar\0';
  const prefix = magic === 'ustar\0' ? readString(block, 345, star ? 131 : 155) : Buffer.alloc(0);
  const base = readString(block, 0, 100);
  const known = magic === 'ustar\0' || magic === 'ustar ';
  return {
    kind: block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0),
    name: prefix.length === 0 ? base : Buffer.concat([prefix, Buffer.from('/'), base]),
    linkName: readString(block, 157, 100),
    mode: readNumber(block, 100, 8, 'mode'),
    uid: readNumber(block, 108, 8, 'user'),
    gid: readNumber(block, 116, 8, 'group'),
    size: readNumber(block, 124, 12, 'size'),
    mtime: readNumber(block, 136, 12, 'time'),
    major: known ? readNumber(block, 329, 8, 'device') : 0,
    minor: known ? readNumber(block, 337, 8, 'device') : 0,
  };
}

/** Writes a block; whatever does not fit its field must be stated in a PAX header before it. */
export function encodeHeader(header: TarHeader): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    const digits = Math.max(0, value).toString(8).padStart(length - 1, '0');
    block.write(digits.length < length ? digits : '0'.repeat(length - 1), at, 'latin1');
  };
  header.name.copy(block, 0, 0, 100);
  octal(header.mode, 100, 8);
  octal(header.uid, 108, 8);
  octal(header.gid, 116, 8);
  octal(header.size, 124, 12);
  octal(header.mtime, 136, 12);
  block.write(header.kind, 156, 'latin1');
  header.linkName.copy(block, 157, 0, 100);
  block.write('ustar\x0000', 257, 'latin1');
  octal(header.major, 329, 8);
  octal(header.minor, 337, 8);
  block.write(`${checksums(block).unsigned.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** The largest numbers that fit a header's fields. */
export const fits = { id: 0o7777777, size: 0o77777777777, mtime: 0o77777777777 } as const;

/** A copy of the bytes up to the first NUL: long names of GNU. */
export function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end));
}

/** A string ends at its first NUL, or fills its field. */
function readString(block: Buffer, at: number, length: number): Buffer {
  const end = block.indexOf(0, at);
  return block.subarray(at, end === -1 || end > at + length ? at + length : end);
}

/** Octal text, or GNU's base-256: two's complement behind a set first bit. */
function readNumber(block: Buffer, at: number, length: number, what: string): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = BigInt.asIntN(7, BigInt(first & 0x7f));
    for (const byte of block.subarray(at + 1, at + length)) value = value * 256n + BigInt(byte);
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) throw brokenTar(`the ${what} of an entry is out of range`);
    return Number(value);
  }
  const text = block.toString('latin1', at, at + length).replace(/^[ \0]+|[ \0]+$/g, '');
  if (text === '') return 0;
  if (!/^[0-7]+$/.test(text)) throw brokenTar(`the ${what} of an entry is no number`);
  return parseInt(text, 8);
}

/** Old programs summed signed bytes. The checksum's own field counts as spaces. */
function checksums(block: Buffer): { readonly unsigned: number; readonly signed: number } {
  let unsigned = 8 * 32;
  let high = 0;
  for (let at = 0; at < BLOCK; at += 1) {
    if (at === 148) at = 156;
    const byte = block[at] ?? 0;
    unsigned += byte;
    if (byte > 127) high += 1;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

export function brokenTar(why: string): HarnessError {
  return new HarnessError('ARCHIVE_CORRUPT', `the tar archive cannot be read: ${why}`);
}
