// Makes modules.dep and its relatives with the real depmod (depmod(8)): packages do not carry them.
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../model/errors.ts';
import { runProgram } from '../sys/process.ts';

/** Runs depmod over `…/modules/RELEASE`. Its files land in that folder. */
export async function runDepmod(folder: string, release: string, signal: AbortSignal): Promise<void> {
  const modules = dirname(folder);
  const base = join(dirname(modules), 'depmod-root');
  // depmod looks below BASE/lib/modules, or BASE/usr/lib/modules where it was built that way.
  for (const lib of ['lib', 'usr/lib']) {
    await mkdir(join(base, lib), { recursive: true });
    await symlink(modules, join(base, lib, 'modules'));
  }
  try {
    // System tools are not on every user's PATH.
    const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
    await runProgram('depmod', ['-b', base, release], { env, signal });
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== 'PROGRAM_NOT_FOUND') throw error;
    throw new HarnessError('DEPMOD_NOT_FOUND', 'depmod is not installed: dependencies of kernel modules cannot be worked out', { hint: 'install the package kmod', cause: error });
  } finally {
    await rm(base, { recursive: true, force: true });
  }
  if ((await readFile(join(folder, 'modules.dep'), 'utf8')).trim() === '') {
    throw new HarnessError('DEPMOD_FAILED', `depmod found no module in ${release}`, { hint: 'this depmod may not know how these modules are compressed (xz, zstd): update the package kmod' });
  }
}
