// The files section (linuxkit.md §2.8): every folder above a file is written anew with the file's owner and permissions,
// once for the whole section; sources are relative to the working directory.
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { HarnessError } from '../../model/errors.ts';
import { stampOf, unreadableSource } from '../../source/slices.ts';
import { metadataText } from '../linuxkit/metadata.ts';
import { sections, type FileEntry, type LinuxkitDocument } from '../linuxkit/schema.ts';
import { contentBytes, inline, linuxkitFails, made, toBytes, type CompatContent, type CompatEntry } from './entry.ts';
import { folderOf } from './go-path.ts';
import { sizesOnly } from './quirks.ts';

export interface FilesWorld {
  readonly workingDir: string;
  readonly idOf: (name: string) => number | undefined;
}

/** The entries of `files:`. */
export async function filesEntries(doc: LinuxkitDocument, world: FilesWorld): Promise<readonly CompatEntry[]> {
  const written = new Set<string>();
  const entries: CompatEntry[] = [];
  for (const [index, file] of (doc.files ?? []).entries()) {
    const where = `files: ${file.path}`;
    const path = toBytes(file.path.replace(/^\//, ''));
    const mode = file.mode === undefined || file.mode === '' ? (file.directory === true ? 0o700 : 0o600) : octal(file.mode, where);
    const owner = { uid: toId(file.uid, where, world), gid: toId(file.gid, where, world) };
    const content = await fileContent(doc, file, where, world);
    if (content === 'absent') continue;
    const origin = { source: 'linuxkit.files', location: `files[${index}]` };
    for (const folder of foldersAbove(path)) {
      if (!written.has(folder)) entries.push(made({ name: folder, type: 'directory', mode: folderMode(mode), ...owner }, origin));
      written.add(folder);
    }
    written.add(path);
    if (file.directory === true) entries.push(made({ name: path, type: 'directory', mode, ...owner }, origin));
    else if (file.symlink !== undefined && file.symlink !== '') entries.push(made({ name: path, type: 'symlink', mode, target: toBytes(file.symlink), ...owner }, origin));
    else {
      // A name that ends in a slash is a folder's, and a folder has no bytes.
      if (path.endsWith('/') && contentBytes(content) > 0) throw linuxkitFails(`${where}: the path ends in a slash`, 'archive/tar: write too long', 'take the slash away');
      entries.push(made({ name: path, type: path.endsWith('/') ? 'directory' : 'file', mode, content, ...owner }, origin));
    }
  }
  return entries;
}

/** Each folder from the top; a path that begins with a slash has one of an empty name. */
function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  let folder = '';
  for (const part of folderOf(path).split('/')) {
    if (part === '.') continue;
    folder = folder === '' ? part : `${folder}/${part}`;
    folders.push(folder);
  }
  return folders;
}

/** Who may do anything with the file may enter its folder. Special bits are copied too. */
function folderMode(mode: number): number {
  let folder = mode;
  for (const bits of [0o700, 0o070, 0o007]) if ((mode & bits) !== 0) folder |= bits & 0o111;
  return folder;
}

async function fileContent(doc: LinuxkitDocument, file: FileEntry, where: string, world: FilesWorld): Promise<readonly CompatContent[] | 'absent'> {
  const { directory = false, symlink = '', contents, source = '', metadata: kind = '' } = file;
  if (directory || symlink !== '' || contents !== undefined) {
    if (kind !== '' || source !== '') throw linuxkitFails(`${where}: contents and ${kind === '' ? 'source' : 'metadata'} exclude each other`, `specified Contents and ${kind === '' ? 'Source' : 'Metadata'} for file: ${file.path}`, 'say one of them');
    if (directory && contents !== undefined) throw linuxkitFails(`${where}: a directory has no contents`, 'directory with contents not allowed', 'leave contents out');
    return contents === undefined || contents === '' ? [] : [inline(contents)];
  }
  if (source === '' && kind === '') throw linuxkitFails(`${where}: there is nothing to write`, `contents of file (${file.path}) not specified`, 'say contents, source, symlink, metadata or directory: true');
  if (source !== '' && kind !== '') throw linuxkitFails(`${where}: source and metadata exclude each other`, `specified Source and Metadata for file: ${file.path}`, 'say one of them');
  if (kind !== '') return [inline(metadata(doc, kind, where))];
  return readSource(file, source, where, world.workingDir);
}

/** The merged document, with what LinuxKit read of it. */
function metadata(doc: LinuxkitDocument, kind: string, where: string): string {
  if (kind !== 'json' && kind !== 'yaml') throw linuxkitFails(`${where}: metadata is yaml or json`, `unsupported metadata type: ${kind}`, 'say yaml or json');
  const containers = sections.flatMap((section) => (doc[section] === undefined ? [] : [[section, doc[section].map((container) => ({ ...container, ...sizesOnly(container) }))] as const]));
  return metadataText({ ...doc, ...Object.fromEntries(containers) }, kind);
}

async function readSource(file: FileEntry, source: string, where: string, workingDir: string): Promise<readonly CompatContent[] | 'absent'> {
  const path = source.length > 2 && source.startsWith('~/') ? homedir() + source.slice(1) : resolve(workingDir, source);
  try {
    const stats = await stat(path, { bigint: true });
    if (!stats.isFile()) throw new HarnessError('IMAGE_SOURCE_NOT_FILE', `${where}: the source is not a regular file: ${path}`, { hint: 'name each file of its own' });
    const stamp = stampOf(stats);
    return stamp.size === 0 ? [] : [{ kind: 'slice', path, offset: 0, size: stamp.size, stamp }];
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    if (file.optional === true) return 'absent';
    throw unreadableSource(path, error);
  }
}

function octal(text: string, where: string): number {
  if (/^[0-7]{1,10}$/.test(text)) return Number.parseInt(text, 8);
  throw linuxkitFails(`${where}: the mode "${text}" is not octal`, 'cannot parse file mode as octal value', 'write octal digits in quotes, such as "0644"');
}

function toId(id: number | string | undefined, where: string, { idOf }: FilesWorld): number {
  if (typeof id === 'number') return id;
  if (id === undefined || id === '' || id === 'root') return 0;
  const found = idOf(id);
  if (found === undefined) throw linuxkitFails(`${where}: no container is named "${id}"`, `cannot find id: ${id}`, 'name a container of the YAML, or write a number without quotes');
  return found;
}
