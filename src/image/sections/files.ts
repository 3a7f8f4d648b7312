// `files:` of the YAML (linuxkit.md §2.8). Sources are relative to the YAML file, not to the working directory. Folders
// that are missing are made with the file's permissions; LinuxKit rewrites those that exist too, even /etc: not here.
import { homedir } from 'node:os';
import { pathParts, plainDirectory, textFile, type Attributes, type Inode } from '../../archive/entry.ts';
import { lookup, put, type Tree } from '../../archive/rootfs.ts';
import type { Cache } from '../../cache/store.ts';
import { HarnessError } from '../../model/errors.ts';
import type { Progress } from '../../model/events.ts';
import { readFolder } from '../../source/folder.ts';
import { metadataText } from '../linuxkit/metadata.ts';
import { inPlace } from '../find-sources.ts';
import { sourcePath } from '../linuxkit/references.ts';
import type { FileEntry, LinuxkitDocument } from '../linuxkit/schema.ts';
import type { PlaceOf } from './containers.ts';

export interface FileContext {
  readonly baseDir: string;
  readonly cache: Cache;
  readonly progress: Progress;
  readonly idOf: (name: string) => number | undefined;
  readonly placeOf?: PlaceOf | undefined;
}

/** An entry with its content at hand. */
export interface ReadyFile {
  readonly path: string;
  readonly inode: Inode;
  /** Identity of path, attributes and content. */
  readonly digest: string;
}

/** Reads what `files:` needs from this machine. Optional files without a source are left out. */
export async function readFiles(doc: LinuxkitDocument, context: FileContext, signal: AbortSignal): Promise<readonly ReadyFile[]> {
  const ready: ReadyFile[] = [];
  for (const [index, file] of (doc.files ?? []).entries()) {
    const attributes = {
      mode: file.mode === undefined ? (file.directory === true ? 0o700 : 0o600) : Number.parseInt(file.mode, 8) & 0o7777,
      uid: toId(file.uid, context),
      gid: toId(file.gid, context),
      mtime: plainDirectory.mtime,
    };
    const found = await inPlace(context.placeOf?.(['files', index, 'source']), () => content(doc, file, attributes, context, signal));
    if (found !== undefined) ready.push({ path: file.path, inode: found.inode, digest: found.digest ?? JSON.stringify([index, doc.files?.[index]]) });
  }
  return ready;
}

/** Puts the files into the image's tree. */
export function placeFiles(tree: Tree, files: readonly ReadyFile[]): void {
  for (const { path, inode } of files) {
    const parts = pathParts(path);
    for (let depth = 1; depth < parts.length; depth += 1) {
      const folder = parts.slice(0, depth).join('/');
      if (lookup(tree, folder, { follow: true })?.children === undefined) put(tree, folder, { ...plainDirectory, mode: folderMode(inode.mode), uid: inode.uid, gid: inode.gid });
    }
    put(tree, path, inode);
  }
}

/** Who may do anything with the file may enter its folder: 0640 gives 0750. */
function folderMode(mode: number): number {
  let folder = mode & 0o777;
  for (const bits of [0o700, 0o070, 0o007]) if ((mode & bits) !== 0) folder |= bits & 0o111;
  return folder;
}

async function content(doc: LinuxkitDocument, file: FileEntry, attributes: Attributes, context: FileContext, signal: AbortSignal): Promise<{ readonly inode: Inode; readonly digest?: string } | undefined> {
  if (file.directory === true) return { inode: { ...attributes, type: 'directory' } };
  if (file.symlink !== undefined) return { inode: { ...attributes, type: 'symlink', target: file.symlink } };
  if (file.contents !== undefined) return { inode: textFile(file.contents, attributes) };
  if (file.metadata !== undefined) {
    const text = metadataText(doc, file.metadata);
    return { inode: textFile(text, attributes), digest: JSON.stringify([file, attributes, text]) };
  }
  if (file.source === undefined) throw new HarnessError('IMAGE_FILE_EMPTY', `files: ${file.path} has no content`);
  return readSource(sourcePath(file.source, context.baseDir, homedir()), file, attributes, context, signal);
}

async function readSource(source: string, file: FileEntry, attributes: Attributes, context: FileContext, signal: AbortSignal): Promise<{ readonly inode: Inode; readonly digest: string } | undefined> {
  try {
    const { file: inode, digest } = await readFolder(source, context, signal);
    if (inode?.type === 'file') return { inode: { ...inode, ...attributes }, digest: JSON.stringify([file, attributes, digest]) };
  } catch (error) {
    if (file.optional === true && error instanceof HarnessError && error.code === 'IMAGE_SOURCE_MISSING') return undefined;
    throw error;
  }
  throw new HarnessError('IMAGE_SOURCE_NOT_FILE', `files: the source of ${file.path} is not a regular file: ${source}`, { hint: 'name each file, or put the folder into init: as dir:FOLDER' });
}

function toId(id: number | string | undefined, context: FileContext): number {
  if (typeof id === 'number') return id;
  if (id === undefined || id === '' || id === 'root') return 0;
  const found = context.idOf(id);
  if (found === undefined) throw new HarnessError('IMAGE_FILE_OWNER', `files: no container is named "${id}"`);
  return found;
}
