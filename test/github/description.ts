// GitHub's own description of its interface (OpenAPI), as a judge of requests: path, query and body, unknown keys included.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface AskedFor {
  readonly method: string;
  /** With query. */
  readonly url: string;
  readonly body: string;
}

export interface Judged {
  /** GitHub's name of the operation, as `repos/create-commit-status`. */
  readonly operation: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What GitHub's description does not allow; empty for a good request. */
  readonly mistakes: readonly string[];
  /** An answer as the description gives one for an example. */
  readonly answer: { readonly status: number; readonly body: unknown };
}

const require = createRequire(import.meta.url);
const description = JSON.parse(readFileSync(require.resolve('@octokit/openapi/generated/api.github.com.json'), 'utf8')) as Description;
const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
formats.default(ajv);
const compiled = new Map<string, ValidateFunction>();

const routes = Object.entries(description.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ template, method: method.toUpperCase(), operation, pattern: patternOf(template) })),
);

/** Judges a request; undefined where GitHub knows nothing at that address. */
export function judge({ method, url, body }: AskedFor): Judged | undefined {
  const [path = '', query = ''] = url.split('?');
  const found = routes.filter((route) => route.method === method && route.pattern.test(path));
  // Of `check-runs/{id}` and `check-runs/rerequest` the one that says more counts.
  const [route] = found.sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  if (route === undefined) return undefined;
  const { operation } = route;
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(parameter) as Parameter);
  const names = [...route.template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const inPath = Object.fromEntries((route.pattern.exec(path) ?? []).slice(1).map((value, index) => [names[index] ?? '', decodeURIComponent(value)]));
  const inQuery = Object.fromEntries(new URLSearchParams(query));
  const parsed = parse(body);
  return {
    operation: operation.operationId,
    parameters: { ...inPath, ...inQuery },
    body: parsed,
    mistakes: [
      ...parameterMistakes(parameters.filter((each) => each.in === 'path'), inPath),
      ...parameterMistakes(parameters.filter((each) => each.in === 'query'), inQuery),
      ...bodyMistakes(operation, parsed),
    ],
    answer: exampleAnswer(operation),
  };
}

function patternOf(template: string): RegExp {
  const text = template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '([^/]+)');
  return new RegExp(`^${text}$`);
}

function parameterMistakes(parameters: readonly Parameter[], given: Readonly<Record<string, string>>): readonly string[] {
  const unknown = Object.keys(given).filter((name) => !parameters.some((parameter) => parameter.name === name)).map((name) => `unknown parameter ${name}`);
  const wrong = parameters.flatMap(({ name, required, schema }) => {
    const text = given[name];
    if (text === undefined) return required === true ? [`parameter ${name} is missing`] : [];
    const value = /^-?\d+$/.test(text) && ['integer', 'number'].includes(String((resolve(schema) as Schema)['type'])) ? Number(text) : text;
    return mistakesOf(`parameter ${name}`, schema, value);
  });
  return [...unknown, ...wrong];
}

function bodyMistakes({ requestBody, operationId }: Operation, body: unknown): readonly string[] {
  if (requestBody === undefined) return body === undefined ? [] : ['there is a body, where none is known'];
  if (body === undefined) return requestBody.required === true ? ['the body is missing'] : [];
  const schema = requestBody.content['application/json']?.schema ?? {};
  return mistakesOf(`body of ${operationId}`, schema, body);
}

function mistakesOf(what: string, schema: Schema, value: unknown): readonly string[] {
  const key = JSON.stringify(schema);
  const validate = compiled.get(key) ?? ajv.compile(closed(resolveAll(schema)) as Schema);
  compiled.set(key, validate);
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message = '', params }) => `${what}${instancePath}: ${message} ${JSON.stringify(params)}`);
}

/** The schema without its permission for keys that it does not name: a mistyped one would be ignored by GitHub. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { oneOf, anyOf, allOf, ...own } = schema as Schema;
  const inner = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, key === 'enum' || key === 'example' || key === 'default' ? value : closed(value)]));
  const isOpen = inner['type'] === 'object' && inner['properties'] !== undefined && inner['additionalProperties'] === undefined;
  // Alternatives beside properties say only which of them go together.
  return { ...inner, ...(isOpen ? { additionalProperties: false } : {}), ...Object.fromEntries(Object.entries({ oneOf, anyOf, allOf }).filter(([, value]) => value !== undefined)) };
}

function exampleAnswer({ responses }: Operation): Judged['answer'] {
  const [status = '200', response] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
  const content = (resolve(response) as { readonly content?: Readonly<Record<string, { readonly examples?: Readonly<Record<string, unknown>> }>> }).content?.['application/json'];
  const [example] = Object.values(content?.examples ?? {});
  return { status: Number(status), body: (resolve(example) as { readonly value?: unknown } | undefined)?.value };
}

function resolveAll(value: unknown): unknown {
  const target = resolve(value);
  if (Array.isArray(target)) return target.map(resolveAll);
  if (typeof target !== 'object' || target === null) return target;
  return Object.fromEntries(Object.entries(target).map(([key, each]) => [key, resolveAll(each)]));
}

function resolve(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value;
  const path = String(value.$ref).replace(/^#\//, '').split('/').map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  return resolve(path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], description));
}

function parse(text: string): unknown {
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
