// What a zod schema wants, read from its definition: in words, by its keys, and which branch of a union a value was meant for.
import type { z } from 'zod';
import { closest } from '../model/suggest.ts';
import type { Path } from './source.ts';

type Schema = z.core.$ZodType;
type AnySchema = z.core.$ZodTypes;

/** The schema without what wraps it: optional, default, transform and the like. */
export function unwrap(schema: Schema): AnySchema {
  const { def } = (schema as AnySchema)._zod;
  if ('innerType' in def) return unwrap(def.innerType);
  if (def.type === 'pipe') return unwrap(def.in);
  if (def.type === 'lazy') return unwrap(def.getter());
  return schema as AnySchema;
}

/** What is expected, for "expected …". */
export function describeSchema(schema: Schema): string {
  const { def } = unwrap(schema)._zod;
  if (def.type === 'string') return 'format' in def && def.format === 'url' ? 'a URL' : 'a string';
  if (def.type === 'number') return 'format' in def && String(def.format).includes('int') ? 'a whole number' : 'a number';
  if (def.type === 'boolean') return 'true or false';
  if (def.type === 'array') return describeList(def.element);
  if (def.type === 'object' || def.type === 'record') return 'a mapping';
  if (def.type === 'union') return [...new Set(def.options.flatMap(branchesOf).map(describeSchema))].join(' or ');
  const choices = choicesOf(schema);
  if (choices === undefined) return 'another value';
  return choices.length === 1 ? (choices[0] ?? '') : `one of ${choices.join(', ')}`;
}

/** Of a union within a union each branch by itself. */
function branchesOf(schema: Schema): readonly Schema[] {
  const { def } = unwrap(schema)._zod;
  return def.type === 'union' ? def.options.flatMap(branchesOf) : [schema];
}

function describeList(element: Schema): string {
  const { def } = unwrap(element)._zod;
  if (def.type === 'string') return 'a list of strings';
  if (def.type === 'number') return 'a list of numbers';
  return def.type === 'object' || def.type === 'record' ? 'a list of mappings' : 'a list';
}

/** The values of an enum or literal, as they are written. */
export function choicesOf(schema: Schema): readonly string[] | undefined {
  const { def } = unwrap(schema)._zod;
  if (def.type === 'enum') return Object.values(def.entries).map(String);
  if (def.type === 'literal') return def.values.map(String);
  return undefined;
}

/** Keys a mapping may have; undefined for what is no mapping with fixed keys. `value` decides at unions. */
export function keysOf(schema: Schema | undefined, value?: unknown): readonly string[] | undefined {
  if (schema === undefined) return undefined;
  const { def } = unwrap(schema)._zod;
  if (def.type === 'union') return keysOf(meantBranch(def.options, value));
  return def.type === 'object' ? Object.keys(def.shape) : undefined;
}

/** The schema at a path; `value` decides at unions. */
export function schemaAt(schema: Schema, path: Path, value: unknown): Schema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const { def } = unwrap(schema)._zod;
  if (def.type === 'union') {
    const branch = meantBranch(def.options, value);
    return branch === undefined ? undefined : schemaAt(branch, path, value);
  }
  const below = isMapping(value) || Array.isArray(value) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  const next = def.type === 'array' ? def.element : def.type === 'record' ? def.valueType : def.type === 'object' ? def.shape[String(key)] : undefined;
  return next === undefined ? undefined : schemaAt(next, rest, below);
}

/** The branch of a union that a value was most likely meant for; undefined where it has the kind of none. */
export function meantBranch(options: readonly Schema[], value: unknown): Schema | undefined {
  let best: { readonly option: Schema; readonly score: number } | undefined;
  for (const option of options) {
    const score = likeness(option, value);
    if (score > (best?.score ?? 0)) best = { option, score };
  }
  return best?.option;
}

function likeness(option: Schema, value: unknown): number {
  const { def } = unwrap(option)._zod;
  if (def.type === 'union') return Math.max(0, ...def.options.map((inner) => likeness(inner, value)));
  if (def.type === 'array') return Array.isArray(value) ? 1 : 0;
  if (def.type === 'record') return isMapping(value) ? 2 : 0;
  if (def.type === 'object') return isMapping(value) ? likenessOfKeys(def.shape, Object.entries(value)) : 0;
  if (def.type === 'string' || def.type === 'number' || def.type === 'boolean') return typeof value === def.type ? 1 : 0;
  return 0;
}

/** A mapping is above all told by its literal keys (`type: apt`), then by keys it shares with the schema. */
function likenessOfKeys(shape: Readonly<Record<string, Schema>>, entries: readonly (readonly [string, unknown])[]): number {
  const keys = Object.keys(shape);
  let score = 1;
  for (const [key, value] of entries) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (schema !== undefined) score += choicesOf(schema)?.includes(String(value)) === true ? 20 : 3;
    else if (closest(key, keys) !== undefined) score += 2;
  }
  return score;
}

const isMapping = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
