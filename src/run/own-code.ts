// The code that runs here, as a digest: what another kit-test found out need not hold for this one.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** dist/ from the file that this folder is built into, and src/ from this file itself. */
const folder = fileURLToPath(new URL('..', import.meta.url));
let known: Promise<string> | undefined;

/** Of everything but the page of a run, by name and content, and of the Node.js that runs it. */
export function ownCode(): Promise<string> {
  known ??= digestOf(folder);
  return known;
}

export async function digestOf(root: string): Promise<string> {
  const names = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/\.(map|d\.ts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((name) => !/^\/?page\//.test(name))
    .sort();
  const hash = createHash('sha256').update(process.version);
  const files = await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(root, name)) })));
  for (const { name, bytes } of files) hash.update(JSON.stringify([name, bytes.length])).update(bytes);
  return hash.digest('hex');
}
