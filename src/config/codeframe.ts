// The lines around a mistake with a caret under it, ready to print: line numbers in a gutter, no colours.
import { printable } from './quote.ts';

/** Line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** Characters to underline; 1 where only the beginning is known. */
  readonly length?: number;
}

const widest = 120;

/** One line before and one after, as far as the file has them. */
export function codeFrame(lines: readonly string[], position: Position): string {
  const first = Math.max(1, position.line - 1);
  const last = Math.min(lines.length, position.line + 1);
  const gutter = String(last).length;
  // A long line is shown from shortly before the mistake; its neighbours are cut alike, so that they stay aligned.
  const skip = position.column > widest - 20 ? position.column - 40 : 0;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const isHere = number === position.line;
    const text = printable((lines[number - 1] ?? '').slice(skip, skip + widest));
    frame.push(`${isHere ? '>' : ' '} ${String(number).padStart(gutter)} | ${text}`.trimEnd());
    if (isHere) frame.push(`  ${' '.repeat(gutter)} | ${' '.repeat(position.column - 1 - skip)}${caret(text, position, skip)}`);
  }
  return frame.join('\n');
}

function caret(text: string, { column, length = 1 }: Position, skip: number): string {
  const room = Math.max(1, text.length - (column - 1 - skip));
  return '^'.repeat(Math.min(Math.max(1, length), room));
}
