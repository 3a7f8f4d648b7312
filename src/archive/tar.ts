// Reads tar archives (ustar, PAX, GNU) into entries whose content stays in the archive, and writes them.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
import { once } from 'node:events';
import type { Header, Pack } from 'tar-stream';
import { HarnessError } from '../model/errors.ts';
import { contentSize, showName, type Attributes, type Entry, type Inode, type Slice } from './entry.ts';
import { list, type Tree } from './rootfs.ts';

/** Bytes of a slice, in pieces. */
export type ReadSlice = (slice: Slice) => AsyncIterable<Uint8Array>;

/** What tar-stream gives beyond its declarations; `type` is null for kinds it does not know. */
interface ReadHeader extends Omit<Header, 'type' | 'linkname'> {
  readonly type: Header['type'] | null;
  readonly linkname: string | null;
  readonly byteOffset: number;
  readonly pax: Readonly<Record<string, string>> | null;
}

type WriteHeader = Partial<Header> & Pick<Header, 'name'>;

export interface TarLimits {
  /** Entries beyond which an archive is refused. */
  readonly maxEntries: number;
}

const defaultLimits: TarLimits = { maxEntries: 300_000 };

/**
 * Reads an uncompressed tar archive. The same bytes must be found at `path` later: files become slices of it.
 * @throws HarnessError `ARCHIVE_CORRUPT`, `ARCHIVE_TOO_MANY_ENTRIES`, `ARCHIVE_ENTRY_UNSUPPORTED`
 */
export async function readTar(chunks: AsyncIterable<Uint8Array>, path: string, limits: TarLimits = defaultLimits): Promise<Entry[]> {
  const { extract } = await import('tar-stream');
  const entries: Entry[] = [];
  const reader = extract();
  let failure: unknown;
  reader.on('error', (error) => (failure ??= error));
  reader.on('entry', (header, stream, next) => {
    // Destroying the reader fails the entry too; the reader's own failure is the one that counts.
    stream.on('error', () => undefined);
    try {
      if (entries.length >= limits.maxEntries) throw new HarnessError('ARCHIVE_TOO_MANY_ENTRIES', `the archive has more than ${limits.maxEntries} entries`);
      entries.push(toEntry(header as unknown as ReadHeader, path));
      stream.on('end', () => next(null));
      stream.resume();
    } catch (error) {
      failure ??= error;
      next(failure as Error);
    }
  });
  const ended = new Promise<void>((resolve) => void reader.on('close', () => resolve()));
  for await (const chunk of chunks) {
    if (reader.write(chunk)) continue;
    await Promise.race([once(reader, 'drain').catch(() => undefined), ended]);
    if (failure !== undefined) break;
  }
  reader.end(undefined);
  await ended;
  if (failure !== undefined) throw failure instanceof HarnessError ? failure : corrupt(failure);
  return entries;
}

/** Writes a tree as a tar archive, in the order of `list`. */
export async function* writeTar(tree: Tree, read: ReadSlice): AsyncGenerator<Uint8Array> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  const filled = fill(archive, tree, read).catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  for await (const chunk of archive) yield chunk as Uint8Array;
  await filled;
}

async function fill(archive: Pack, tree: Tree, read: ReadSlice): Promise<void> {
  const first = new Map<Inode, string>();
  for (const { path, inode } of list(tree)) {
    const seen = inode.type === 'directory' ? undefined : first.get(inode);
    const base: WriteHeader = { name: path === '' ? './' : inode.type === 'directory' ? `${path}/` : path, mode: inode.mode, uid: inode.uid, gid: inode.gid, mtime: new Date(inode.mtime * 1000) };
    if (seen !== undefined) await addEntry(archive, { ...base, type: 'link', linkname: seen });
    else if (inode.type === 'file') await addFile(archive, { ...base, type: 'file', size: contentSize(inode.content) }, inode.content.kind === 'inline' ? [inode.content.bytes] : read(inode.content));
    else if (inode.type === 'symlink') await addEntry(archive, { ...base, type: 'symlink', linkname: inode.target });
    else if (inode.type === 'char' || inode.type === 'block') await addEntry(archive, { ...base, type: `${inode.type === 'char' ? 'character' : 'block'}-device`, devmajor: inode.major, devminor: inode.minor });
    else await addEntry(archive, { ...base, type: inode.type });
    first.set(inode, path);
  }
  archive.finalize();
}

async function addEntry(archive: Pack, header: WriteHeader): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    archive.entry({ ...header, size: 0 }, '', (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

async function addFile(archive: Pack, header: WriteHeader, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  if (header.size === 0) return addEntry(archive, header);
  const stream = archive.entry(header);
  const closed = new Promise<void>((resolve, reject) => {
    stream.on('close', () => resolve());
    stream.on('error', reject);
  });
  for await (const chunk of content) if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), closed]);
  stream.end(undefined);
  await closed;
}

function toEntry(header: ReadHeader, path: string): Entry {
  const { name, pax } = header;
  if (pax !== null && Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))) throw unsupported(name, 'is a sparse file');
  const attributes: Attributes = {
    mode: header.mode & 0o7777,
    uid: number(pax?.uid) ?? header.uid,
    gid: number(pax?.gid) ?? header.gid,
    mtime: Math.floor(number(pax?.mtime) ?? header.mtime.getTime() / 1000),
  };
  const target = header.linkname ?? '';
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      return { name, ...attributes, type: 'file', content: { kind: 'slice', path, offset: header.byteOffset, size: header.size } };
    case 'directory': return { name, ...attributes, type: 'directory' };
    case 'symlink': return { name, ...attributes, type: 'symlink', target };
    case 'link': return { name, ...attributes, type: 'hardlink', target };
    case 'fifo': return { name, ...attributes, type: 'fifo' };
    case 'character-device':
    case 'block-device':
      return { name, ...attributes, type: header.type === 'block-device' ? 'block' : 'char', major: header.devmajor, minor: header.devminor };
    case null: throw unsupported(name, 'is not a file, folder, link, device or pipe');
    default: throw unsupported(name, 'is of an unknown kind');
  }
}

/** A decimal number of a PAX record. */
function number(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function unsupported(name: string, why: string): HarnessError {
  return new HarnessError('ARCHIVE_ENTRY_UNSUPPORTED', `the entry ${showName(name)} ${why}`);
}

function corrupt(cause: unknown): HarnessError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new HarnessError('ARCHIVE_CORRUPT', `the tar archive cannot be read: ${message}`, { cause });
}
