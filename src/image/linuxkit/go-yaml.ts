// YAML text as Go's gopkg.in/yaml.v2 writes it: block style, lists not indented below their key, long text folded behind
// column 80. Metadata files of LinuxKit images have this form; programs in the guest compare and parse them.
import { resolvesToOther } from './go-yaml-scalars.ts';

export type YamlValue = string | number | boolean | null | readonly YamlValue[] | ReadonlyMap<string, YamlValue> | { readonly [key: string]: YamlValue | undefined };

const WIDTH = 80;

/** A document. Keys with the value undefined are left out; the order of keys is kept. */
export function goYaml(value: YamlValue): string {
  return `${node(value, 0, 0).replace(/^\n/, '')}${isBlock(value) ? '' : '\n'}`;
}

/** The text behind a key or dash, with the blank or line break before it. Mappings and lists end with a line break. */
function node(value: YamlValue, indent: number, column: number): string {
  if (typeof value === 'string') return ` ${scalar(value, indent + 2, column + 1)}`;
  if (value === null || typeof value !== 'object') return ` ${String(value)}`;
  if (isList(value)) return value.length === 0 ? ' []' : `\n${items(value, indent)}`;
  const members = entries(value);
  return members.length === 0 ? ' {}' : `\n${mapping(members, indent)}`;
}

function mapping(members: readonly (readonly [string, YamlValue])[], indent: number): string {
  const pad = ' '.repeat(indent);
  return members.map(([key, value]) => {
    const name = scalar(key, indent, -Infinity);
    return `${pad}${name}:${line(value, node(value, isList(value) ? indent : isBlock(value) ? indent + 2 : indent, indent + name.length + 1))}`;
  }).join('');
}

function items(list: readonly YamlValue[], indent: number): string {
  const pad = ' '.repeat(indent);
  return list.map((value) => {
    const inner = node(value, isBlock(value) ? indent + 2 : indent, indent + 1);
    // A mapping or list begins on the line of its dash.
    return `${pad}-${line(value, inner.startsWith('\n') ? ` ${inner.slice(1).trimStart()}` : inner)}`;
  }).join('');
}

/** Ends a line that does not end by itself: a literal text whose last line breaks are kept does. */
const line = (value: YamlValue, text: string): string => ((isBlock(value) && text.endsWith('\n')) || (typeof value === 'string' && text.startsWith(' |') && text.endsWith('\n')) ? text : `${text}\n`);

const isList = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value);
const entries = (value: ReadonlyMap<string, YamlValue> | { readonly [key: string]: YamlValue | undefined }): [string, YamlValue][] =>
  (value instanceof Map ? [...(value as ReadonlyMap<string, YamlValue>)] : Object.entries(value as { readonly [key: string]: YamlValue | undefined })).filter((pair): pair is [string, YamlValue] => pair[1] !== undefined);

function isBlock(value: YamlValue): boolean {
  if (value === null || typeof value !== 'object') return false;
  return isList(value) ? value.length > 0 : entries(value).length > 0;
}

/** A string in the style the library chooses. Keys are never folded: their column is -Infinity. */
function scalar(text: string, indent: number, column: number): string {
  const isKey = column === -Infinity;
  const form = analyse(text);
  if (text.includes('\n')) return form.blockAllowed && !isKey ? literal(text, indent) : doubleQuoted(text, indent, column);
  if (resolvesToOther(text)) return doubleQuoted(text, indent, column);
  if (form.plainAllowed) return fold(text, indent, column, (at) => text[at + 1] !== ' ');
  if (!form.quotesAllowed) return doubleQuoted(text, indent, column);
  return `'${fold(text, indent, column + 1, (at) => at > 0 && at < text.length - 1 && text[at + 1] !== ' ').replaceAll("'", "''")}'`;
}

interface Form {
  readonly plainAllowed: boolean;
  readonly quotesAllowed: boolean;
  readonly blockAllowed: boolean;
}

const breaks = /[\n\r\u0085\u2028\u2029]/;
// Outside: controls (tabs too), the byte order mark, and all beyond the basic plane.
const printable = /^[\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;

function analyse(text: string): Form {
  const special = !printable.test(text) || / [\n\r\u0085\u2028\u2029]/.test(text);
  const indicator = /^(---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](\s|$)/.test(text) || /:(\s|$)/.test(text) || /\s#/.test(text);
  const edges = /^\s|\s$/.test(text);
  const spaceBehindBreak = /[\n\r\u0085\u2028\u2029] /.test(text);
  return {
    plainAllowed: !special && !indicator && !edges && !spaceBehindBreak && !breaks.test(text),
    quotesAllowed: !special && !spaceBehindBreak,
    blockAllowed: !special && !text.endsWith(' '),
  };
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n\r\u0085\u2028\u2029]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const pad = ' '.repeat(indent);
  return `|${hint}${chomp}\n${text.split('\n').map((part) => (part === '' ? '' : pad + part)).join('\n')}`;
}

/** A single blank behind column 80 becomes a line break. */
function fold(text: string, indent: number, column: number, mayBreak: (at: number) => boolean): string {
  let out = '';
  let at = column;
  let spaces = false;
  for (const [index, char] of Array.from(text).entries()) {
    if (char === ' ' && !spaces && at > WIDTH && mayBreak(index)) {
      out += `\n${' '.repeat(indent)}`;
      at = indent;
    } else {
      out += char;
      at += 1;
    }
    spaces = char === ' ';
  }
  return out;
}

const escapes: Readonly<Record<string, string>> = { '\0': '0', '\u0007': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r', '\u001b': 'e', '"': '"', '\\': '\\', '\u0085': 'N', '\u2028': 'L', '\u2029': 'P' };

function doubleQuoted(text: string, indent: number, column: number): string {
  let out = '"';
  let at = column + 1;
  let spaces = false;
  const chars = Array.from(text);
  for (const [index, char] of chars.entries()) {
    if (char === ' ' && !spaces && at > WIDTH && index > 0 && index < chars.length - 1) {
      out += `\n${' '.repeat(indent)}${chars[index + 1] === ' ' ? '\\' : ''}`;
      at = indent;
    } else {
      const piece = escaped(char);
      out += piece;
      at += piece.length;
    }
    spaces = char === ' ';
  }
  return `${out}"`;
}

function escaped(char: string): string {
  const short = escapes[char];
  if (short !== undefined) return `\\${short}`;
  if (printable.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const width = code <= 0xff ? 2 : code <= 0xffff ? 4 : 8;
  return `\\${{ 2: 'x', 4: 'u', 8: 'U' }[width]}${code.toString(16).toUpperCase().padStart(width, '0')}`;
}
