// Which module files of a kernel belong into an image, and the tables the guest's modprobe needs for just these.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress } from '../archive/compress.ts';
import { HarnessError } from '../model/errors.ts';
import type { Kernel } from '../model/kernel.ts';
import { closest } from '../model/suggest.ts';
import { errorCode } from '../sys/fs.ts';
import { streamProgram } from '../sys/process.ts';
import { chooseModules, knownModules, moduleName, parseModuleIndex, type ModuleIndex } from './module-index.ts';

export interface ModuleFile {
  /** With underscores. */
  readonly name: string;
  /** Where the guest has it, below lib/modules/RELEASE: uncompressed, `kernel/fs/overlayfs/overlay.ko`. */
  readonly path: string;
  /** Absolute path on this machine, as shipped: `.ko`, `.ko.xz`, `.ko.zst`. */
  readonly file: string;
}

export interface ModuleSelection {
  readonly files: readonly ModuleFile[];
  /** Names asked for that the kernel has built in. */
  readonly builtin: readonly string[];
  /** Names asked for that it does not have. */
  readonly missing: readonly string[];
  /** Files below lib/modules/RELEASE by name (`modules.dep`, …), limited to the selection. */
  readonly tables: Readonly<Record<string, string>>;
}

const tableNames = ['modules.dep', 'modules.softdep', 'modules.alias', 'modules.builtin', 'modules.builtin.modinfo'] as const;

/** The named modules with all they need. Names may be aliases (`fs-ext4`); hyphens and underscores are equal. */
export async function selectModules(kernel: Kernel, names: readonly string[]): Promise<ModuleSelection> {
  const folder = kernel.modules;
  if (folder === undefined) return { files: [], builtin: [], missing: [...new Set(names)].sort(), tables: {} };
  const index = await readModuleIndex(folder);
  const { modules, builtin, missing } = chooseModules(index, names);
  const files = modules.map((name): ModuleFile => {
    const shipped = index.paths.get(name) ?? '';
    return { name, path: guestPath(shipped), file: join(folder, shipped) };
  });
  return { files, builtin, missing, tables: moduleTables(index, modules, names) };
}

/** As `selectModules`. @throws HarnessError `MODULE_NOT_FOUND` naming every module the kernel does not have */
export async function requireModules(kernel: Kernel, names: readonly string[]): Promise<ModuleSelection> {
  const selection = await selectModules(kernel, names);
  if (selection.missing.length === 0) return selection;
  const list = selection.missing.map((name) => `"${name}"`).join(', ');
  const what = `kernel ${kernel.name} (${kernel.release}) for ${kernel.arch}`;
  if (kernel.modules === undefined) {
    throw new HarnessError('MODULE_NOT_FOUND', `${what} comes without modules, and ${list} ${selection.missing.length === 1 ? 'is' : 'are'} asked for`, { hint: 'name its folder of modules (source.modules), or take them out of `modules:` if they are built in' });
  }
  const known = knownModules(await readModuleIndex(kernel.modules));
  const meant = selection.missing.flatMap((name) => closest(moduleName(name), known) ?? []);
  const ask = meant.length === 0 ? '' : `did you mean ${[...new Set(meant)].map((name) => `"${name}"`).join(', ')}? `;
  throw new HarnessError('MODULE_NOT_FOUND', `${what} has no module ${list}`, { hint: `${ask}Where a kernel may lack it, say so in needs.config and the cell is skipped` });
}

/** Content of a module file, uncompressed: the guest's modprobe cannot unpack it. */
export async function readModule(file: string): Promise<Buffer> {
  const bytes = await readFile(file);
  const chunks: Uint8Array[] = [];
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  }
  const unxz = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of await streamProgram('xz', ['--decompress', '--stdout', '--', file])) yield chunk as Buffer;
  };
  for await (const chunk of decompress(whole(), unxz)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads depmod's files of a folder `…/RELEASE`. */
export async function readModuleIndex(folder: string): Promise<ModuleIndex> {
  const texts: Record<string, string> = {};
  for (const name of tableNames) {
    try {
      texts[name] = await readFile(join(folder, name), 'utf8');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  return parseModuleIndex(texts);
}

/** depmod's tables limited to `modules`, with the paths the guest has. Pure. */
export function moduleTables(index: ModuleIndex, modules: readonly string[], names: readonly string[]): Readonly<Record<string, string>> {
  const chosen = new Set(modules);
  const path = (name: string): string => guestPath(index.paths.get(name) ?? '');
  const asked = new Set(names.map((name) => name.replaceAll('-', '_')));
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  // A built-in that is asked for by an alias must be found by it: modprobe then sees in modules.builtin that it is there.
  const builtinAliases = index.builtinAliases.filter(({ pattern }) => asked.has(pattern.replaceAll('-', '_')));
  return {
    'modules.dep': text(modules.map((name) => `${path(name)}: ${(index.needs.get(name) ?? []).filter((need) => chosen.has(need)).map(path).join(' ')}`.trimEnd())),
    'modules.alias': text([...index.aliases.filter(({ module }) => chosen.has(module)), ...builtinAliases].map(({ pattern, module }) => `alias ${pattern} ${module}`)),
    'modules.softdep': text(modules.flatMap((name) => {
      const soft = index.soft.get(name) ?? [];
      return soft.length === 0 ? [] : [`softdep ${name} pre: ${soft.join(' ')}`];
    })),
    'modules.builtin': text([...index.builtin].sort().map((name) => `kernel/${name}.ko`)),
  };
}

function guestPath(shipped: string): string {
  return shipped.replace(/\.(gz|xz|zst)$/, '');
}
