// `@pkg:FOLDER` in LinuxKit YAML: the image that `linuxkit pkg build` makes of a package folder, named by the folder's state in
// git (linuxkit.md §4.6). Only scalars that begin so are templates; LinuxKit empties every other one that begins with "@".
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HarnessError } from '../../model/errors.ts';
import { errorCode } from '../../sys/fs.ts';
import { runProgram } from '../../sys/process.ts';
import { expandReference } from './references.ts';

const PREFIX = '@pkg:';

export interface PackageContext {
  /** Folder of the YAML file. */
  readonly baseDir: string;
  /** Reads YAML: any value; throws on text that is none. */
  readonly parseYaml: (text: string) => unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface UnknownPackage {
  /** Where the template stands. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** The document with its templates replaced. Those whose package has no name yet stay as they are, with the reason. */
export async function resolvePackages<T>(doc: T, context: PackageContext): Promise<{ readonly doc: T; readonly unknown: readonly UnknownPackage[] }> {
  const unknown: UnknownPackage[] = [];
  const names = new Map<string, Promise<string | { readonly problem: string }>>();
  const replace = async (value: unknown, path: readonly (string | number)[]): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map((item, index) => replace(item, [...path, index])));
    if (typeof value === 'object' && value !== null) return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, item]) => [key, await replace(item, [...path, key])] as const)));
    if (typeof value !== 'string' || !value.startsWith(PREFIX)) return value;
    const folder = packageFolder(value);
    const asked = names.get(folder) ?? packageName(folder, context);
    names.set(folder, asked);
    const name = await asked;
    if (typeof name === 'string') return name;
    unknown.push({ path, problem: name.problem });
    return value;
  };
  if (!JSON.stringify(doc).includes(`"${PREFIX}`)) return { doc, unknown };
  return { doc: (await replace(doc, [])) as T, unknown };
}

/** Whether a text is a template that only the file system can answer. */
export const isPackage = (text: string): boolean => text.startsWith(PREFIX);

/** The folder that a template names, as it is written. */
export const packageFolder = (template: string): string => template.slice(PREFIX.length);

async function packageName(folder: string, context: PackageContext): Promise<string | { readonly problem: string }> {
  const path = resolve(context.baseDir, folder);
  let build: unknown;
  try {
    build = context.parseYaml(await readFile(join(path, 'build.yml'), 'utf8'));
  } catch (error) {
    if (errorCode(error) !== undefined) return { problem: `${folder} is no LinuxKit package: its build.yml cannot be read` };
    return { problem: `${folder}/build.yml is no YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
  const { image, org = 'linuxkit', tag = '{{.Hash}}', 'extra-sources': more = [] } = (typeof build === 'object' && build !== null ? build : {}) as Readonly<Record<string, unknown>>;
  if (typeof image !== 'string' || typeof org !== 'string' || typeof tag !== 'string') return { problem: `${folder}/build.yml does not name its image` };
  if (Array.isArray(more) && more.length > 0) return { problem: `${folder} has extra-sources, whose hash only \`linuxkit pkg show-tag ${folder}\` knows: write the image it prints` };
  if (/\{\{(?!\s*\.Hash\s*\}\})/.test(tag)) return { problem: `the tag of ${folder} is "${tag}", and only {{.Hash}} can be filled in here` };
  const hash = await treeHash(path, folder, context.signal);
  return typeof hash === 'string' ? expandReference(`${org}/${image}:${tag.replace(/\{\{\s*\.Hash\s*\}\}/g, hash)}`) : hash;
}

/** Git's name for what a folder holds; there is none while something in it is not committed. */
async function treeHash(path: string, folder: string, signal: AbortSignal | undefined): Promise<string | { readonly problem: string }> {
  try {
    const { stdout: changed } = await runProgram('git', ['-C', path, 'status', '--porcelain', '--', '.'], { signal });
    if (changed !== '') return { problem: `${folder} has changes that are not committed, so its image has no lasting name: commit them, or write the image` };
    return (await runProgram('git', ['-C', path, 'rev-parse', 'HEAD:./'], { signal })).stdout.trim();
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { problem: `git does not know ${folder}: ${error.message.split('\n').at(-1) ?? ''}` };
  }
}
