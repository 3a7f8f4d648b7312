// What a file system entry is, wherever it came from: a tar archive, a package, a folder, the image's own YAML.
// Names are checked here once, so that nothing further on can leave the tree.
import { HarnessError } from '../model/errors.ts';
import { nameLength } from './names.ts';

/** What a file on this machine looked like when it was read: another stamp means that it has changed. */
export interface Stamp {
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly ino: string;
}

/** Bytes that lie in a file of this machine. */
export interface Slice {
  readonly kind: 'slice';
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  /** For files that are not ours: how they must still look when they are read. */
  readonly stamp?: Stamp;
}

/** Gives the bytes of a slice, in pieces. */
export type ReadSlice = (slice: Slice) => AsyncIterable<Uint8Array>;

export type Content = Slice | { readonly kind: 'inline'; readonly bytes: Uint8Array };

/** Owner and permissions; `mode` without the file type, `mtime` in whole seconds. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  /** Extended attributes such as `security.capability`, for formats that can hold them. */
  readonly xattrs?: Readonly<Record<string, Uint8Array>>;
}

export type Inode = Attributes &
  (
    | { readonly type: 'file'; readonly content: Content }
    | { readonly type: 'directory' }
    | { readonly type: 'symlink'; readonly target: string }
    | { readonly type: 'char' | 'block'; readonly major: number; readonly minor: number }
    | { readonly type: 'fifo' }
  );

/**
 * An entry as an archive states it. The name is not checked yet, the target of a hard link neither.
 * Names and targets that are not UTF-8 are written as `decodeName` does, here and in trees: `encodeName` gives their bytes.
 */
export type Entry = { readonly name: string } & (Inode | (Attributes & { readonly type: 'hardlink'; readonly target: string }));

/** Time of everything that has none of its own, the one LinuxKit uses: 2017-04-18T16:30:00Z. */
export const defaultMtime = 1_492_533_000;

/** Attributes of a directory nobody described. */
export const plainDirectory: Inode = { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: defaultMtime };

const PATH_MAX = 4095;
const NAME_MAX = 255;

/**
 * The parts of a path inside a tree: `./usr//bin/` and `/usr/bin` are both `['usr', 'bin']`, the root is `[]`.
 * @throws HarnessError `ARCHIVE_NAME_UNSAFE` for a name with `..` or NUL, or too long for any Linux.
 */
export function pathParts(name: string): string[] {
  if (name.includes('\0')) throw unsafeName(name, 'has a NUL byte');
  if (name.length * 3 > PATH_MAX && nameLength(name) > PATH_MAX) throw unsafeName(name, `is longer than ${PATH_MAX} bytes`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    if (part === '..') throw unsafeName(name, 'leads out of its folder by ".."');
    if (part.length * 3 > NAME_MAX && nameLength(part) > NAME_MAX) throw unsafeName(name, `has a part longer than ${NAME_MAX} bytes`);
  }
  return parts;
}

/** A name for messages: short and without control characters. */
export function showName(name: string): string {
  const text = JSON.stringify(name.slice(0, 200)).replace(/\\udc([89a-f][0-9a-f])/g, '\\x$1');
  return text.length > 120 ? `${text.slice(0, 117)}..."` : text;
}

function unsafeName(name: string, why: string): HarnessError {
  return new HarnessError('ARCHIVE_NAME_UNSAFE', `the entry ${showName(name)} ${why}`, {
    hint: 'such an archive is broken or hostile: make it again with names below its root',
  });
}

/** Size in bytes of a file's content. */
export const contentSize = (content: Content): number => (content.kind === 'inline' ? content.bytes.byteLength : content.size);

/** A file whose content is at hand. */
export function textFile(text: string | Uint8Array, attributes: Partial<Attributes> = {}): Inode {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return { type: 'file', content: { kind: 'inline', bytes }, mode: 0o644, uid: 0, gid: 0, mtime: defaultMtime, ...attributes };
}
