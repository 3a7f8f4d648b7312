// Names of architectures in the user's files: any of the names QEMU, OCI, Debian and the kernel use becomes the one we use.
import type { Arch } from '../model/arch.ts';
import { suggest } from '../model/suggest.ts';
import { quote } from './quote.ts';
import type { Mistake, Path } from './source.ts';

export type ArchNames = Pick<Arch, 'name' | 'aliases'>;

/** The canonical name; undefined for an unknown one. */
export function canonicalArch(archs: readonly ArchNames[], name: string): string | undefined {
  return archs.find((arch) => arch.name === name || arch.aliases.includes(name))?.name;
}

export interface CanonicalNames {
  /** In the order written, without those that are unknown or there already. */
  readonly names: readonly string[];
  readonly mistakes: readonly Mistake[];
}

/** @param items names with the place of each: an item of a list, or a key */
export function canonicalArchs(archs: readonly ArchNames[], items: readonly { readonly name: string; readonly path: Path; readonly at: 'key' | 'value' }[]): CanonicalNames {
  const written = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const { name, path, at } of items) {
    const canonical = canonicalArch(archs, name);
    const earlier = canonical === undefined ? undefined : written.get(canonical);
    if (canonical === undefined) mistakes.push({ path, at, message: `unknown architecture ${quote(name)}`, hint: suggestArch(archs, name) });
    else if (earlier !== undefined) mistakes.push({ path, at, message: earlier === name ? `${quote(name)} is named twice` : `${quote(name)} and ${quote(earlier)} are the same architecture` });
    else written.set(canonical, name);
  }
  return { names: [...written.keys()], mistakes };
}

/** A did-you-mean may name an alias; the choices are the canonical names. */
export function suggestArch(archs: readonly ArchNames[], name: string): string {
  const names = archs.map((arch) => arch.name);
  const hint = suggest(name, names, 'valid architectures');
  const meant = hint.startsWith('did you mean') ? undefined : /^did you mean "[^"]*"\?/.exec(suggest(name, archs.flatMap((arch) => arch.aliases), ''))?.[0];
  return meant === undefined ? hint : `${meant} ${hint}`;
}

export const listItems = (names: readonly string[], path: Path): readonly { name: string; path: Path; at: 'value' }[] =>
  names.map((name, index) => ({ name, path: [...path, index], at: 'value' }));
