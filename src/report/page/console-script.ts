// A console once more as a script beside it: what a page that was opened from a file system can load.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { consoleHandOver, consoleScript } from '../../model/page.ts';
import { writeFileAtomic } from '../../sys/fs.ts';

const pack = promisify(gzip);

/** Writes the script for a console of the run folder; `times` beside it where there is such a file. */
export async function writeConsoleScript(folder: string, console: string, times?: string): Promise<void> {
  const packed = async (path: string): Promise<string> => (await pack(await readFile(join(folder, path)), { level: 6 })).toString('base64');
  const words = [JSON.stringify(console), `"${await packed(console)}"`, ...(times === undefined ? [] : [`"${await packed(times)}"`])];
  await writeFileAtomic(join(folder, consoleScript(console)), `${consoleHandOver}(${words.join(', ')});\n`);
}

/**
 * Whether there is a script to write: there is a console, and no script of it, or one that is older. Asked for thousands of
 * consoles at once, which takes a second where each answer is waited for.
 */
export function needsConsoleScript(folder: string, console: string): boolean {
  const changed = (path: string): number | undefined => statSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs;
  const written = changed(console);
  return written !== undefined && written > (changed(consoleScript(console)) ?? Number.NEGATIVE_INFINITY);
}
