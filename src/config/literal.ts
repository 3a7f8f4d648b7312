// A configuration that is one plain literal needs no compiler: it is read here, which makes a warm start faster by 50 ms.
// Sound because it is strict: whatever is not certainly a literal (a variable, an escape, an operator, another import) is left to jiti.
import { blankComments } from './object-places.ts';

/** The value of the default export; undefined where the text is more than a literal. */
export function readLiteralConfig(text: string): { readonly value: unknown } | undefined {
  const tokens = tokenize(blankComments(text.startsWith('\ufeff') ? text.slice(1) : text));
  if (tokens === undefined) return undefined;
  const importsUs = matches(tokens, 0, ['import', '{', 'defineConfig', '}', 'from', /^['"]kit-test['"]$/]);
  const start = importsUs ? (tokens[6] === ';' ? 7 : 6) : 0;
  const isCall = matches(tokens, start + 2, ['defineConfig', '(']);
  if (!matches(tokens, start, ['export', 'default']) || isCall !== importsUs) return undefined;
  const read = readValue(tokens, start + (isCall ? 4 : 2), 0);
  if (read === undefined) return undefined;
  let end = read.end;
  if (isCall) {
    if (tokens[end] === ',') end += 1;
    if (tokens[end] !== ')') return undefined;
    end += 1;
  }
  if (tokens[end] === ';') end += 1;
  return end === tokens.length ? { value: read.value } : undefined;
}

const deepest = 50;

/** Words, numbers, strings without escapes, and the punctuation of literals; undefined where there is anything else. */
function tokenize(code: string): readonly string[] | undefined {
  const token = /\s*([A-Za-z_$][\w$]*|-?(?:0|[1-9]\d*)(?:\.\d+)?(?![\w$.])|"[^"\\\n\r]*"|'[^'\\\n\r]*'|[[\]{}(),:;])/y;
  const tokens: string[] = [];
  let end = 0;
  for (let match = token.exec(code); match !== null; match = token.exec(code)) {
    tokens.push(match[1] ?? '');
    end = token.lastIndex;
  }
  return code.slice(end).trim() === '' ? tokens : undefined;
}

const matches = (tokens: readonly string[], start: number, expected: readonly (string | RegExp)[]): boolean =>
  expected.every((each, index) => {
    const token = tokens[start + index] ?? '';
    return typeof each === 'string' ? each === token : each.test(token);
  });

interface Read {
  readonly value: unknown;
  /** Index of the token behind it. */
  readonly end: number;
}

function readValue(tokens: readonly string[], index: number, depth: number): Read | undefined {
  const token = tokens[index];
  if (token === undefined || depth > deepest) return undefined;
  if (token === '{') return readObject(tokens, index + 1, depth);
  if (token === '[') return readArray(tokens, index + 1, depth);
  const end = index + 1;
  if (/^['"]/.test(token)) return { value: token.slice(1, -1), end };
  if (/^[-\d]/.test(token)) return { value: Number(token), end };
  if (token === 'true' || token === 'false') return { value: token === 'true', end };
  return token === 'null' ? { value: null, end } : undefined;
}

function readObject(tokens: readonly string[], start: number, depth: number): Read | undefined {
  const value: Record<string, unknown> = {};
  let index = start;
  while (tokens[index] !== '}') {
    const name = /^(?:['"](.*)['"]|([A-Za-z_$][\w$]*))$/s.exec(tokens[index] ?? '');
    const key = name?.[1] ?? name?.[2];
    // `__proto__` is no ordinary key.
    if (key === undefined || key === '__proto__' || tokens[index + 1] !== ':') return undefined;
    const item = readValue(tokens, index + 2, depth + 1);
    if (item === undefined) return undefined;
    value[key] = item.value;
    index = item.end;
    if (tokens[index] === ',') index += 1;
    else if (tokens[index] !== '}') return undefined;
  }
  return { value, end: index + 1 };
}

function readArray(tokens: readonly string[], start: number, depth: number): Read | undefined {
  const value: unknown[] = [];
  let index = start;
  while (tokens[index] !== ']') {
    const item = readValue(tokens, index, depth + 1);
    if (item === undefined) return undefined;
    value.push(item.value);
    index = item.end;
    if (tokens[index] === ',') index += 1;
    else if (tokens[index] !== ']') return undefined;
  }
  return { value, end: index + 1 };
}
