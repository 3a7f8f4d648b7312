// Which consoles the words of `kit-test parse` name: files, standard input, the folder of a cell, a whole run.
import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError, type Issue } from '../model/errors.ts';
import { errorCode } from '../sys/fs.ts';

export interface ConsoleSource {
  /** For the reader: the file as it was named, or found in the folder that was. */
  readonly name: string;
  readonly path: string;
  /** Undefined where it is not known: of a pipe. */
  readonly bytes: number | undefined;
  /** What came over the port of results, where a run has left it beside the console. */
  readonly results?: string;
  /** Read instead of the file. */
  readonly stream?: AsyncIterable<Uint8Array>;
}

type Found = readonly ConsoleSource[] | Issue;

/**
 * The consoles in the order they were named; `-` is standard input. Of a folder, the last attempt of each cell in it.
 * @throws ConfigError with every name that stands for no console.
 */
export async function findConsoles(names: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<readonly ConsoleSource[]> {
  const found = await Promise.all(names.map(async (name, at): Promise<Found> => {
    if (name !== '-') return findNamed(name);
    return names.indexOf('-') === at ? [{ name, path: name, bytes: undefined, stream: stdin }] : mistake(name, 'standard input can be read only once', 'name it once');
  }));
  const issues = found.filter((one): one is Issue => 'message' in one);
  if (issues.length > 0) throw new ConfigError(issues);
  return found.flatMap((one) => ('message' in one ? [] : one));
}

async function findNamed(name: string): Promise<Found> {
  try {
    const about = await stat(name);
    if (about.isDirectory()) return await findInFolder(name);
    await access(name, constants.R_OK);
    const results = resultsBeside(name);
    const told = results !== undefined && (await access(results, constants.R_OK).then(() => true, () => false));
    return [{ name, path: name, bytes: about.isFile() ? about.size : undefined, ...(told ? { results } : {}) }];
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return mistake(name, 'there is no such file', 'name a file, the folder of a cell or of a run, or - for standard input');
    if (code === 'EACCES') return mistake(name, 'it may not be read by you');
    return mistake(name, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function findInFolder(name: string): Promise<Found> {
  const inside = await readdir(name);
  const own = lastAttempt(inside);
  const folders = own === undefined && inside.includes('cells') ? (await readdir(join(name, 'cells'))).sort().map((cell) => join(name, 'cells', cell)) : [];
  const files = own === undefined ? (await Promise.all(folders.map(consoleIn))).filter((path) => path !== undefined) : [join(name, own)];
  if (files.length === 0) return mistake(name, 'this folder holds no console.log', 'name the folder of a cell or of a run, such as .kit-test/runs/latest');
  const found = await Promise.all(files.map(findNamed));
  return found.find((one): one is Issue => 'message' in one) ?? found.flatMap((one) => ('message' in one ? [] : one));
}

async function consoleIn(folder: string): Promise<string | undefined> {
  const file = lastAttempt(await readdir(folder).catch(() => []));
  return file === undefined ? undefined : join(folder, file);
}

/** `results.2.log` of `console.2.log`; undefined for a console that a run would not have named so. */
function resultsBeside(console: string): string | undefined {
  const match = /^console(\.\d+)?\.log$/.exec(basename(console));
  return match === null ? undefined : join(dirname(console), `results${match[1] ?? ''}.log`);
}

/** `console.log`, or of several attempts the last: `console.3.log`. */
function lastAttempt(files: readonly string[]): string | undefined {
  const attempts = files.flatMap((file) => {
    const match = /^console(?:\.(\d+))?\.log$/.exec(file);
    return match === null ? [] : [{ file, number: Number(match[1] ?? 1) }];
  });
  return attempts.sort((a, b) => b.number - a.number)[0]?.file;
}

const mistake = (file: string, message: string, hint?: string): Issue => ({ file, message, ...(hint === undefined ? {} : { hint }) });
