// docs/cli.md and docs/configuration.md are generated; this keeps them true. `npm run docs` writes them.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCli } from '../docs/cli.ts';
import { renderConfiguration } from '../docs/configuration.ts';
import { buildProgram } from '../src/cli/program.ts';
import { jsonSchemas } from '../src/config/json-schema.ts';

describe.each([
  ['cli.md', () => renderCli(buildProgram(() => undefined))],
  ['configuration.md', () => renderConfiguration(jsonSchemas())],
])('docs/%s', (name, render) => {
  it('says what the code says', () => {
    const file = new URL(`../docs/${name}`, import.meta.url);
    const text = render();
    if (process.env.UPDATE === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8'), 'run `npm run docs` and commit the result').toBe(text);
  });
});
