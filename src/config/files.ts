// The folders of cases and kernels: which files are there, whether their names do, and which names are given twice.
import { readdir } from 'node:fs/promises';
import type { Issue } from '../model/errors.ts';
import { quote } from './quote.ts';
import { unreadable } from './text.ts';

export interface Listing {
  /** Sorted by name, on every machine alike. Dot files are left out. */
  readonly entries: readonly { readonly name: string; readonly isFolder: boolean }[];
  readonly issues: readonly Issue[];
}

/** @param optional a folder that is not there is empty */
export async function listFolder(path: string, shown: string, optional: boolean): Promise<Listing> {
  try {
    const found = await readdir(path, { withFileTypes: true });
    const entries = found
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() || entry.isSymbolicLink() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { entries, issues: [] };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { entries: [], issues: optional && isMissing ? [] : [{ file: shown, message: unreadable(error) }] };
  }
}

const longestName = 80;

/** Names become parts of cell names, folders and patterns. */
export function nameIssue(kind: 'case' | 'kernel', name: string, file: string): Issue | undefined {
  if (name.length > longestName) return { file, message: `the name of this ${kind} is too long: ${name.length} characters, expected at most ${longestName}` };
  if (/^[a-z0-9][a-z0-9._-]*$/.test(name)) return undefined;
  const better = name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '');
  return {
    file,
    message: `${quote(name)} is no name for a ${kind}: expected lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit`,
    ...(better === '' ? {} : { hint: `rename it, for example to ${better}` }),
  };
}

/** Names that are equal but for letter case are one name on some file systems. */
export function duplicateIssues(kind: 'case' | 'kernel', found: readonly { readonly name: string; readonly file: string }[]): readonly Issue[] {
  const first = new Map<string, { readonly name: string; readonly file: string }>();
  const issues: Issue[] = [];
  for (const each of found) {
    const key = each.name.toLowerCase();
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, each);
    else {
      const how = earlier.name === each.name ? 'has the same name as' : 'differs only in letter case from';
      issues.push({ file: each.file, message: `the ${kind} ${quote(each.name)} ${how} ${earlier.file}`, hint: 'rename or remove one of them' });
    }
  }
  return issues;
}
