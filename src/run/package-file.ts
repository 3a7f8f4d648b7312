// Single files of Debian packages of any architecture, taken from the archive: boot loaders for media of other machines.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { streamDeb } from '../apt/deb.ts';
import type { LockedApt } from '../apt/locked.ts';
import { pathParts } from '../archive/entry.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import { openSlices } from '../source/slices.ts';
import { spoolTar } from '../source/spool.ts';

export type FetchPackageFile = (pkg: string, debianArch: string, path: string, signal: AbortSignal) => Promise<string>;

/** Packages come from `suite`, pinned in kit-test.lock like all others. */
export function packageFiles(supplies: { readonly cache: Cache; readonly apt: Pick<LockedApt, 'resolve' | 'fetch'> }, suite: string): FetchPackageFile {
  const { cache, apt } = supplies;
  return async (name, arch, path, signal) => {
    const packages = await apt.resolve({ suite, arch, packages: [name], purpose: 'kernel', keep: (each) => each.name === name }, signal);
    const pkg = packages.find((each) => each.name === name);
    if (pkg === undefined) throw new HarnessError('APT_NO_PACKAGE', `there is no package ${name} for ${arch} in ${suite}`);
    const key = createHash('sha256').update(JSON.stringify([pkg.sha256, path])).digest('hex');
    return cache.entry('package-file', key, async (temporary) => {
      const { entries } = await spoolTar(cache, `deb:${pkg.sha256}`, async () => streamDeb(await apt.fetch(pkg, signal), signal), signal);
      const wanted = pathParts(path).join('/');
      const found = entries.find((entry) => entry.type === 'file' && pathParts(entry.name).join('/') === wanted);
      if (found?.type !== 'file' || found.content.kind !== 'slice') throw new HarnessError('APT_FILE_MISSING', `the package ${name} ${pkg.version} has no file ${path}`, { hint: `install ${name} on this machine, or report this` });
      await using slices = openSlices(signal);
      await using file = await open(temporary, 'wx');
      for await (const chunk of slices.read(found.content)) await file.writeFile(chunk);
    }, signal);
  };
}
