// Finds the folder of one release's modules in what a user or an archive gives, and completes it with depmod's files.
import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HarnessError } from '../model/errors.ts';
import { runDepmod } from './depmod.ts';

/** The folder `…/RELEASE` in or below `folder`: itself, or the only one in its usual places. */
export async function findRelease(folder: string): Promise<string | undefined> {
  if (await isRelease(folder)) return folder;
  for (const place of ['lib/modules', 'usr/lib/modules', 'modules', '.']) {
    const names = await readdir(join(folder, place)).catch(() => []);
    const found: string[] = [];
    for (const name of names) if (await isRelease(join(folder, place, name))) found.push(join(folder, place, name));
    if (found.length > 1) {
      throw new HarnessError('KERNEL_MODULES_AMBIGUOUS', `${folder} holds modules of several releases: ${found.map((path) => basename(path)).sort().join(', ')}`, { hint: 'name the folder of the one that belongs to the kernel' });
    }
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

/** Whether depmod has been here already. */
export async function hasDependencies(release: string): Promise<boolean> {
  return (await stat(join(release, 'modules.dep')).catch(() => undefined))?.isFile() === true;
}

/** Copies `…/RELEASE` to `draft/modules/RELEASE` and runs depmod there. */
export async function copyWithDependencies(release: string, draft: string, signal: AbortSignal): Promise<void> {
  const copy = join(draft, 'modules', basename(release));
  await mkdir(join(draft, 'modules'), { recursive: true });
  // `build` and `source` point to kernel trees of gigabytes.
  await cp(release, copy, { recursive: true, filter: (path) => !['build', 'source'].includes(basename(path)) });
  await runDepmod(copy, basename(release), signal);
}

async function isRelease(folder: string): Promise<boolean> {
  for (const mark of ['kernel', 'modules.dep', 'modules.order']) {
    if ((await stat(join(folder, mark)).catch(() => undefined)) !== undefined) return true;
  }
  return false;
}
