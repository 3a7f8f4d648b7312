// Kernels from a web server, pinned by sha256 in the YAML itself; modules come as a tar archive.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { download } from '../../cache/download.ts';
import { HarnessError } from '../../model/errors.ts';
import { redactUrl } from '../../sys/http.ts';
import { runProgram } from '../../sys/process.ts';
import { runDepmod } from '../depmod.ts';
import { inspectKernel } from '../inspect.ts';
import { archNames, forArch, noSuchArch, type KernelSource, type SourceContext, type SpecOf } from '../source.ts';
import { findRelease, hasDependencies } from '../tree.ts';
import { unpackKernel } from '../unpack.ts';
import { unxz } from '../xz.ts';

type UrlSpec = SpecOf<'url'>;
interface Remote {
  readonly url: string;
  readonly sha256: string;
}

const source: KernelSource<UrlSpec> = {
  type: 'url',
  archs: (spec) => archNames(spec.kernel),
  async fetch(spec, from, arch, context, signal) {
    const remote = forArch<Remote>(from.kernel, arch);
    if (remote === undefined) throw noSuchArch(spec, arch, archNames(from.kernel));
    const configRemote = from.config === undefined ? undefined : forArch<Remote>(from.config, arch);
    const modulesRemote = from.modules === undefined ? undefined : forArch<Remote>(from.modules, arch);
    const get = (file: Remote): Promise<string> => download(context.cache, { ...file, name: fileName(file.url) }, context.progress, signal);

    const image = await bare(await get(remote), remote.sha256, context, signal);
    const config = configRemote === undefined ? undefined : await get(configRemote);
    const modules = modulesRemote === undefined ? undefined : await unpackedModules(await get(modulesRemote), modulesRemote, context, signal);
    const parts = [remote.sha256, configRemote?.sha256 ?? '', modulesRemote?.sha256 ?? ''];
    return {
      image,
      digest: `sha256:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`,
      origin: redactUrl(remote.url),
      ...(config === undefined ? {} : { config }),
      ...(modules === undefined ? {} : { modules, release: basename(modules) }),
    };
  },
  async describe(from, arch) {
    const remote = forArch<Remote>(from.kernel, arch);
    return Promise.resolve(remote === undefined ? undefined : redactUrl(remote.url));
  },
};
export default source;

async function bare(path: string, sha256: string, context: SourceContext, signal: AbortSignal): Promise<string> {
  const bytes = await readFile(path);
  const { format } = inspectKernel(bytes);
  if (format !== 'gzip' && format !== 'zboot') return path;
  return context.cache.entry('kernel-image', sha256, async (draft) => writeFile(draft, await unpackKernel(bytes, unxz)), signal);
}

async function unpackedModules(archive: string, remote: Remote, context: SourceContext, signal: AbortSignal): Promise<string> {
  const entry = await context.cache.entry('modules', remote.sha256, async (draft) => {
    const root = join(draft, 'root');
    await mkdir(root, { recursive: true });
    // tar tells the compression by itself, strips leading slashes and refuses "..".
    await runProgram('tar', ['--extract', '--no-same-owner', '--file', archive, '--directory', root], { signal });
    const release = await findRelease(root);
    if (release === undefined) {
      throw new HarnessError('KERNEL_UNREADABLE', `${redactUrl(remote.url)} holds no kernel modules`, { hint: 'expected a tar archive with lib/modules/RELEASE in it' });
    }
    const target = join(draft, 'modules', basename(release));
    await mkdir(join(draft, 'modules'));
    await rename(release, target);
    await rm(root, { recursive: true, force: true });
    for (const name of ['build', 'source']) await rm(join(target, name), { recursive: true, force: true });
    if (!(await hasDependencies(target))) await runDepmod(target, basename(target), signal);
  }, signal);
  const release = await findRelease(entry);
  if (release !== undefined) return release;
  await context.cache.drop('modules', remote.sha256);
  throw new HarnessError('CACHE_DAMAGED', `the unpacked modules of ${redactUrl(remote.url)} were damaged and have been removed from the cache`, { hint: 'run again' });
}

function fileName(url: string): string {
  return new URL(url).pathname.split('/').findLast((part) => part !== '') ?? 'kernel';
}
