// Errors of the YAML parser in words that say what to do. Where one mistake makes the parser stumble several times, only the first counts.
import type { Position } from './codeframe.ts';

/** What the parser says: a code such as `BAD_INDENT`, a text, and where. */
export interface ParserError {
  readonly code: string;
  readonly message: string;
  readonly position: Position;
}

export interface SyntaxMistake {
  readonly position: Position;
  readonly message: string;
  readonly hint?: string;
}

const mostErrors = 20;

/** One mistake for each line, in the order of the file. */
export function explainSyntax(errors: readonly ParserError[], lines: readonly string[], dialect?: 'linuxkit'): readonly SyntaxMistake[] {
  const byLine = new Map<number, SyntaxMistake>();
  const told = withoutSequels(errors).map((error) => ({ error, tab: tabMistake(error, lines, dialect) }));
  // The parser stumbles over a tab from the line before it on.
  const firstTab = Math.min(...told.flatMap(({ tab }) => tab?.position.line ?? []));
  for (const { error, tab } of told) {
    if (tab === undefined && error.position.line >= firstTab - 1) continue;
    const mistake = tab ?? { position: error.position, ...explain(error) };
    if (!byLine.has(mistake.position.line)) byLine.set(mistake.position.line, mistake);
  }
  return [...byLine.values()].slice(0, mostErrors);
}

function withoutSequels(errors: readonly ParserError[]): readonly ParserError[] {
  const sorted = [...errors].sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  return sorted.filter(({ code }, index) => index === 0 || code !== 'UNEXPECTED_TOKEN');
}

/** The parser has many words for a tab in the indentation; they all mean this. */
function tabMistake({ code, position }: ParserError, lines: readonly string[], dialect: 'linuxkit' | undefined): SyntaxMistake | undefined {
  const indentation = /^[ \t]*/.exec(lines[position.line - 1] ?? '')?.[0] ?? '';
  const tab = indentation.indexOf('\t');
  if (tab < 0 && code !== 'TAB_AS_INDENT') return undefined;
  return {
    position: { line: position.line, column: tab < 0 ? position.column : tab + 1 },
    message: 'tabs are not allowed for indentation in YAML',
    hint: dialect === undefined ? 'indent with spaces' : 'indent with spaces: lists in articles of 2017 are printed with tabs, and LinuxKit refused them too; `expand -t 2 FILE` replaces each tab',
  };
}

function explain({ code, message }: ParserError): { readonly message: string; readonly hint?: string } {
  if (message.includes('call stack')) return { message: 'the file is nested too deeply' };
  switch (code) {
    case 'BAD_INDENT':
      return { message: `bad indentation: ${lowerFirst(message)}` };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return { message: 'a mapping cannot begin inside this value', hint: 'check the indentation of the next line; a value that holds ": " needs quotes' };
    case 'BAD_SCALAR_START':
      return { message: lowerFirst(message), hint: 'put the value in quotes' };
    case 'BAD_DQ_ESCAPE':
      return { message: lowerFirst(message), hint: 'in double quotes a backslash begins an escape: use single quotes, or two backslashes' };
    case 'MULTIPLE_DOCS':
      return { message: 'a second document begins here: expected one document', hint: 'remove the "---" and what follows' };
    case 'UNEXPECTED_TOKEN':
      if (message.includes('block-seq-ind on same line')) return { message: 'a list cannot begin on the line of its key', hint: 'put each "- " on a line of its own, or the list in brackets' };
      return { message: `this is no valid YAML: ${lowerFirst(message)}` };
    case 'TAG_RESOLVE_FAILED':
      return { message: lowerFirst(message), hint: 'a value that begins with "!" needs quotes' };
    default:
      return { message: `this is no valid YAML: ${lowerFirst(message)}` };
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
