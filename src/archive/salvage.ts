// Reads what is whole of tar archives, one after the other, that may be cut anywhere and come from a guest: headers only, one
// by one, so that the size of the file does not matter. No library does that: they read all of it, and give up at the first defect.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html and GNU tar's long names
import type { FileHandle } from 'node:fs/promises';

export interface SalvagedEntry {
  /** As the archive has it, not checked. */
  readonly name: string;
  readonly type: 'file' | 'folder' | 'hardlink' | 'other';
  /** Of a hard link. */
  readonly target: string;
  /** Where the content of a file lies. */
  readonly offset: number;
  readonly size: number;
}

export interface Salvage {
  readonly entries: readonly SalvagedEntry[];
  /** Why it ends where it does; undefined for an archive with a proper end. */
  readonly defect?: string;
}

const block = 512;
const longNameLimit = 64 * 1024;

/** Reads the archives at the beginning of a file of `size` bytes; what follows their end does not matter. */
export async function salvageTar(file: FileHandle, size: number, maxEntries: number): Promise<Salvage> {
  const entries: SalvagedEntry[] = [];
  const header = Buffer.alloc(block);
  let long: { name?: string; target?: string } = {};
  for (let at = 0; ; ) {
    if (at + block > size) return { entries, defect: 'it has no end' };
    await file.read(header, 0, block, at);
    if (isZero(header)) {
      // Two such blocks end an archive; another one may follow at once.
      at += 2 * block;
      if (at + block <= size) await file.read(header, 0, block, at);
      if (at + block > size || isZero(header) || !hasChecksum(header)) return entries.length === 0 ? { entries, defect: 'it is empty' } : { entries };
    }
    if (!hasChecksum(header)) return { entries, defect: entries.length === 0 ? 'it is no tar archive' : 'it is damaged' };
    const kind = String.fromCharCode(header[156] ?? 0);
    const bytes = readNumber(header.subarray(124, 136));
    const offset = at + block;
    if (!Number.isSafeInteger(bytes) || bytes < 0 || offset + bytes > size) return { entries, defect: `it is cut off in ${shown(long.name ?? plainName(header))}` };
    at = offset + Math.ceil(bytes / block) * block;
    if (kind === 'L' || kind === 'K' || kind === 'x') {
      if (bytes > longNameLimit) return { entries, defect: 'it is damaged' };
      const content = Buffer.alloc(bytes);
      await file.read(content, 0, bytes, offset);
      long = { ...long, ...longNames(kind, content) };
      continue;
    }
    if (entries.length >= maxEntries) return { entries, defect: `it has more than ${maxEntries} entries` };
    entries.push({ name: long.name ?? plainName(header), type: typeOf(kind), target: long.target ?? text(header.subarray(157, 257)), offset, size: bytes });
    long = {};
  }
}

const shown = (name: string): string => name.slice(0, 200).replace(/^\.\//, '').replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '\ufffd');

const isZero = (header: Buffer): boolean => header.every((byte) => byte === 0);

function typeOf(kind: string): SalvagedEntry['type'] {
  switch (kind) {
    case '0': case '\0': case '7': return 'file';
    case '1': return 'hardlink';
    case '5': return 'folder';
    default: return 'other';
  }
}

function longNames(kind: 'L' | 'K' | 'x', content: Buffer): { name?: string; target?: string } {
  if (kind === 'L') return { name: text(content) };
  if (kind === 'K') return { target: text(content) };
  const records = content.toString('utf8');
  const name = /(?:^|\n)\d+ path=(.*)\n/.exec(records)?.[1];
  const target = /(?:^|\n)\d+ linkpath=(.*)\n/.exec(records)?.[1];
  return { ...(name === undefined ? {} : { name }), ...(target === undefined ? {} : { target }) };
}

function plainName(header: Buffer): string {
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(header.subarray(345, 500)) : '';
  const name = text(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits, or GNU's big-endian binary where the first bit is set. */
function readNumber(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  const digits = text(field).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits === '' ? '0' : digits, 8) : -1;
}

function hasChecksum(header: Buffer): boolean {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  return readNumber(header.subarray(148, 156)) === sum;
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}
