// Where the keys of harness.config.ts stand: reads the object literal of its default export, as far as it is one.
// No JavaScript parser: what is computed, spread or imported has no place, and the nearest place around it is taken.
import type { Position } from './codeframe.ts';
import { type Path, type Source, splitLines } from './source.ts';

interface Place {
  /** Offset of the key; undefined for the root and items of lists. */
  readonly key?: number;
  readonly keyLength?: number;
  readonly start: number;
  readonly end: number;
  readonly entries: ReadonlyMap<string, Place>;
}

const deepest = 50;

/** A source that finds the keys of a configuration written in TypeScript or JavaScript. */
export function scriptSource(file: string, text: string): Source {
  const lines = splitLines(text);
  const code = blankComments(text);
  const start = rootOffset(code);
  const root = start === undefined ? undefined : readValue(code, start, 0);
  return {
    file,
    lines,
    locate: (path, at) => (root === undefined ? undefined : locate(root, path, at, text)),
  };
}

/** Position of an offset in a text; line and column count from 1. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

function locate(root: Place, path: Path, at: 'key' | 'value', text: string): Position {
  let place = root;
  for (const step of path) {
    const next = place.entries.get(String(step));
    if (next === undefined) return positionAt(text, place.start);
    place = next;
  }
  if (at === 'key' && place.key !== undefined) return { ...positionAt(text, place.key), length: place.keyLength ?? 1 };
  const isText = place.entries.size === 0;
  return { ...positionAt(text, place.start), length: isText ? place.end - place.start : 1 };
}

const quoted = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/;
const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;

/** Spaces for comments, so that offsets stay. */
export const blankComments = (text: string): string =>
  text.replaceAll(new RegExp(`${quoted.source}|${comment.source}`, 'g'), (piece) => (piece.startsWith('/') ? piece.replaceAll(/[^\n]/g, ' ') : piece));

/** Begin of the literal that is exported: `export default {`, `export default defineConfig({`, or a variable of that kind. */
function rootOffset(text: string): number | undefined {
  const exported = /(?:export\s+default|module\.exports\s*=)\s+/.exec(text);
  if (exported === null) return undefined;
  const after = exported.index + exported[0].length;
  const direct = objectAt(text, after);
  if (direct !== undefined) return direct;
  const name = /^[\w$]+/.exec(text.slice(after))?.[0];
  if (name === undefined) return undefined;
  const declared = new RegExp(`(?:const|let|var)\\s+${name.replaceAll('$', '\\$')}\\b[^=]*=\\s*`).exec(text);
  return declared === null ? undefined : objectAt(text, declared.index + declared[0].length);
}

function objectAt(text: string, offset: number): number | undefined {
  const match = /^(?:[\w$.]+\s*\(\s*)?[{[]/.exec(text.slice(offset));
  return match === null ? undefined : offset + match[0].length - 1;
}

function readValue(text: string, start: number, depth: number): Place {
  const entries = new Map<string, Place>();
  const opening = text[start];
  if (depth > deepest || (opening !== '{' && opening !== '[')) return { start, end: skipExpression(text, start), entries };
  let offset = skipSpace(text, start + 1);
  let index = 0;
  while (offset < text.length && text[offset] !== '}' && text[offset] !== ']') {
    const before = offset;
    if (opening === '[') {
      const item = readValue(text, offset, depth + 1);
      entries.set(String(index), item);
      index += 1;
      offset = item.end;
    } else offset = readEntry(text, offset, depth, entries);
    offset = skipSpace(text, offset);
    if (text[offset] === ',') offset = skipSpace(text, offset + 1);
    if (offset <= before) break;
  }
  // `{ … } as const` and the like belong to the value.
  return { start, end: skipExpression(text, Math.min(offset + 1, text.length)), entries };
}

/** One `key: value`; spreads, methods and computed keys are passed over. Returns the offset behind it. */
function readEntry(text: string, offset: number, depth: number, entries: Map<string, Place>): number {
  const match = /^(?:([\w$]+)|"([^"\\\n]*)"|'([^'\\\n]*)')/.exec(text.slice(offset, offset + 300));
  if (match === null) return skipExpression(text, offset);
  const name = match[1] ?? match[2] ?? match[3] ?? '';
  const afterKey = skipSpace(text, offset + match[0].length);
  const keyed = { key: offset, keyLength: match[0].length };
  if (text[afterKey] === ':') {
    const value = readValue(text, skipSpace(text, afterKey + 1), depth + 1);
    entries.set(name, { ...value, ...keyed });
    return value.end;
  }
  const end = skipExpression(text, afterKey);
  entries.set(name, { start: offset, end, entries: new Map(), ...keyed });
  return end;
}

function skipSpace(text: string, start: number): number {
  const space = /\s*/y;
  space.lastIndex = start;
  return start + (space.exec(text)?.[0].length ?? 0);
}

/** To the comma or bracket that ends an expression; strings, templates and brackets inside it are passed over. */
function skipExpression(text: string, start: number): number {
  const token = new RegExp(`${quoted.source}|[^]`, 'y');
  token.lastIndex = start;
  let open = 0;
  let end = start;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [piece] = match;
    if (open === 0 && /^[,\]})]$/.test(piece)) return end;
    if (/^[[{(]$/.test(piece)) open += 1;
    if (/^[\]})]$/.test(piece)) open -= 1;
    if (!/^\s$/.test(piece)) end = token.lastIndex;
  }
  return end;
}
