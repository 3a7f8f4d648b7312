// A file of the user's with the places of its keys: turns a mistake at a path into an Issue with line, column and frame.
import type { Issue } from '../model/errors.ts';
import { codeFrame, type Position } from './codeframe.ts';
import { quote } from './quote.ts';

/** Keys and list indexes from the top of a file. */
export type Path = readonly PropertyKey[];

export interface Mistake {
  readonly path: Path;
  /** What to point at. Default: the value. */
  readonly at?: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
}

export interface Source {
  /** As the user would type it. */
  readonly file: string;
  readonly lines: readonly string[];
  /** Where a key or its value stands; of the nearest mapping around it where the path does not exist. */
  locate(path: Path, at: 'key' | 'value'): Position | undefined;
}

/** The text of a file as lines, without line ends. */
export const splitLines = (text: string): readonly string[] => text.split(/\r\n|\n/);

/** A source that has no places to point at. */
export const plainSource = (file: string, lines: readonly string[] = []): Source => ({ file, lines, locate: () => undefined });

export function issueOf(source: Source, mistake: Mistake): Issue {
  const position = source.locate(mistake.path, mistake.at ?? 'value');
  return { ...issueAt(source, position, mistake.message, mistake.hint), path: formatPath(mistake.path) };
}

/** In the order of the file; more than anybody reads are only counted. */
export function issuesInOrder(source: Source, mistakes: readonly Mistake[]): readonly Issue[] {
  const issues = mistakes.slice(0, mostIssues).map((mistake) => issueOf(source, mistake));
  issues.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const rest = mistakes.length - issues.length;
  return rest === 0 ? issues : [...issues, { file: source.file, message: `${rest} more ${rest === 1 ? 'mistake' : 'mistakes'} in this file` }];
}

const mostIssues = 50;

/** An issue at a place rather than a path, such as a syntax error. */
export function issueAt(source: Pick<Source, 'file' | 'lines'>, position: Position | undefined, message: string, hint?: string): Issue {
  return {
    file: source.file,
    ...(position === undefined ? {} : { line: position.line, column: position.column }),
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { frame: codeFrame(source.lines, position) }),
  };
}

/** `matrix.exclude[0].kernel`; keys that are no plain words in quotes. */
function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[\w-]+$/.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${quote(String(key), 40)}]`;
  }
  return text;
}
