// Which architectures there are: every file of this folder but this one is one, by the name of the file.
import { readdir } from 'node:fs/promises';
import type { Arch } from '../model/arch.ts';
import { InternalError, UsageError } from '../model/errors.ts';
import { suggest } from '../model/suggest.ts';

const folder = new URL('.', import.meta.url);
// Neither this file nor the declarations and source maps of a build.
const plugIn = /^(?!index\.)[^.]+\.(?:js|ts)$/;

/** All architectures, sorted by name. */
export async function loadArchs(): Promise<readonly Arch[]> {
  const files = (await readdir(folder)).filter((file) => plugIn.test(file)).sort();
  return Promise.all(files.map(load));
}

/**
 * The architecture called `name` by the kernel, QEMU, OCI or Debian.
 * @throws UsageError `ARCH_UNKNOWN` with the choices.
 */
export function findArch(archs: readonly Arch[], name: string): Arch {
  const arch = lookUpArch(archs, name);
  if (arch !== undefined) return arch;
  const known = archs.flatMap((each) => [each.name, ...each.aliases]);
  throw new UsageError('ARCH_UNKNOWN', `there is no architecture "${name}"`, { hint: suggest(name, known, 'architectures and their other names') });
}

/** As `findArch`; undefined for an unknown name. */
export function lookUpArch(archs: readonly Arch[], name: string): Arch | undefined {
  const wanted = name.toLowerCase();
  return archs.find((arch) => arch.name === wanted || arch.aliases.includes(wanted));
}

async function load(file: string): Promise<Arch> {
  const { default: arch } = (await import(/* @vite-ignore */ new URL(file, folder).href)) as { readonly default?: Arch };
  if (arch === undefined || !file.startsWith(`${arch.name}.`)) throw new InternalError(`src/arch/${file} does not export the architecture it is named for`);
  return arch;
}
