// zod's issues in the words of the user: what was expected, what was got, the valid choices. Unions are told by the branch that was meant.
import type { z } from 'zod';
import { listNames, suggest } from '../model/suggest.ts';
import { describeValue, quote } from './quote.ts';
import { choicesOf, describeSchema, keysOf, meantBranch, schemaAt, unwrap } from './schema-shape.ts';
import type { Mistake, Path } from './source.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** @param value what was parsed: it decides what was meant, and is shown as what was got */
export function explainIssues(schema: Schema, value: unknown, issues: readonly Issue[]): readonly Mistake[] {
  // A rule over a whole mapping is not judged where something in the mapping is wrong.
  const counted = issues.filter((issue) => issue.code !== 'custom' || !issues.some((other) => other.code !== 'custom' && issue.path.every((key, index) => other.path[index] === key)));
  return counted.flatMap((issue) => explain(issue, { schema, value, base: [] }));
}

interface Context {
  readonly schema: Schema;
  readonly value: unknown;
  /** Path of `value` in the file; the paths of issues count from there. */
  readonly base: Path;
}

function explain(issue: Issue, context: Context): readonly Mistake[] {
  const { path } = issue;
  const full = [...context.base, ...path];
  const schema = schemaAt(context.schema, path, context.value);
  const value = valueAt(context.value, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(full, key, keysOf(schema, value) ?? []));
  if (issue.code === 'invalid_key') {
    const key = String(full.at(-1));
    return [{ path: full, at: 'key', message: `${issue.issues.find(isOurs)?.message ?? 'expected another name'}, got ${quote(key)}` }];
  }
  if (value === undefined && isMissing(context.value, path)) return [missingKey(full, issue, schema)];
  if (issue.code === 'invalid_union') return explainUnion(issue, full, schema, value);
  // A rule over a whole mapping: "got a mapping" would say nothing.
  if (issue.code === 'custom' && (!isOurs(issue) || typeof value === 'object')) return [{ path: full, message: issue.message }];
  const hint = hintFor(issue, schema, value);
  return [{ path: full, message: withGot(expectation(issue, schema), value), ...(hint === undefined ? {} : { hint }) }];
}

/** Messages of our own schemas begin so; zod's own never do. */
const isOurs = (issue: { readonly message: string }): boolean => issue.message.startsWith('expected ');

const withGot = (expected: string, value: unknown): string => `${expected}, got ${describeValue(value)}`;

function unknownKey(parent: Path, key: string, keys: readonly string[]): Mistake {
  return { path: [...parent, key], at: 'key', message: `unknown key ${quote(key)}`, ...(keys.length === 0 ? {} : { hint: suggest(key, keys, 'valid keys') }) };
}

function missingKey(path: Path, issue: Issue, schema: Schema | undefined): Mistake {
  const about = descriptionOf(schema);
  const choices = schema === undefined ? undefined : choicesOf(schema);
  const key = String(path.at(-1));
  const discriminated = issue.code === 'invalid_union' && 'options' in issue ? `expected one of ${listNames(issue.options.map(String))}` : undefined;
  const expected = isOurs(issue) ? issue.message : (discriminated ?? (schema === undefined ? 'expected a value' : `expected ${describeSchema(schema)}`));
  return {
    path,
    message: `missing key ${quote(key)}: ${expected}`,
    ...(about === undefined || choices !== undefined ? {} : { hint: `${key}: ${about}` }),
  };
}

function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, schema: Schema | undefined, value: unknown): readonly Mistake[] {
  if ('options' in issue) {
    const choices = issue.options.map(String);
    return [{ path, message: `expected one of ${listNames(choices)}, got ${describeValue(value)}`, ...hinted(typeof value === 'string' ? suggest(value, choices, 'valid values') : undefined) }];
  }
  const union = schema === undefined ? undefined : unwrap(schema)._zod.def;
  if (schema === undefined || union?.type !== 'union') return [{ path, message: withGot('expected another value', value) }];
  const branch = meantBranch(union.options, value);
  const errors = branch === undefined ? undefined : issue.errors[union.options.indexOf(branch)];
  if (branch === undefined || errors === undefined || errors.length === 0) return [{ path, message: withGot(isOurs(issue) ? issue.message : `expected ${describeSchema(schema)}`, value) }];
  return errors.flatMap((inner) => explain(inner, { schema: branch, value, base: path }));
}

const hinted = (hint: string | undefined): { readonly hint?: string } => (hint === undefined ? {} : { hint });

/** "expected …" for a value that is there but wrong. */
function expectation(issue: Issue, schema: Schema | undefined): string {
  if (isOurs(issue)) return issue.message;
  const kind = schema === undefined ? 'another value' : describeSchema(schema);
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const [bound, word] = issue.code === 'too_small' ? [Number(issue.minimum), 'at least'] : [Number(issue.maximum), 'at most'];
    if (issue.origin === 'string') return bound === 1 && word === 'at least' ? 'expected a string that is not empty' : `expected a string of ${word} ${bound} characters`;
    if (issue.origin === 'array') return `expected ${kind} with ${word} ${bound} ${bound === 1 ? 'item' : 'items'}`;
    return `expected ${kind} of ${word} ${bound}`;
  }
  return `expected ${kind}`;
}

function hintFor(issue: Issue, schema: Schema | undefined, value: unknown): string | undefined {
  // `mode: 0644`: YAML reads a number where text was meant. Our own messages say it themselves where quotes are enough.
  if (schema !== undefined && !isOurs(issue) && (typeof value === 'number' || typeof value === 'boolean') && unwrap(schema)._zod.def.type === 'string') return 'put the value in quotes';
  const choices = schema === undefined ? undefined : choicesOf(schema);
  if (choices === undefined || typeof value !== 'string') return undefined;
  const hint = suggest(value, choices, 'valid values');
  return hint.startsWith('did you mean') ? hint : undefined;
}

function descriptionOf(schema: Schema | undefined): string | undefined {
  return schema === undefined ? undefined : (schema as z.ZodType).description;
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** The key is not there at all (in JavaScript also: is undefined). */
function isMissing(value: unknown, path: Path): boolean {
  const parent = valueAt(value, path.slice(0, -1));
  return path.length > 0 && typeof parent === 'object' && parent !== null && !Array.isArray(parent);
}
