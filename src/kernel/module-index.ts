// Reads depmod's files (modules.dep(5), depmod(8)) and finds what a set of modules needs. Pure.

/** A folder of modules as depmod describes it. Names have underscores, as in /proc/modules. */
export interface ModuleIndex {
  /** Path of each module below lib/modules/RELEASE, as shipped. */
  readonly paths: ReadonlyMap<string, string>;
  /** Direct and indirect needs of each module, in the order modules.dep names them. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Soft dependencies: wanted, not required. */
  readonly soft: ReadonlyMap<string, readonly string[]>;
  /** Patterns that stand for modules (`fs-ext4`, `pci:v00001AF4d*`). */
  readonly aliases: readonly { readonly pattern: string; readonly module: string }[];
  /** Modules that are part of the kernel image. */
  readonly builtin: ReadonlySet<string>;
  readonly builtinAliases: readonly { readonly pattern: string; readonly module: string }[];
}

/** Texts of the files by name; a missing one is an empty one. */
export type ModuleTexts = Readonly<Partial<Record<'modules.dep' | 'modules.softdep' | 'modules.alias' | 'modules.builtin' | 'modules.builtin.modinfo', string>>>;

export interface ModuleChoice {
  /** Modules with a file, sorted, dependencies included. */
  readonly modules: readonly string[];
  /** Names asked for that the kernel has built in. */
  readonly builtin: readonly string[];
  /** Names asked for that the kernel does not have. */
  readonly missing: readonly string[];
}

/** `nf-conntrack`, `kernel/net/nf_conntrack.ko.xz` → `nf_conntrack`. */
export function moduleName(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1).replace(/\.ko(\.(gz|xz|zst))?$/, '').replaceAll('-', '_');
}

/** Reads the texts; lines that are not understood are left out, as kmod does. */
export function parseModuleIndex(texts: ModuleTexts): ModuleIndex {
  const paths = new Map<string, string>();
  const needs = new Map<string, readonly string[]>();
  for (const line of lines(texts['modules.dep'])) {
    const [path = '', rest] = line.split(':');
    if (rest === undefined) continue;
    paths.set(moduleName(path), path);
    needs.set(moduleName(path), words(rest).map(moduleName));
  }
  const soft = new Map<string, string[]>();
  for (const line of lines(texts['modules.softdep'])) {
    const [keyword, module = '', ...wanted] = words(line);
    if (keyword !== 'softdep') continue;
    // Before Linux 6.4 some modules wrote their wishes without "pre:"; they mean the same.
    const names = wanted.filter((word) => word !== 'pre:' && word !== 'post:');
    soft.set(moduleName(module), [...(soft.get(moduleName(module)) ?? []), ...names]);
  }
  const aliases = lines(texts['modules.alias']).flatMap((line) => {
    const [keyword, pattern, module] = words(line);
    return keyword === 'alias' && pattern !== undefined && module !== undefined ? [{ pattern, module: moduleName(module) }] : [];
  });
  const builtin = new Set(lines(texts['modules.builtin']).map(moduleName));
  const builtinAliases = (texts['modules.builtin.modinfo'] ?? '').split('\0').flatMap((entry) => {
    const match = /^([^.=]+)\.alias=(.*)$/s.exec(entry);
    return match === null ? [] : [{ pattern: match[2] ?? '', module: moduleName(match[1] ?? '') }];
  });
  return { paths, needs, soft, aliases, builtin, builtinAliases };
}

/** Everything the names need. Names may be modules, with hyphens or underscores, or aliases of modules. */
export function chooseModules(index: ModuleIndex, names: readonly string[]): ModuleChoice {
  const modules = new Set<string>();
  const builtin = new Set<string>();
  const missing = new Set<string>();
  const find = finder(index);
  const add = (name: string, required: boolean): void => {
    const found = find(name);
    if (found.length === 0) {
      if (required) missing.add(name);
      return;
    }
    for (const module of found) {
      if (!index.paths.has(module)) {
        if (required) builtin.add(name);
        continue;
      }
      if (modules.has(module)) continue;
      modules.add(module);
      for (const need of index.needs.get(module) ?? []) add(need, false);
      for (const wish of index.soft.get(module) ?? []) add(wish, false);
    }
  };
  for (const name of names) add(name, true);
  return { modules: [...modules].sort(), builtin: [...builtin].sort(), missing: [...missing].sort() };
}

/** Names people may have meant, for a message. */
export function knownModules(index: ModuleIndex): readonly string[] {
  return [...new Set([...index.paths.keys(), ...index.builtin])].sort();
}

function finder(index: ModuleIndex): (name: string) => readonly string[] {
  const exact = new Map<string, Set<string>>();
  const globs: { readonly pattern: string; readonly module: string }[] = [];
  for (const { pattern, module } of [...index.aliases, ...index.builtinAliases]) {
    if (/[*?[]/.test(pattern)) globs.push({ pattern, module });
    else exact.set(same(pattern), (exact.get(same(pattern)) ?? new Set()).add(module));
  }
  return (name) => {
    const module = moduleName(name);
    if (index.paths.has(module) || index.builtin.has(module)) return [module];
    const found = exact.get(same(name)) ?? new Set(globs.filter(({ pattern }) => globToRegExp(pattern).test(name)).map((alias) => alias.module));
    return [...found].filter((candidate) => index.paths.has(candidate) || index.builtin.has(candidate)).sort();
  };
}

/** fnmatch(3) without flags, as kmod matches aliases. */
export function globToRegExp(glob: string): RegExp {
  const source = glob.replaceAll(/\[!?[^\]]*\]|[\s\S]/g, (token) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token.length > 1) return `[${token.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`;
    return token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}

const same = (name: string): string => name.replaceAll('-', '_');

function lines(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
