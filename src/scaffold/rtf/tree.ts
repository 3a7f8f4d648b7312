// Reads a tree of rtf: folders are groups, those with a test.sh are tests, and `_` begins the name of what is neither.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHeader, type Header, type Problem } from './header.ts';

export interface RtfScript {
  /** Path of the script, below what was read. */
  readonly path: string;
  readonly header: Header;
}

export interface RtfTest extends RtfScript {
  /** Folder names from the top, without the numbers that order them. */
  readonly names: readonly string[];
  /** Groups that it is in, the outermost first: those that have a group.sh. */
  readonly groups: readonly RtfScript[];
}

export interface RtfTree {
  /** In rtf's order. */
  readonly tests: readonly RtfTest[];
  /** Scripts that are run before and after each test, where the tree has them. */
  readonly before?: string;
  readonly after?: string;
  /** What there is no use for. */
  readonly problems: readonly (Problem & { readonly path: string })[];
}

/** Run before and after each test, where they lie at the top. */
const beside = { before: 'pre-test.sh', after: 'post-test.sh' } as const;

export async function readRtfTree(folder: string): Promise<RtfTree> {
  const tests: RtfTest[] = [];
  const problems: (Problem & { readonly path: string })[] = [];
  const visit = async (path: string, names: readonly string[], outer: readonly RtfScript[]): Promise<void> => {
    const entries = await readdir(join(folder, path), { withFileTypes: true });
    const has = (name: string): boolean => entries.some((entry) => entry.name === name && !entry.isDirectory());
    const read = async (name: string): Promise<RtfScript> => ({ path: join(path, name), header: parseHeader(await readFile(join(folder, path, name), 'utf8')) });
    if (has('group.ps1')) problems.push({ path: join(path, 'group.ps1'), message: 'only group.sh is run' });
    for (const name of Object.values(beside).filter((each) => path !== '' && has(each))) problems.push({ path: join(path, name), message: 'rtf runs the one at the top only' });
    const group = has('group.sh') ? await read('group.sh') : undefined;
    const groups = group === undefined ? outer : [...outer, group];
    // The name of the whole tree stands before all of its tests.
    const below = path === '' && group?.header.name !== undefined ? [group.header.name] : names;
    if (path !== '' && has('test.sh')) tests.push({ ...(await read('test.sh')), names: below, groups: outer });
    else if (has('test.ps1')) problems.push({ path: join(path, 'test.ps1'), message: 'only test.sh is run' });
    const folders = entries.filter((entry) => entry.isDirectory() && !/^[_.]/.test(entry.name)).map(({ name }) => name).sort(byOrder);
    for (const name of folders) await visit(join(path, name), [...below, plainName(name)], groups);
  };
  await visit('', [], []);
  const atTop = new Set(await readdir(folder));
  const [before, after] = [beside.before, beside.after].map((name) => (atTop.has(name) ? name : undefined));
  return { tests, problems, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

const number = /^(\d+)_(?=.)/;
const plainName = (name: string): string => name.replace(number, '');
const orderOf = (name: string): number => Number(number.exec(name)?.[1] ?? 0);
const byOrder = (a: string, b: string): number => orderOf(a) - orderOf(b) || (a < b ? -1 : 1);
