// Reads a file of the user's as text, or says as an issue why that cannot be done.
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { Issue } from '../model/errors.ts';
import { errorCode } from '../sys/fs.ts';

export type TextResult = { readonly text: string } | { readonly issue: Issue };

/** No file people write is larger; what is, is not read at all. */
const largestBytes = 4 * 1024 * 1024;

/** @param shown the path as the user would type it */
export async function readText(path: string, shown: string): Promise<TextResult> {
  try {
    const { size, ...found } = await stat(path).then((stats) => ({ size: stats.size, isFile: stats.isFile() }));
    if (!found.isFile) return failure(shown, 'this is not a file');
    if (size > largestBytes) return failure(shown, `the file is too large: ${size} bytes, expected at most ${largestBytes}`);
    return decode(await readFile(path), shown);
  } catch (error) {
    return { issue: { file: shown, message: unreadable(error) } };
  }
}

/** Why a file or folder cannot be read, in words. */
export function unreadable(error: unknown): string {
  const code = errorCode(error);
  if (code === 'ENOENT') return 'this file or folder does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read: permission denied';
  if (code === 'ENOTDIR') return 'this is not a folder';
  if (code === 'ELOOP') return 'cannot be read: symbolic links lead in a circle';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

/** The path relative to the working directory, where that is shorter. */
export function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near === '' || isAbsolute(near) || near.length >= path.length ? path : near;
}

function decode(bytes: Uint8Array, shown: string): TextResult {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return failure(shown, 'the file is UTF-16: save it as UTF-8');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return failure(shown, 'the file is not text: expected UTF-8');
  }
}

const failure = (file: string, message: string): TextResult => ({ issue: { file, message } });
