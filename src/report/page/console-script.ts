// A console once more as a script beside it: what a page that was opened from a file system can load.
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
