// Reads YAML 1.2 with positions: syntax errors and schema violations of a text become issues, all at once, each with line, column and frame.
// The one home of npm `yaml`. Hostile texts are bounded: by size, by nesting, by what anchors expand to.
import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments, parseDocument, visit, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import type { Issue } from '../model/errors.ts';
import { listNames } from '../model/suggest.ts';
import type { Position } from './codeframe.ts';
import { explainIssues } from './issues-from-zod.ts';
import { describeValue, quote } from './quote.ts';
import { keysOf } from './schema-shape.ts';
import { issueAt, issueOf, issuesInOrder, type Mistake, type Path, plainSource, type Source, splitLines } from './source.ts';
import { goIntegers } from './yaml-integers.ts';
import { explainSyntax, type SyntaxMistake } from './yaml-syntax.ts';

export interface YamlResult<T> {
  /** Undefined where there are issues. */
  readonly value?: T;
  readonly issues: readonly Issue[];
  /** What was read before the schema looked at it; undefined where the text is no YAML. */
  readonly raw?: unknown;
  readonly source: Source;
  /** Where a value stands; of the nearest mapping around it where the path does not exist. */
  readonly positionOf: (path: Path) => Position | undefined;
  /** What was read and not used, in words with its place. */
  readonly notices: readonly string[];
  /** An issue at a path of this file, for checks that a schema cannot express. */
  readonly issue: (mistake: Mistake) => Issue;
}

/** Text beyond this is refused: nobody writes it by hand. */
const largestYaml = 1024 * 1024;
const mostProblems = 50;
// Expansions of aliases to collections, counted as the parser does: an honest file has few.
const mostAliases = 1000;

export interface YamlOptions {
  /** `linuxkit` reads integers as LinuxKit does, takes the first of several documents, and insists on keys that are text. */
  readonly dialect?: 'linuxkit';
}

/** Never throws, whatever the text. */
export function readYaml<T>(text: string, file: string, schema: z.ZodType<T>, options: YamlOptions = {}): YamlResult<T> {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const unreadable = unreadableReason(content);
  if (unreadable !== undefined) return result(plainSource(file), [{ file, message: unreadable }]);
  const lines = splitLines(content);
  const parsed = parse(content, lines, options);
  if ('mistakes' in parsed) {
    const source = plainSource(file, lines);
    return result(source, parsed.mistakes.map(({ position, message, hint }) => issueAt(source, position, message, hint)));
  }
  const source: Source = { file, lines, locate: (path, at) => locate(parsed.document, parsed.counter, path, at) };
  if (parsed.raw === null) {
    const keys = keysOf(schema);
    return result(source, [{ file, line: 1, column: 1, path: '', message: 'the file is empty: expected a mapping', ...(keys === undefined ? {} : { hint: `valid keys: ${listNames(keys)}` }) }], parsed.raw);
  }
  const checked = schema.safeParse(parsed.raw);
  const notices = parsed.second === undefined ? [] : [`${file}:${parsed.second}: only the first document of the file is read, as LinuxKit does`];
  if (checked.success) return { ...result<T>(source, [], parsed.raw), notices, value: checked.data };
  const mistakes = explainIssues(schema, parsed.raw, checked.error.issues);
  return result(source, issuesInOrder(source, mistakes), parsed.raw);
}

function result<T>(source: Source, issues: readonly Issue[], raw?: unknown): YamlResult<T> {
  return { issues, raw, source, notices: [], positionOf: (path) => source.locate(path, 'value'), issue: (mistake) => issueOf(source, mistake) };
}

function unreadableReason(text: string): string | undefined {
  if (text.length > largestYaml) return `the file is too large: ${text.length} characters, expected at most ${largestYaml}`;
  if (/[\0\ufffd]/.test(text)) return 'the file is not text: expected YAML in UTF-8';
  return undefined;
}

type Parsed =
  /** `second`: the line in which another document begins. */
  | { readonly document: Document; readonly counter: LineCounter; readonly raw: unknown; readonly second?: number | undefined }
  | { readonly mistakes: readonly SyntaxMistake[] };

function parse(text: string, lines: readonly string[], options: YamlOptions): Parsed {
  const counter = new LineCounter();
  try {
    const { document, second } = compose(text, lines, counter, options);
    const errors = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({ code, message, position: positionAt(counter, pos[0]) }));
    const syntax = explainSyntax(errors, lines, options.dialect);
    // Behind a syntax error the structure is guesswork.
    const known = syntax[0]?.position.line ?? Infinity;
    const structure = structureMistakes(document, counter, options).filter(({ position }) => position.line < known);
    const mistakes = [...structure, ...syntax].sort((a, b) => a.position.line - b.position.line);
    if (mistakes.length > 0) return { mistakes };
    return { document, counter, raw: document.toJS({ maxAliasCount: mostAliases }) as unknown, second };
  } catch (error) {
    // RangeError: the parser is recursive; ReferenceError: aliases that explode.
    const message = error instanceof ReferenceError ? 'the anchors of this file expand to far too much' : 'the file is nested too deeply, or is no YAML';
    return { mistakes: [{ position: { line: 1, column: 1 }, message }] };
  }
}

