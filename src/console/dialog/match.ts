// Where in a line that still grows a pattern matches first: at the shortest beginning of the line that it matches. So a prompt is
// seen with its last character, and what comes after it changes nothing.
import { parseExpression } from '../../model/pattern.ts';

export interface LineMatcher {
  /** Takes the next characters of the line. How many of them were needed for it to match; -1 where it does not yet. */
  next(text: string): number;
  lineBegins(): void;
  /** Whether any of these whole lines could match. */
  couldMatch(lines: string): boolean;
}

/** Characters of a line that an expression is tried on. */
const lineLimit = 4096;

/** A matcher for a line that begins now. */
export function createLineMatcher(pattern: string): LineMatcher {
  const expression = parseExpression(pattern);
  return expression === undefined ? matchText(pattern) : matchExpression(expression);
}

function matchText(wanted: string): LineMatcher {
  // The end of what has come: the text may have begun in it.
  let before = '';
  return {
    next(text) {
      const whole = before + text;
      const at = whole.indexOf(wanted);
      if (at !== -1) return at + wanted.length - before.length;
      before = wanted.length === 1 ? '' : whole.slice(1 - wanted.length);
      return -1;
    },
    lineBegins: () => void (before = ''),
    couldMatch: (lines) => lines.includes(wanted),
  };
}

function matchExpression(expression: RegExp): LineMatcher {
  const { wider, same } = widen(expression);
  const ofLines = wider && new RegExp(wider.source, `${wider.flags}m`);
  let line = '';
  return {
    next(text) {
      const old = line.length;
      if (old >= lineLimit || text === '') return -1;
      line = (line + text).slice(0, lineLimit);
      if (wider?.test(line) === false) return -1;
      const first = wider === undefined ? old + 1 : shortest(wider, line, old);
      if (same) return first - old;
      for (let length = first; length <= line.length; length += 1) {
        if (!splitsCharacter(line, length) && expression.test(line.slice(0, length))) return length - old;
      }
      return -1;
    },
    lineBegins: () => void (line = ''),
    couldMatch: (lines) => ofLines?.test(lines) !== false,
  };
}

/** Length of the shortest beginning, longer than `above`, that matches; what has once matched goes on to match. */
function shortest(wider: RegExp, line: string, above: number): number {
  let short = above;
  let long = line.length;
  while (long - short > 1) {
    const middle = Math.floor((short + long) / 2);
    if (wider.test(line.slice(0, middle))) long = middle;
    else short = middle;
  }
  return long;
}

const splitsCharacter = (text: string, at: number): boolean => /[\ud800-\udbff]/.test(text[at - 1] ?? '') && /[\udc00-\udfff]/.test(text[at] ?? '');

/**
 * An expression that also matches wherever this one does, and that goes on to match as the line grows: what looks ahead is taken out.
 * `same`: there was nothing to take out. None where that is not so simple; then every length is tried.
 */
function widen(expression: RegExp): { readonly wider?: RegExp; readonly same: boolean } {
  if (/\(\?<?[=!]/.test(expression.source)) return { same: false };
  const source = expression.source.replace(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|\$/g, (token) => (token === '$' || token === '\\b' || token === '\\B' ? '(?:)' : token));
  if (source === expression.source) return { wider: expression, same: !expression.unicode };
  try {
    return { wider: new RegExp(source, expression.flags), same: false };
  } catch {
    // A group may be called `$`.
    return { same: false };
  }
}
