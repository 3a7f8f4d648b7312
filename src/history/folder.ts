// The folder of the history. Each run writes a file of its own, `RUN-xxxx.open` while it goes on and `RUN-xxxx.ndjson` afterwards, so runs
// at the same time have nothing to agree on, and folders of several machines become one by copying. A run that is resumed writes another
// file. Many files are packed into one.
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { End } from '../model/history.ts';
import { errorCode, writeFileAtomic } from '../sys/fs.ts';
import { encodeEnd, latestEnds, parseEnds } from './lines.ts';

/** Names for the ends of a run that begins, or goes on again. */
export function fileNames(run: string): { readonly open: string; readonly closed: string } {
  const name = `${run}-${randomBytes(4).toString('hex')}`;
  return { open: `${name}.open`, closed: `${name}.ndjson` };
}

/** A run that has not told an end for so long was killed: no limit of a cell comes near it. */
const abandonedMs = 7 * 24 * 3600 * 1000;

/** How often a folder is read again because another run packed it meanwhile. */
const readTries = 5;

/**
 * The last ends of each cell, of `cells` only where they are given. Without a folder there are none.
 * @throws the file system's error where the folder cannot be read.
 */
export async function readHistory(folder: string, runs: number, cells?: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly End[]>> {
  for (let tries = 1; ; tries += 1) {
    const files = await historyFiles(folder);
    const texts = await Promise.all(files.map((name) => readIfThere(join(folder, name))));
    // Where files went away they were renamed or packed: what they held has a new name, which the list may have missed.
    if (tries < readTries && (await historyFiles(folder)).join() !== files.join()) continue;
    return latestEnds(texts.flatMap((text) => [...parseEnds(text ?? '', cells)]), runs);
  }
}

/**
 * Makes one file of all that are closed, once there are `limit` of them. Nothing is taken away before what it held is in the new file, and
 * each packing has a name of its own: of two at the same time both stay, and the same end twice counts once.
 */
export async function packHistory(folder: string, options: { readonly run: string; readonly runs: number; readonly limit: number; readonly now: number }): Promise<void> {
  const names: string[] = [];
  for (const name of await historyFiles(folder)) if (name.endsWith('.ndjson') || (await isAbandoned(join(folder, name), options.now))) names.push(name);
  if (names.length < options.limit) return;
  const read = await Promise.all(names.map(async (name) => ({ name, text: await readIfThere(join(folder, name)) })));
  const there = read.filter((file): file is { name: string; text: string } => file.text !== undefined);
  const ends = latestEnds(there.flatMap(({ text }) => [...parseEnds(text)]), options.runs);
  const packed = `packed-${options.run}.ndjson`;
  await writeFileAtomic(join(folder, packed), [...ends.values()].flat().map(encodeEnd).join(''));
  for (const { name } of there) if (name !== packed) await rm(join(folder, name), { force: true });
}

async function historyFiles(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.ndjson') || name.endsWith('.open')).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function isAbandoned(path: string, now: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && now - found.mtimeMs > abandonedMs;
}