/** The document of a text, the first of several where the dialect takes that. */
function compose(text: string, lines: readonly string[], counter: LineCounter, { dialect }: YamlOptions): { readonly document: Document; readonly second?: number | undefined } {
  // The parser's own check of unique keys takes quadratic time.
  const settings = { lineCounter: counter, prettyErrors: false, merge: true, uniqueKeys: false, logLevel: 'error' } as const;
  if (dialect === undefined) return { document: parseDocument(text, settings) };
  const documents = parseAllDocuments(text, { ...settings, customTags: (tags) => [goIntegers, ...tags] });
  const [first, more] = 'empty' in documents ? [] : documents;
  if (first === undefined) return { document: parseDocument('', settings) };
  if (more === undefined) return { document: first };
  const end = positionAt(counter, first.range[1]).line;
  return { document: first, second: 1 + lines.findIndex((line, index) => index >= end - 1 && /^---(\s|$)/.test(line)) };
}

/** Mistakes that a parser lets pass: keys given twice, keys that are no text, aliases that lead nowhere or into themselves. */
function structureMistakes(document: Document, counter: LineCounter, options: YamlOptions): readonly SyntaxMistake[] {
  const mistakes: SyntaxMistake[] = [];
  const anchors = new Set<string>();
  visit(document, (_key, node, ancestors) => {
    if (isMap(node)) mistakes.push(...keyMistakes(node, counter, options));
    if (isAlias(node)) {
      const position = positionOf(node, counter);
      const isInside = ancestors.some((ancestor) => isNode(ancestor) && 'anchor' in ancestor && ancestor.anchor === node.source);
      if (isInside) mistakes.push({ position, message: `the alias ${quote(node.source)} stands inside its own anchor` });
      else if (!anchors.has(node.source)) mistakes.push({ position, message: `no anchor ${quote(node.source)} stands before this alias` });
    } else if (isNode(node) && node.anchor !== undefined) anchors.add(node.anchor);
  });
  return mistakes.slice(0, mostProblems);
}

function keyMistakes(map: YAMLMap, counter: LineCounter, { dialect }: YamlOptions): readonly SyntaxMistake[] {
  const lineOfKey = new Map<string, number>();
  const mistakes: SyntaxMistake[] = [];
  for (const { key } of map.items) {
    const position = positionOf(key, counter);
    if (!isScalar(key)) {
      mistakes.push({ position, message: 'expected a name as key' });
      continue;
    }
    const name = keyText(key.value);
    if (dialect !== undefined && typeof key.value !== 'string' && typeof key.value !== 'symbol') mistakes.push({ position, message: `expected a name as key, got ${describeValue(key.value)}`, hint: `put the key in quotes: ${quote(name)}` });
    const first = lineOfKey.get(name);
    if (first === undefined) lineOfKey.set(name, position.line);
    else if (name !== '<<') mistakes.push({ position, message: `the key ${quote(name)} is given twice, first in line ${first}`, hint: 'remove one of them' });
  }
  return mistakes;
}

/** Walks down as far as the path leads; the key of what is not there is sought in the mapping that lacks it. */
function locate(document: Document, counter: LineCounter, path: Path, at: 'key' | 'value'): Position | undefined {
  let node: unknown = document.contents;
  let key: unknown;
  for (const step of path) {
    const target: unknown = isAlias(node) ? node.resolve(document) : node;
    const pair: Pair | undefined = isMap(target) ? findPair(target, step, document) : undefined;
    const next: unknown = pair?.value ?? (isSeq(target) && typeof step === 'number' ? target.items[step] : undefined);
    if (pair === undefined && next === undefined) return positionOf(node ?? key, counter);
    key = pair?.key;
    node = next;
  }
  return positionOf(at === 'key' || !hasText(node) ? (key ?? node) : node, counter);
}

function findPair(map: YAMLMap, step: PropertyKey, document: Document): Pair | undefined {
  const own = map.items.find((pair) => isScalar(pair.key) && keyText(pair.key.value) === String(step));
  if (own !== undefined) return own;
  for (const { key, value } of map.items) {
    if (!isScalar(key) || keyText(key.value) !== '<<') continue;
    const merged: unknown[] = isSeq(value) ? value.items : [value];
    for (const item of merged) {
      const target: unknown = isAlias(item) ? item.resolve(document) : item;
      const found = isMap(target) ? findPair(target, step, document) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The parser's key `<<` is a symbol. */
const keyText = (value: unknown): string => (typeof value === 'symbol' ? (value.description ?? '') : String(value));

/** An empty value (`key:`) has no text of its own to point at. */
const hasText = (node: unknown): boolean => isNode(node) && node.range != null && node.range[1] > node.range[0];

function positionOf(node: unknown, counter: LineCounter): Position {
  const range = isNode(node) ? node.range : isPair(node) ? (node.key as Node | null)?.range : undefined;
  if (range == null) return { line: 1, column: 1 };
  const start = positionAt(counter, range[0]);
  const isText = isScalar(node) || isAlias(node);
  return isText && range[1] > range[0] ? { ...start, length: range[1] - range[0] } : start;
}

function positionAt(counter: LineCounter, offset: number): Position {
  const { line, col } = counter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
