// Reads tar archives (V7, ustar, PAX, GNU) into entries whose content stays in the archive. What is read of hostile
// archives is bounded before it fills memory; where archives are ambiguous, Go's archive/tar decides, for images are made with it.
import { HarnessError } from '../model/errors.ts';
import { showName, type Attributes, type Entry } from './entry.ts';
import { decodeName } from './names.ts';
import { decodePax, xattrsOf } from './pax.ts';
import { BLOCK, brokenTar, decodeHeader, untilNul, type TarHeader } from './ustar.ts';

export interface TarLimits {
  /** Entries beyond which an archive is refused. */
  readonly maxEntries: number;
  /** Bytes of names, link targets and extended attributes that may be kept in memory. */
  readonly maxNameBytes: number;
  /** Bytes of the archive up to the end of its last file. */
  readonly maxBytes: number;
}

export const tarLimits: TarLimits = { maxEntries: 300_000, maxNameBytes: 96 * 1024 ** 2, maxBytes: 4 * 1024 ** 3 };

/** Long names and PAX headers beyond this are an attack. */
const MAX_EXTENSION = 1024 ** 2;
/** Linux has no longer value of an extended attribute. */
const MAX_XATTR = 64 * 1024;

/** Takes the bytes of an archive as they come. */
export interface TarReader {
  push(chunk: Uint8Array): void;
  /** Content bytes that come next and need not be pushed, but stepped over. */
  readonly skippable: number;
  skip(bytes: number): void;
  /** Whether the marker at the end was seen: what follows does not matter. */
  readonly ended: boolean;
  /** Bytes that belong to the archive so far: at its end, with the marker. */
  readonly bytes: number;
  /** The entries, once all bytes were pushed. */
  finish(): Entry[];
}

/** Where an archive is not read wholly, files are slices of `path`, which must hold the same bytes. */
export function createTarReader(path: string, limits: TarLimits = tarLimits): TarReader {
  const entries: Entry[] = [];
  const pending = createGather();
  let offset = 0;
  let skipping = 0;
  let zeroBlocks = 0;
  let nameBytes = 0;
  let extension: { readonly kind: string; readonly size: number } | undefined;
  let longName: Buffer | undefined;
  let longLink: Buffer | undefined;
  let pax: Map<string, Buffer> | undefined;

  const wanted = (): number => (extension === undefined ? BLOCK : padded(extension.size));

  function take(bytes: Buffer): void {
    offset += bytes.length;
    if (extension !== undefined) {
      takeExtension(bytes.subarray(0, extension.size), extension.kind);
      extension = undefined;
      return;
    }
    const header = decodeHeader(bytes);
    if (header === undefined) {
      zeroBlocks += 1;
      return;
    }
    if (zeroBlocks > 0) throw brokenTar('something follows its end');
    if (header.size < 0) throw brokenTar('an entry has a negative size');
    if ('xLK'.includes(header.kind)) {
      if (header.size > MAX_EXTENSION) throw new HarnessError('ARCHIVE_HEADER_TOO_BIG', `the header of an entry takes ${header.size} bytes: more than ${MAX_EXTENSION} are never needed`);
      extension = { kind: header.kind, size: header.size };
      if (header.size === 0) take(Buffer.alloc(0));
    } else if (header.kind === 'g') step(header.size);
    else addEntry(header);
  }

  function takeExtension(bytes: Buffer, kind: string): void {
    if (kind === 'x') pax = decodePax(bytes);
    else if (kind === 'L') longName = untilNul(bytes);
    else longLink = untilNul(bytes);
  }

  function addEntry(header: TarHeader): void {
    const entry = toEntry(header, { pax, longName, longLink }, path, offset);
    pax = longName = longLink = undefined;
    if (entries.length >= limits.maxEntries) throw new HarnessError('ARCHIVE_TOO_MANY_ENTRIES', `the archive has more than ${limits.maxEntries} entries`);
    nameBytes += weight(entry);
    if (nameBytes > limits.maxNameBytes) throw new HarnessError('ARCHIVE_TOO_MANY_ENTRIES', `the names in the archive take more than ${limits.maxNameBytes / 1024 ** 2} MiB`);
    entries.push(entry);
    if (entry.type === 'file' && entry.content.kind === 'slice') step(entry.content.size);
  }

  /** Content is stepped over; a size that cannot be true is refused before a byte of it is unpacked. */
  function step(size: number): void {
    if (offset + size > limits.maxBytes) throw tooBig(limits.maxBytes);
    skipping = padded(size);
  }

  return {
    push(chunk) {
      let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      while (rest.length > 0 && zeroBlocks < 2) {
        if (skipping > 0) {
          const step = Math.min(skipping, rest.length);
          this.skip(step);
          rest = rest.subarray(step);
          continue;
        }
        const whole = pending.fill(rest, wanted());
        rest = rest.subarray(whole.used);
        if (whole.bytes !== undefined) take(whole.bytes);
      }
    },
    get skippable() {
      return skipping;
    },
    skip(bytes) {
      skipping -= bytes;
      offset += bytes;
    },
    get ended() {
      return zeroBlocks >= 2;
    },
    get bytes() {
      return offset;
    },
    finish() {
      if (skipping > 0 || pending.size > 0 || extension !== undefined) throw brokenTar('it ends in the middle');
      return entries;
    },
  };
}

