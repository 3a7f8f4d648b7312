// Text that must stand in whatever a regular expression matches, read off its source: lines without it need not be tried.

/** With fewer characters nearly every line would hold it. */
const shortest = 3;
/** In small and capital letters, as many words as they make. */
const longestWithoutCase = 4;

/**
 * Words of which each matching text holds one; undefined where the source does not tell. What is not certain is left out: only
 * characters that stand for themselves outside of groups count.
 */
export function expressionWords({ source, flags }: RegExp): readonly string[] | undefined {
  const anyCase = flags.includes('i');
  // Beyond ASCII a letter may have other forms: U+017F is an `s` to such an expression.
  if (anyCase && flags.includes('u')) return undefined;
  const words = literalsOf(source).map((literals) => literals.reduce((best, one) => (one.length > best.length ? one : best), ''));
  if (words.some((word) => word.length < shortest)) return undefined;
  return anyCase ? words.flatMap((word) => inAnyCase(word.slice(0, longestWithoutCase))) : words;
}

const token = /\\(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|k<[^>]*>|[pP]\{[^}]*\}|\d+|[^])|\[(?:\\[^]|[^\]\\])*\]|\(\?(?:[:=!]|<[=!]|<[^>]*>)|[*+?]\??|\{\d+(?:,\d*)?\}\??|[^]/g;
/** `\.`, `\[`: the character itself. */
const escaped = /^\\[^0-9A-Za-z]$/;
const zeroWidth = /^(?:\^|\$|\\b|\\B)$/;
const quantifier = /^(?:[*+?]|\{\d)/;

/** For each alternative the runs of characters that stand for themselves. */
function literalsOf(source: string): readonly (readonly string[])[] {
  const alternatives: string[][] = [['']];
  let depth = 0;
  const end = (): void => void alternatives.at(-1)?.push('');
  const change = (how: (run: string) => string): void => {
    const runs = alternatives.at(-1);
    if (runs !== undefined) runs[runs.length - 1] = how(runs.at(-1) ?? '');
  };
  for (const [part] of source.matchAll(token)) {
    if (part.startsWith('(')) {
      depth += 1;
      end();
    } else if (part === ')') depth -= 1;
    else if (depth > 0 || zeroWidth.test(part)) continue;
    else if (part === '|') alternatives.push(['']);
    else if (quantifier.test(part)) {
      // It may be there not at all, or several times.
      if (!/^(?:\+|\{[1-9])/.test(part)) change((run) => run.slice(0, -1));
      end();
    } else if (part.length === 1 && part !== '.' && part <= '\x7f') change((run) => run + part);
    else if (escaped.test(part)) change((run) => run + part.slice(1));
    else end();
  }
  return alternatives;
}

const inAnyCase = (word: string): readonly string[] =>
  Array.from(word).reduce<readonly string[]>((words, letter) => [...new Set([letter.toLowerCase(), letter.toUpperCase()])].flatMap((form) => words.map((one) => one + form)), ['']);
