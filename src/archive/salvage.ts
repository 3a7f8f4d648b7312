// Reads what is whole of tar archives, one after the other, that may be cut anywhere and come from a guest: headers only, one
// by one, so that the size of the file does not matter. No library does that: they read all of it, and give up at the first defect.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html and GNU tar's long names
import type { FileHandle } from 'node:fs/promises';
import { HarnessError } from '../model/errors.ts';
import { decodePax } from './pax.ts';
import { BLOCK, decodeHeader, untilNul, type TarHeader } from './ustar.ts';

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

const longNameLimit = 64 * 1024;

/** Reads the archives at the beginning of a file of `size` bytes; what follows their end does not matter. */
export async function salvageTar(file: FileHandle, size: number, maxEntries: number): Promise<Salvage> {
  const entries: SalvagedEntry[] = [];
  const block = Buffer.alloc(BLOCK);
  const readHeader = async (at: number): Promise<TarHeader | undefined | 'damaged'> => {
    await file.read(block, 0, BLOCK, at);
    return tolerant(() => decodeHeader(block));
  };
  let long: { name?: Buffer; target?: Buffer } = {};
  for (let at = 0; ; ) {
    if (at + BLOCK > size) return { entries, defect: 'it has no end' };
    let header = await readHeader(at);
    if (header === undefined) {
      // Two such blocks end an archive; another one may follow at once.
      at += 2 * BLOCK;
      header = at + BLOCK > size ? undefined : await readHeader(at);
      if (header === undefined || header === 'damaged') return entries.length === 0 ? { entries, defect: 'it is empty' } : { entries };
    }
    if (header === 'damaged') return { entries, defect: entries.length === 0 ? 'it is no tar archive' : 'it is damaged' };
    const { kind, size: bytes } = header;
    const offset = at + BLOCK;
    const name = (long.name ?? header.name).toString('utf8');
    if (bytes < 0 || offset + bytes > size) return { entries, defect: `it is cut off in ${shown(name)}` };
    at = offset + Math.ceil(bytes / BLOCK) * BLOCK;
    if (kind === 'L' || kind === 'K' || kind === 'x') {
      const content = bytes > longNameLimit ? undefined : Buffer.alloc(bytes);
      if (content !== undefined) await file.read(content, 0, bytes, offset);
      const found = content === undefined ? 'damaged' : tolerant(() => longNames(kind, content));
      if (found === 'damaged') return { entries, defect: 'it is damaged' };
      long = { ...long, ...found };
      continue;
    }
    if (entries.length >= maxEntries) return { entries, defect: `it has more than ${maxEntries} entries` };
    entries.push({ name, type: typeOf(kind), target: (long.target ?? header.linkName).toString('utf8'), offset, size: bytes });
    long = {};
  }
}

const shown = (name: string): string => name.slice(0, 200).replace(/^\.\//, '').replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '\ufffd');

/** What cannot be read ends the salvage; it does not fail it. */
function tolerant<T>(read: () => T): T | 'damaged' {
  try {
    return read();
  } catch (error) {
    if (error instanceof HarnessError) return 'damaged';
    throw error;
  }
}

function typeOf(kind: string): SalvagedEntry['type'] {
  switch (kind) {
    case '0': case '7': return 'file';
    case '1': return 'hardlink';
    case '5': return 'folder';
    default: return 'other';
  }
}

function longNames(kind: 'L' | 'K' | 'x', content: Buffer): { name?: Buffer; target?: Buffer } {
  if (kind === 'L') return { name: untilNul(content) };
  if (kind === 'K') return { target: untilNul(content) };
  const records = decodePax(content);
  const name = records.get('path');
  const target = records.get('linkpath');
  return { ...(name === undefined ? {} : { name }), ...(target === undefined ? {} : { target }) };
}
