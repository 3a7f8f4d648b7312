// Finds kernel sources by folder: a file in sources/ is a source of that name.
import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { InternalError } from '../model/errors.ts';
import type { KernelSource } from './source.ts';

const folder = new URL('./sources/', import.meta.url);
/** `.ts` as it is written, `.js` as it is built. */
const ending = extname(import.meta.url);

/** The source of a type that the schema accepts. */
export async function loadSource(type: string): Promise<KernelSource> {
  const loaded = (await import(new URL(`${type}${ending}`, folder).href)) as { readonly default?: KernelSource };
  if (loaded.default?.type !== type) throw new InternalError(`sources/${type}${ending} is not a kernel source "${type}"`);
  return loaded.default;
}

/** Names of all sources. */
export async function listSources(): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts')).map((name) => name.slice(0, -ending.length)).sort();
}
