import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../../../src/config/json-schema.ts';

describe('jsonSchemas', () => {
  it.each(Object.entries(jsonSchemas()))('describes %s as a draft 2020-12 object that takes no other keys', (name, schema) => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:kit-test:schema:${name}`,
      title: expect.stringContaining('kit-test') as string,
      type: 'object',
      additionalProperties: false,
    });
  });

  it('describes what users write, not what the code sees', () => {
    const { case: ofCase, kernel, harness } = jsonSchemas();
    expect(ofCase).toMatchObject({ required: ['summary'], properties: { timeouts: { properties: { total: { type: 'string' } } }, memory: { anyOf: [{ type: 'integer' }, { type: 'string' }] } } });
    expect(kernel).toMatchObject({ required: ['release', 'source'], properties: { source: { oneOf: [{ properties: { type: { const: 'apt' } } }, {}, {}, {}] } } });
    expect(harness).not.toHaveProperty('required');
  });

  it('describes every key', () => {
    const nameless = (schema: unknown, path: string): readonly string[] =>
      Object.entries((schema as { properties?: Record<string, { description?: string; const?: unknown }> }).properties ?? {}).flatMap(([key, value]) =>
        [...(value.description === undefined && value.const === undefined ? [`${path}.${key}`] : []), ...nameless(value, `${path}.${key}`)]);
    expect(Object.entries(jsonSchemas()).flatMap(([name, schema]) => nameless(schema, name))).toEqual([]);
  });
});
