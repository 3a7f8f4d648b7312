// Folders of parts: found, read, and the files of their cells taken over.
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { cellFolder } from '../model/cell.ts';
import { HarnessError, UsageError } from '../model/errors.ts';
import { errorCode, exists } from '../sys/fs.ts';
import { eventsFile } from './layout.ts';
import { findRun, type RunsPlace } from './stored-run.ts';

/**
 * The folders of the runs that a word stands for: a run by any of its names, or a folder whose folders are runs, as CI systems
 * leave them after they fetched all parts.
 * @throws UsageError `NO_SUCH_RUN`
 */
export async function partFolders(name: string, place: RunsPlace): Promise<readonly string[]> {
  const path = resolve(place.cwd, name);
  if (!(await exists(join(path, eventsFile)))) {
    const inside = (await readdir(path).catch(() => [])).sort().map((each) => join(path, each));
    const runs: string[] = [];
    for (const folder of inside) if (await exists(join(folder, eventsFile))) runs.push(folder);
    if (runs.length > 0) return Promise.all(runs.map((folder) => realpath(folder)));
  }
  return [await findRun(name, place)];
}

/**
 * An output that is one of the parts would be emptied before it is read.
 * @throws UsageError `OUTPUT_IS_A_PART`
 */
export async function refuseOutputIn(parts: readonly string[], output: string): Promise<void> {
  const path = await realpath(output).catch(() => resolve(output));
  const inside = parts.find((part) => part === path || part.startsWith(join(path, 'cells') + sep) || path.startsWith(part + sep));
  if (inside !== undefined) throw new UsageError('OUTPUT_IS_A_PART', `the parts would be put together in ${relative(process.cwd(), path) || '.'}, where one of them lies`, { hint: 'name another folder with --output' });
}

/**
 * Takes over what a part keeps of these cells, without a second copy where both lie on one file system.
 * @throws HarnessError `PART_NOT_TAKEN`
 */
export async function takeCells(part: string, cells: readonly string[], target: string): Promise<void> {
  try {
    if (!(await isFolder(join(part, 'cells')))) return;
    for (const name of cells.map(cellFolder)) await takeFolder(join(part, 'cells', name), join(target, 'cells', name));
  } catch (error) {
    throw new HarnessError('PART_NOT_TAKEN', `cannot take the files of ${part} over into ${target}${errorCode(error) === undefined ? '' : ` (${errorCode(error) ?? ''})`}`, { hint: 'make both readable and writable, or free some space', cause: error });
  }
}

/** Files and folders only: what else lies in a folder from another machine, links above all, no run has written. */
async function takeFolder(from: string, to: string): Promise<void> {
  if (!(await isFolder(from))) return;
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await takeFolder(source, target);
    else if (entry.isFile()) await linkOrCopy(source, target);
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  await rm(target, { force: true });
  await link(source, target).catch(() => copyFile(source, target, constants.COPYFILE_FICLONE));
}

const isFolder = async (path: string): Promise<boolean> => lstat(path).then((found) => found.isDirectory(), () => false);
