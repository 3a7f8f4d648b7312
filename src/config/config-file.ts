// Where a project's configuration is: the file named with --config, or harness.config.* in the working directory or above.
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { listNames } from '../model/suggest.ts';

const fileNames = ['harness.config.ts', 'harness.config.mts', 'harness.config.js', 'harness.config.mjs'] as const;

/**
 * The absolute path of the configuration; undefined where there is none.
 * @param wanted as given with --config, which may also name its folder
 * @throws UsageError where `wanted` is not there, or a folder has several.
 */
export async function findConfig(cwd: string, wanted: string | undefined): Promise<string | undefined> {
  if (wanted !== undefined) return findWanted(resolve(cwd, wanted), wanted);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = await findIn(folder);
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

async function findWanted(path: string, wanted: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() === true) return path;
  const found = stats?.isDirectory() === true ? await findIn(path) : undefined;
  if (found !== undefined) return found;
  throw new UsageError('CONFIG_NOT_FOUND', `there is no configuration ${wanted}`, { hint: '--config names a file such as harness.config.ts, or its folder' });
}

async function findIn(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder).catch((): string[] => []);
  const found = fileNames.filter((name) => entries.includes(name));
  if (found.length > 1) throw new UsageError('CONFIG_AMBIGUOUS', `${folder} has several configurations: ${listNames(found)}`, { hint: 'keep one of them, or name it with --config' });
  return found[0] === undefined ? undefined : join(folder, found[0]);
}
