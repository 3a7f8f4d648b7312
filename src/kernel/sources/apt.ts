// Kernels from Debian packages: linux-image-* with boot/vmlinuz-V and lib/modules/V, and from 7.x the split into
// linux-binary-V (usr/lib/modules/V/vmlinuz), linux-modules-V and linux-base-V (usr/lib/modules/V/config).
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractDeb } from '../../apt/deb.ts';
import type { LockedRequest } from '../../apt/locked.ts';
import type { AptPackage } from '../../apt/package.ts';
import type { Arch } from '../../model/arch.ts';
import { HarnessError } from '../../model/errors.ts';
import type { KernelSpec } from '../../model/kernel.ts';
import { runDepmod } from '../depmod.ts';
import { newestOfSeries } from '../series.ts';
import { archNames, forArch, noSuchArch, type KernelFiles, type KernelSource, type SourceContext, type SpecOf } from '../source.ts';
import { unpackKernel } from '../unpack.ts';
import { unxz } from '../xz.ts';

type AptSpec = SpecOf<'apt'>;

/** Raised when the layout of a cached kernel changes. */
const layout = 1;

const source: KernelSource<AptSpec> = {
  type: 'apt',
  archs: (spec) => archNames(spec.package),
  async fetch(spec, from, arch, context, signal) {
    const request = requestFor(from, arch, context);
    if (request === undefined) throw noSuchArch(spec, arch, archNames(from.package));
    const packages = await context.apt.resolve(request, signal);
    const digest = digestOf(packages);
    const folder = await extracted(packages, digest, context, signal);
    return { ...(await piecesOf(folder, spec)), digest: `sha256:${digest}`, origin: originOf(packages, from.suite) };
  },
  async describe(from, arch, context) {
    const request = requestFor(from, arch, context);
    const packages = request === undefined ? undefined : await context.apt.pinned(request);
    return packages === undefined ? undefined : originOf(packages, from.suite);
  },
};
export default source;

/** Of all a kernel package depends on, what holds the kernel itself. */
export function isKernelPackage(name: string): boolean {
  return /^linux-(image|binary|modules)-/.test(name) || /^linux-base-\d/.test(name);
}

function requestFor(from: AptSpec, arch: Arch, context: SourceContext): LockedRequest | undefined {
  const name = forArch<string>(from.package, arch);
  if (name === undefined) return undefined;
  const base = { suite: from.suite, arch: arch.debian, mirror: from.mirror };
  return {
    ...base,
    packages: [name],
    purpose: 'kernel',
    // What a kernel's installation needs, not the kernel: in unstable suites these cannot always be installed.
    assume: ['dracut', 'initramfs-tools', 'kmod', 'linux-base'],
    keep: (pkg) => isKernelPackage(pkg.name),
    // A package that names its version vanishes from the index with it: the newest of its series comes next.
    successor: async (_error, signal) => {
      const next = newestOfSeries(name, await context.apt.names(base, 'linux-image-', signal));
      return next === undefined ? undefined : [next];
    },
  };
}

function digestOf(packages: readonly AptPackage[]): string {
  return createHash('sha256').update(JSON.stringify([layout, ...packages.map((pkg) => pkg.sha256).sort()])).digest('hex');
}

function originOf(packages: readonly AptPackage[], suite: string): string {
  // Metapackages are a kilobyte; the largest package holds the kernel or its modules.
  const versioned = packages.filter((pkg) => /^linux-(image|binary)-\d/.test(pkg.name)).sort((a, b) => b.size - a.size)[0] ?? packages[0];
  return versioned === undefined ? `Debian ${suite}` : `${versioned.name} ${versioned.version} (Debian ${suite})`;
}

async function extracted(packages: readonly AptPackage[], digest: string, context: SourceContext, signal: AbortSignal): Promise<string> {
  const build = (folder: string): Promise<void> => extract(packages, folder, context, signal);
  const folder = await context.cache.entry('kernel', digest, build, signal);
  // Something else than us may have deleted files of the entry: cleaners of old files do.
  if ((await stat(join(folder, 'kernel')).catch(() => undefined)) !== undefined) return folder;
  await context.cache.drop('kernel', digest);
  return context.cache.entry('kernel', digest, build, signal);
}

async function extract(packages: readonly AptPackage[], folder: string, context: SourceContext, signal: AbortSignal): Promise<void> {
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  for (const pkg of packages) await extractDeb(await context.apt.fetch(pkg, signal), root, signal);

  const boot = join(root, 'boot');
  const inBoot = await readdir(boot).catch(() => []);
  const trees = [join(root, 'usr/lib/modules'), join(root, 'lib/modules')];
  const found = (await Promise.all(trees.map(async (tree) => (await readdir(tree).catch(() => [])).map((release) => ({ tree, release }))))).flat()[0];
  const release = found?.release ?? inBoot.find((name) => name.startsWith('vmlinu'))?.replace(/^vmlinu[xz]-/, '');
  if (release === undefined) throw noKernelIn(packages);
  const modules = join(folder, 'modules', release);
  await mkdir(join(folder, 'modules'), { recursive: true });
  if (found !== undefined) await rename(join(found.tree, release), modules);

  const image = await firstFile([join(modules, 'vmlinuz'), join(boot, `vmlinuz-${release}`), join(boot, `vmlinux-${release}`)]);
  if (image === undefined) throw noKernelIn(packages);
  await writeFile(join(folder, 'kernel'), await unpackKernel(await readFile(image), unxz));
  const config = await firstFile([join(modules, 'config'), join(boot, `config-${release}`)]);
  if (config !== undefined) await rename(config, join(folder, 'config'));
  // Debian's System.map is a line that says where the real one is.
  const map = await firstFile([join(modules, 'System.map'), join(boot, `System.map-${release}`)]);
  if (map !== undefined && (await stat(map)).size > 4096) await rename(map, join(folder, 'System.map'));

  await rm(root, { recursive: true, force: true });
  for (const name of ['vmlinuz', 'System.map', 'dtb', 'build', 'source']) await rm(join(modules, name), { recursive: true, force: true });
  if (found !== undefined) await runDepmod(modules, release, signal);
}

async function piecesOf(folder: string, spec: KernelSpec): Promise<Omit<KernelFiles, 'digest' | 'origin'>> {
  const release = (await readdir(join(folder, 'modules')).catch(() => []))[0];
  const config = await firstFile([join(folder, 'config')]);
  const symbols = await firstFile([join(folder, 'System.map')]);
  return {
    image: join(folder, 'kernel'),
    ...(config === undefined ? {} : { config }),
    ...(symbols === undefined ? {} : { symbols }),
    ...(release === undefined ? {} : { modules: join(folder, 'modules', release) }),
    release: release ?? spec.release,
  };
}

function noKernelIn(packages: readonly AptPackage[]): HarnessError {
  return new HarnessError('KERNEL_NOT_FOUND', `no kernel file in the packages ${packages.map((pkg) => pkg.name).join(', ')}`, {
    hint: 'name a package such as linux-image-amd64, which depends on the newest kernel',
  });
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await stat(path).catch(() => undefined))?.isFile() === true) return path;
  return undefined;
}
