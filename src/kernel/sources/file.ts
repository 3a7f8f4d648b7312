// Kernels that lie on this machine, such as what a kernel tree has just built. Paths are relative to the YAML file.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { HarnessError } from '../../model/errors.ts';
import type { KernelSpec } from '../../model/kernel.ts';
import { errorCode } from '../../sys/fs.ts';
import { inspectKernel } from '../inspect.ts';
import { archNames, forArch, noSuchArch, type KernelFiles, type KernelSource, type SourceContext, type SpecOf } from '../source.ts';
import { copyWithDependencies, findRelease, hasDependencies } from '../tree.ts';
import { unpackKernel } from '../unpack.ts';
import { unxz } from '../xz.ts';

const source: KernelSource<SpecOf<'file'>> = {
  type: 'file',
  archs: (spec) => archNames(spec.path),
  async fetch(spec, from, arch, context, signal) {
    const named = forArch<string>(from.path, arch);
    if (named === undefined) throw noSuchArch(spec, arch, archNames(from.path));
    const path = resolve(dirname(spec.file), named);
    const bytes = await read(path, spec, 'kernel');
    const hash = createHash('sha256').update(bytes);

    const configPath = from.config === undefined ? undefined : forArch<string>(from.config, arch);
    const config = configPath === undefined ? undefined : resolve(dirname(spec.file), configPath);
    if (config !== undefined) hash.update(await read(config, spec, 'config'));

    const modulesPath = from.modules === undefined ? undefined : forArch<string>(from.modules, arch);
    const given = modulesPath === undefined ? undefined : await modulesIn(resolve(dirname(spec.file), modulesPath), spec);
    if (given !== undefined) hash.update(JSON.stringify(await fingerprint(given)));
    const modules = given === undefined ? undefined : await withDependencies(given, context, signal);

    const pieces: KernelFiles = {
      image: await bare(path, bytes, context, signal),
      digest: `sha256:${hash.digest('hex')}`,
      origin: named,
      ...(config === undefined ? {} : { config }),
      ...(modules === undefined ? {} : { modules, release: basename(modules) }),
    };
    return pieces;
  },
  async describe(from, arch) {
    return Promise.resolve(forArch<string>(from.path, arch));
  },
};
export default source;

async function read(path: string, spec: KernelSpec, what: 'kernel' | 'config'): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const why: Readonly<Record<string, string>> = { ENOENT: 'it does not exist', EACCES: 'it may not be read', EISDIR: 'it is a folder' };
    throw new HarnessError('KERNEL_UNREADABLE', `the ${what} file of kernel ${spec.name} cannot be read: ${path}: ${why[errorCode(error) ?? ''] ?? String(error)}`, {
      hint: `check the path in ${spec.file} (relative to that file) and the rights of the file`,
      cause: error,
    });
  }
}

async function bare(path: string, bytes: Buffer, context: SourceContext, signal: AbortSignal): Promise<string> {
  const { format } = inspectKernel(bytes);
  if (format !== 'gzip' && format !== 'zboot') return path;
  const key = createHash('sha256').update(bytes).digest('hex');
  return context.cache.entry('kernel-image', key, async (draft) => writeFile(draft, await unpackKernel(bytes, unxz)), signal);
}

async function modulesIn(folder: string, spec: KernelSpec): Promise<string> {
  const found = await findRelease(folder);
  if (found !== undefined) return found;
  throw new HarnessError('KERNEL_UNREADABLE', `${folder} holds no kernel modules (modules of kernel ${spec.name})`, { hint: `expected a folder such as lib/modules/6.12.9 with "kernel" in it; "make modules_install INSTALL_MOD_PATH=DIR" makes one` });
}

/** Identity of a tree of modules without reading it: path, size and time of change of each file. */
async function fingerprint(folder: string): Promise<readonly (readonly [string, number, number])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  return Promise.all(files.map(async (file) => {
    const { size, mtimeMs } = await stat(file);
    return [relative(folder, file), size, mtimeMs] as const;
  }));
}

async function withDependencies(release: string, context: SourceContext, signal: AbortSignal): Promise<string> {
  if (await hasDependencies(release)) return release;
  const key = createHash('sha256').update(JSON.stringify([release, await fingerprint(release)])).digest('hex');
  const entry = await context.cache.entry('modules', key, async (draft) => {
    await mkdir(draft);
    await copyWithDependencies(release, draft, signal);
  }, signal);
  return join(entry, 'modules', basename(release));
}
