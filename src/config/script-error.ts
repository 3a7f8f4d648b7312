// What went wrong while harness.config.ts was compiled or run, as an issue at the line that did it.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Issue } from '../model/errors.ts';
import type { Position } from './codeframe.ts';
import { positionAt } from './object-places.ts';
import { quote } from './quote.ts';
import { issueAt, splitLines } from './source.ts';
import { shownPath } from './text.ts';

interface Place {
  readonly path: string;
  readonly position: Position | undefined;
}

/** @param configFile the file that was loaded; the mistake may be in one that it imports */
export async function explainScriptError(error: unknown, configFile: string, cwd: string): Promise<Issue> {
  const raw = error instanceof Error ? error.message : String(error);
  const place = placeOf(error) ?? { path: configFile, position: undefined };
  const text = await readFile(place.path, 'utf8').catch(() => '');
  const specifier = /Cannot find (?:module|package) '([^']+)'/.exec(raw)?.[1];
  const imported = specifier === undefined ? undefined : placeOfText(text, specifier);
  const position = imported ?? place.position;
  const source = { file: shownPath(place.path, cwd), lines: splitLines(text) };
  if (specifier !== undefined) return issueAt(source, position, `cannot find the module ${quote(specifier)}`, 'check the path of the import; packages must be installed beside the configuration');
  const [summary = ''] = raw.replace(/^ParseError:\s*/, '').split('\n');
  const message = raw.startsWith('ParseError') ? `syntax error: ${summary.trim()}` : `the configuration throws ${nameOf(error)}: ${summary.trim()}`;
  return issueAt(source, position, message);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'a value');

/** The first place in code of the user's that an error names. A syntax error says it in its message, any other in its stack. */
function placeOf(error: unknown): Place | undefined {
  if (!(error instanceof Error)) return undefined;
  const importer = /\nRequire stack:\n- (.+)/.exec(error.message)?.[1];
  if (importer !== undefined) return { path: importer, position: undefined };
  const isSyntax = error.message.startsWith('ParseError');
  const named = /(?<=^|[\s(])((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^\n()]*?):(\d+):(\d+)/gm;
  for (const [, file = '', line, column] of (isSyntax ? error.message : (error.stack ?? '')).matchAll(named)) {
    const path = file.startsWith('file://') ? fileURLToPath(file) : file;
    // The compiler counts columns from 0, the engine from 1.
    if (!path.includes('node_modules')) return { path, position: { line: Number(line), column: Number(column) + (isSyntax ? 1 : 0) } };
  }
  return undefined;
}

function placeOfText(text: string, specifier: string): Position | undefined {
  const offset = text.search(new RegExp(`['"]${specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`));
  return offset < 0 ? undefined : { ...positionAt(text, offset), length: specifier.length + 2 };
}
