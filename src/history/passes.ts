// Passes of cells by everything that they rest on, a file each: whoever finds one of an equal cell need not run it. Processes at the same
// time have nothing to agree on, and folders of several machines become one by copying.
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassSchema, type Pass } from '../model/pass.ts';
import { errorCode, writeFileAtomic } from '../sys/fs.ts';

/**
 * A pass counts for a week. Then the cell is run again, for what nobody thought of does change: a library of the host, its firmware;
 * and what fails once in a hundred runs has to get its chance.
 */
const lastsMs = 7 * 24 * 3600_000;
/** What a clock that was put right says. */
const aheadMs = 3600_000;

const fileOf = (folder: string, key: string): string => join(folder, `${key}.json`);

/** The pass of a cell with this key. One that cannot be read, or is of something else, is none. */
export async function readPass(folder: string, { key, cell, now }: { readonly key: string; readonly cell: string; readonly now: number }): Promise<Pass | undefined> {
  const text = await readFile(fileOf(folder, key), 'utf8').catch(() => undefined);
  const pass = text === undefined ? undefined : parse(text);
  if (pass?.key !== key || pass.cell !== cell) return undefined;
  const age = now - Date.parse(pass.at);
  return age <= lastsMs && age >= -aheadMs ? pass : undefined;
}

function parse(text: string): Pass | undefined {
  try {
    return PassSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** @throws the file system's error. */
export async function writePass(folder: string, pass: Pass): Promise<void> {
  await writeFileAtomic(fileOf(folder, pass.key), `${JSON.stringify(pass)}\n`);
}

/** What passed once and failed later with nothing changed proves nothing. @throws the file system's error. */
export async function forgetPass(folder: string, key: string): Promise<void> {
  await rm(fileOf(folder, key), { force: true });
}

/** Takes away what counts no more. @throws the file system's error. */
export async function sweepPasses(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written !== undefined && now - written.mtimeMs > lastsMs) await rm(path, { force: true });
  }
}
