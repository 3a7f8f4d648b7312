// Files for a project, written where nothing is overwritten.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../sys/fs.ts';

/** Path below the project → text. */
export type NewFiles = Readonly<Record<string, string>>;

export interface Written {
  /** In the order of the files. */
  readonly written: readonly string[];
  /** Were there already, and are as they were. */
  readonly kept: readonly string[];
}

/** Writes the files that are not there yet. */
export async function writeNewFiles(root: string, files: NewFiles): Promise<Written> {
  const written: string[] = [];
  const kept: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    try {
      await writeFile(join(root, path), text, { flag: 'wx' });
      written.push(path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      kept.push(path);
    }
  }
  return { written, kept };
}
