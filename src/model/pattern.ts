// The patterns of `expect`: text to find in a console line or a crash title, or `/regular expression/flags`.
import * as z from 'zod';
import { expressionWords } from './expression-words.ts';

/** Text that must occur in a console line, or `/regular expression/flags` (flags: i, u). */
export const PatternSchema = z.string().min(1).superRefine(checkExpression).describe('text to find in a console line, or /regular expression/');

const expressionForm = /^\/(.+)\/([iu]*)$/s;

/** Says what is wrong with a regular expression, in the words of the JavaScript engine. */
function checkExpression(pattern: string, context: z.RefinementCtx): void {
  const [, source, flags] = expressionForm.exec(pattern) ?? [];
  if (source === undefined) return;
  try {
    new RegExp(source, flags);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `expected a regular expression between the slashes (${error instanceof Error ? error.message : String(error)})` });
  }
}

export interface Pattern {
  readonly source: string;
  matches(text: string): boolean;
  /** Every matching line holds one of them; undefined where each line must be tried. */
  readonly words: readonly string[] | undefined;
}

/** The expression that a pattern is; undefined for text. One that looks like an expression and is none is text. */
export function parseExpression(source: string): RegExp | undefined {
  const form = expressionForm.exec(source);
  if (form === null) return undefined;
  try {
    return new RegExp(form[1] ?? '', form[2]);
  } catch {
    return undefined;
  }
}

/** Reads a pattern. */
export function parsePattern(source: string): Pattern {
  const expression = parseExpression(source);
  if (expression !== undefined) return { source, matches: (text) => expression.test(text), words: expressionWords(expression) };
  return { source, matches: (text) => text.includes(source), words: [source] };
}

/** `pass`, `fail`: one or several. */
export function parsePatterns(patterns: string | readonly string[] | undefined): readonly Pattern[] {
  if (patterns === undefined) return [];
  return (typeof patterns === 'string' ? [patterns] : patterns).map(parsePattern);
}
