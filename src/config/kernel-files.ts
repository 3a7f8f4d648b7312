// Reads kernels/NAME.yaml: each becomes a KernelSpec whose architectures are known and canonical.
import { join } from 'node:path';
import type { Issue } from '../model/errors.ts';
import { KernelFileSchema, type KernelFile, type KernelSource, type KernelSpec } from '../model/kernel.ts';
import { type ArchNames, canonicalArchs, listItems } from './arch-names.ts';
import { duplicateIssues, listFolder, nameIssue } from './files.ts';
import { quote } from './quote.ts';
import type { Mistake, Path } from './source.ts';
import { readText, shownPath } from './text.ts';
import { readYaml } from './yaml.ts';

export interface KernelFiles {
  readonly kernels: readonly KernelSpec[];
  /** Names of all files, also of those with mistakes. */
  readonly names: readonly string[];
  readonly issues: readonly Issue[];
}

export interface FolderContext {
  readonly folder: string;
  readonly cwd: string;
  /** Whether the folder may be missing. */
  readonly optional: boolean;
  readonly archs: readonly ArchNames[];
}

export async function readKernels(context: FolderContext): Promise<KernelFiles> {
  const shownFolder = shownPath(context.folder, context.cwd);
  const { entries, issues: folderIssues } = await listFolder(context.folder, shownFolder, context.optional);
  const files = entries.filter(({ name }) => /\.ya?ml$/i.test(name)).map(({ name }) => ({
    name: name.replace(/\.ya?ml$/i, ''),
    path: join(context.folder, name),
    file: shownPath(join(context.folder, name), context.cwd),
  }));
  const kernels: KernelSpec[] = [];
  const issues: Issue[] = [...folderIssues];
  if (files.length === 0 && folderIssues.length === 0 && !context.optional) {
    issues.push({ file: shownFolder, message: 'there is no kernel in this folder', hint: 'add a file such as 6.12.yaml' });
  }
  for (const { name, path, file } of files) {
    const badName = nameIssue('kernel', name, file);
    if (badName !== undefined) issues.push(badName);
    const text = await readText(path, file);
    if ('issue' in text) {
      issues.push(text.issue);
      continue;
    }
    const yaml = readYaml(text.text, file, KernelFileSchema);
    issues.push(...yaml.issues);
    if (yaml.value === undefined) continue;
    const { mistakes, ...known } = withKnownArchs(yaml.value, context.archs);
    issues.push(...mistakes.map(yaml.issue));
    kernels.push({ ...yaml.value, ...known, name, file: path });
  }
  issues.push(...duplicateIssues('kernel', files));
  return { kernels, names: files.map(({ name }) => name), issues };
}

/** Fields of each source that may differ by architecture; the first decides which architectures there are. */
const fieldsByArch: Readonly<Record<KernelSource['type'], readonly string[]>> = {
  apt: ['package'],
  file: ['path', 'config', 'modules'],
  url: ['kernel', 'config', 'modules'],
  oci: ['image'],
};

type Canonical = Pick<KernelSpec, 'source' | 'symbols'> & { readonly arch: string[]; readonly mistakes: readonly Mistake[] };

function withKnownArchs(kernel: KernelFile, archs: readonly ArchNames[]): Canonical {
  const mistakes: Mistake[] = [];
  const namesOf = new Map<Path, readonly string[]>();
  const canonical = <T>(value: T, path: Path): T => {
    if (!isByArch(value)) return value;
    const keys = Object.keys(value);
    const known = canonicalArchs(archs, keys.map((name) => ({ name, path: [...path, name], at: 'key' })));
    mistakes.push(...known.mistakes);
    if (keys.length === 0) mistakes.push({ path, message: 'expected at least one architecture, got an empty mapping' });
    namesOf.set(path, known.names);
    return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => canonicalArchs(archs, [{ name, path, at: 'key' }]).names.map((arch) => [arch, each]))) as T;
  };
  const [main] = fieldsByArch[kernel.source.type];
  const source = Object.fromEntries(Object.entries(kernel.source as Readonly<Record<string, unknown>>).map(([field, value]) => [field, fieldsByArch[kernel.source.type].includes(field) ? canonical(value, ['source', field]) : value]));
  const symbols = canonical(kernel.symbols, ['symbols']);
  const sourced = [...namesOf].find(([path]) => path[1] === main)?.[1];
  const listed = kernel.arch === undefined ? undefined : canonicalArchs(archs, listItems(kernel.arch, ['arch']));
  mistakes.push(...(listed?.mistakes ?? []), ...absent(listed?.names, sourced, ['arch']));
  for (const [path, names] of namesOf) {
    for (const name of names) {
      if (sourced?.includes(name) === false) mistakes.push({ path, at: 'key', message: `${quote(String(path.at(-1)))} names ${name}, for which this kernel does not exist` });
    }
  }
  return { arch: [...(listed?.names ?? sourced ?? archs.map(({ name }) => name))], source: source as KernelSource, symbols, mistakes };
}

/** `arch` may leave out what the source has, not add to it. */
function absent(listed: readonly string[] | undefined, main: readonly string[] | undefined, path: Path): readonly Mistake[] {
  if (listed === undefined || main === undefined) return [];
  return listed.filter((name) => !main.includes(name)).map((name) => ({ path, message: `the source has nothing for ${name}`, hint: `it names ${main.join(', ')}` }));
}

/** A remote file is a mapping too: it is told by its `url`. */
const isByArch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !('url' in value && typeof value.url === 'string');