/**
 * Reads an uncompressed tar archive. The same bytes must be found at `path` later: files become slices of it.
 * @throws HarnessError `ARCHIVE_CORRUPT`, `ARCHIVE_TOO_BIG`, `ARCHIVE_TOO_MANY_ENTRIES`, `ARCHIVE_HEADER_TOO_BIG`, `ARCHIVE_ENTRY_UNSUPPORTED`
 */
export async function readTar(chunks: AsyncIterable<Uint8Array>, path: string, limits: Partial<TarLimits> = {}): Promise<Entry[]> {
  const reader = createTarReader(path, { ...tarLimits, ...limits });
  for await (const chunk of chunks) reader.push(chunk);
  return reader.finish();
}

export function tooBig(limit: number): HarnessError {
  return new HarnessError('ARCHIVE_TOO_BIG', `the archive unpacks to more than ${limit / 1024 ** 3} GiB`, { hint: 'no initramfs holds that much: put large data on a drive, or use a smaller image' });
}

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

interface Extensions {
  readonly pax: ReadonlyMap<string, Buffer> | undefined;
  readonly longName: Buffer | undefined;
  readonly longLink: Buffer | undefined;
}

function toEntry(header: TarHeader, { pax, longName, longLink }: Extensions, path: string, offset: number): Entry {
  const name = decodeName(Buffer.from(pax?.get('path') ?? longName ?? header.name));
  const target = decodeName(Buffer.from(pax?.get('linkpath') ?? longLink ?? header.linkName));
  if (header.kind === 'S' || [...(pax?.keys() ?? [])].some((key) => key.startsWith('GNU.sparse.'))) throw unsupported(name, 'is a sparse file', 'make the archive again without --sparse');
  const xattrs = pax === undefined ? undefined : xattrsOf(pax);
  for (const [key, value] of Object.entries(xattrs ?? {})) if (value.length > MAX_XATTR) throw unsupported(name, `has an extended attribute ${showName(key)} of ${value.length} bytes`);
  const attributes: Attributes = {
    mode: header.mode & 0o7777,
    uid: number(pax, 'uid') ?? header.uid,
    gid: number(pax, 'gid') ?? header.gid,
    mtime: Math.floor(number(pax, 'mtime') ?? header.mtime),
    ...(xattrs === undefined ? {} : { xattrs }),
  };
  switch (header.kind) {
    case '0': case '7':
      // Archives older than ustar mark folders by the slash alone.
      if (name.endsWith('/')) return { name, ...attributes, type: 'directory' };
      return { name, ...attributes, type: 'file', content: { kind: 'slice', path, offset, size: size(number(pax, 'size') ?? header.size) } };
    case '1': return { name, ...attributes, type: 'hardlink', target };
    case '2': return { name, ...attributes, type: 'symlink', target };
    case '3': return { name, ...attributes, type: 'char', major: header.major, minor: header.minor };
    case '4': return { name, ...attributes, type: 'block', major: header.major, minor: header.minor };
    case '5': return { name, ...attributes, type: 'directory' };
    case '6': return { name, ...attributes, type: 'fifo' };
    default: throw unsupported(name, `is not a file, folder, link, device or pipe but of the kind ${showName(header.kind)}`);
  }
}

function size(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw brokenTar('an entry has a size that is no number');
  return value;
}

/** A decimal number of a PAX record. */
function number(pax: ReadonlyMap<string, Buffer> | undefined, key: string): number | undefined {
  const text = pax?.get(key)?.toString('latin1');
  if (text === undefined) return undefined;
  if (!/^-?\d{1,20}(\.\d*)?$/.test(text)) throw brokenTar(`the PAX record ${key} is no number`);
  return Number(text);
}

function weight(entry: Entry): number {
  const xattrs = Object.entries(entry.xattrs ?? {}).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return entry.name.length + xattrs + (entry.type === 'hardlink' || entry.type === 'symlink' ? entry.target.length : 0);
}

function unsupported(name: string, why: string, hint = 'make the archive again with plain files, folders and links'): HarnessError {
  return new HarnessError('ARCHIVE_ENTRY_UNSUPPORTED', `the entry ${showName(name)} ${why}`, { hint });
}

interface Gather {
  readonly size: number;
  /** Takes of `chunk` what is missing to `wanted` bytes; gives these once they are there. */
  fill(chunk: Buffer, wanted: number): { readonly used: number; readonly bytes: Buffer | undefined };
}

/** Bytes that wait until there are enough of them. */
function createGather(): Gather {
  let parts: Buffer[] = [];
  let size = 0;
  return {
    get size() {
      return size;
    },
    fill(chunk, wanted) {
      const used = Math.min(wanted - size, chunk.length);
      const part = chunk.subarray(0, used);
      if (used === wanted) return { used, bytes: part };
      // Kept bytes are copied: whoever pushes may use its buffer again.
      parts.push(Buffer.from(part));
      size += used;
      if (size < wanted) return { used, bytes: undefined };
      const bytes = Buffer.concat(parts);
      parts = [];
      size = 0;
      return { used, bytes };
    },
  };
}
