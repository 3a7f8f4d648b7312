// Brings home what a guest wrote on its drive for artifacts: plain files and folders only, by names that stay in their
// folder, bounded in number and size. The guest may be broken or hostile; nothing it writes is an error of the run.
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { salvageTar, type SalvagedEntry } from '../../archive/salvage.ts';
import { HarnessError } from '../../model/errors.ts';
import type { Artifacts } from '../../model/report.ts';
import { formatSize } from '../../model/units.ts';
import { errorCode } from '../../sys/fs.ts';

/** How the guest knows the drive. */
export const artifactsSerial = 'artifacts';

/** Room for the archive's own headers beside the content. */
const headerBytes = 1024 * 1024;
const maxEntries = 10_000;

export const driveBytes = (limit: number): number => Math.ceil((limit + headerBytes) / 4096) * 4096;

/** An empty drive that takes no space on disk until it is written to. Disposing it removes it. */
export async function makeDrive(path: string, limit: number): Promise<{ readonly path: string } & AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  await using file = await open(path, 'w');
  await file.truncate(driveBytes(limit));
  return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

export interface Collected {
  readonly artifacts?: Artifacts;
  /** What a reader of the report should know. */
  readonly notices: readonly string[];
}

/**
 * Writes what is on the drive to `folder`, below `root`.
 * @throws HarnessError `ARTIFACTS_NOT_WRITTEN` where this machine does not take them.
 */
export async function collectArtifacts(drive: string, place: { readonly root: string; readonly folder: string }, limit: number): Promise<Collected> {
  await using file = await open(drive, 'r');
  const { entries, defect } = await salvageTar(file, driveBytes(limit), maxEntries);
  const state: Writing = { file, to: join(place.root, place.folder), written: new Map(), folders: new Set(), left: limit, leftOut: [] };
  for (const entry of entries) await writeEntry(entry, state);
  const files = [...state.written.values()].map(({ path, bytes }) => ({ path, bytes })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    ...(files.length === 0 && state.folders.size === 0 ? {} : { artifacts: { folder: place.folder, files } }),
    notices: [...defectNotice(entries.length, defect), ...leftOutNotice(state.leftOut)],
  };
}

interface Writing {
  readonly file: FileHandle;
  readonly to: string;
  /** By name in the archive, so that hard links find their file. */
  readonly written: Map<string, { readonly path: string; readonly bytes: number; readonly entry: SalvagedEntry }>;
  readonly folders: Set<string>;
  left: number;
  readonly leftOut: string[];
}

async function writeEntry(entry: SalvagedEntry, state: Writing): Promise<void> {
  const parts = safeParts(entry.name);
  if (parts === undefined) return void state.leftOut.push('a name that leads elsewhere');
  if (parts.length === 0) return;
  const path = parts.join('/');
  // Of two with one name the first counts: paths that overlap name a file twice.
  if (state.written.has(path)) return;
  const content = entry.type === 'hardlink' ? state.written.get(safeParts(entry.target)?.join('/') ?? '')?.entry : entry;
  if (content === undefined || content.type === 'other') return void state.leftOut.push(path);
  try {
    if (content.type === 'folder') {
      await mkdir(join(state.to, path), { recursive: true });
      state.folders.add(path);
      return;
    }
    if (content.size > state.left) return void state.leftOut.push(`${path} (${formatSize(content.size)}, over the limit)`);
    await mkdir(join(state.to, dirname(path)), { recursive: true });
    await copyOut(state.file, content, join(state.to, path));
    state.left -= content.size;
    state.written.set(path, { path, bytes: content.size, entry: content });
  } catch (error) {
    // A file where the archive has a folder too, or a name this file system does not take.
    const code = errorCode(error) ?? '';
    if (!['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'EINVAL', 'EILSEQ'].includes(code)) {
      throw new HarnessError('ARTIFACTS_NOT_WRITTEN', `cannot write the artifacts to ${state.to}: ${code === 'ENOSPC' ? 'the disk is full' : String(error)}`, { hint: 'free some space there, or choose another folder with --output', cause: error });
    }
    state.leftOut.push(path);
  }
}

/** Never over something that is there: no link can be in the way. */
async function copyOut(from: FileHandle, { offset, size }: SalvagedEntry, path: string): Promise<void> {
  await using to = await open(path, 'wx', 0o644);
  const buffer = Buffer.alloc(Math.min(size, 1024 * 1024));
  for (let done = 0; done < size; ) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, size - done), offset + done);
    if (bytesRead === 0) return;
    await to.writeFile(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
}

/** The parts of a name that stays below its folder and can be printed; undefined for any other. */
function safeParts(name: string): readonly string[] | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const isSafe = parts.every((part) => part !== '..' && part.length <= 255 && !/[\0-\x1f\x7f-\x9f\u2028\u2029\\]/.test(part));
  return isSafe && parts.length <= 64 ? parts : undefined;
}

function defectNotice(entries: number, defect: string | undefined): readonly string[] {
  if (entries === 0 && defect?.includes('cut off') !== true) return ['no artifacts came from the guest'];
  return defect === undefined ? [] : [`artifacts are incomplete: the guest's archive is not whole (${defect})`];
}

function leftOutNotice(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return [`artifacts left out (only files and folders come home): ${names.slice(0, 3).join(', ')}${more}`];
}
