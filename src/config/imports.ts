// Which files of the project a configuration imports, also by way of others. Found by their text, for what runs cannot be asked: a name
// that is put together while it runs is not found.
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { blankComments } from './object-places.ts';

/** Absolute paths, without the configuration itself, sorted. */
export async function importedFiles(file: string): Promise<readonly string[]> {
  const found = new Set<string>();
  const look = async (path: string): Promise<void> => {
    const text = await readFile(path, 'utf8').catch(() => '');
    for (const name of namesIn(text)) {
      const target = await fileOf(resolve(dirname(path), name));
      if (target === undefined || target === file || found.has(target)) continue;
      found.add(target);
      await look(target);
    }
  };
  await look(file);
  return [...found].sort();
}

const namesIn = (text: string): readonly string[] => [...blankComments(text).matchAll(/\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g)].map(([, , name = '']) => name);

const endings = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js'];

/** As jiti finds it: `./a` is also a.ts, and `./a.js` may be written a.ts. */
async function fileOf(path: string): Promise<string | undefined> {
  for (const candidate of [...endings.map((ending) => path + ending), path.replace(/\.([mc]?)js$/, '.$1ts')]) {
    if (await stat(candidate).then((found) => found.isFile(), () => false)) return candidate;
  }
  return undefined;
}
