import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLiteralConfig } from '../../../src/config/literal.ts';

const evaluate = (literal: string): unknown => runInThisContext(`(${literal}\n)`);

describe('readLiteralConfig', () => {
  it.each([
    ['export default {};', {}],
    [`import { defineConfig } from 'kit-test';\n\n// all of it\nexport default defineConfig({\n  matrix: { kernels: ['6.*', "7.x",], 'arch': [] }, /* more: */\n  retries: 1, tcgScale: 2.5,\n});\n`, { matrix: { kernels: ['6.*', '7.x'], arch: [] }, retries: 1, tcgScale: 2.5 }],
    [`import { defineConfig } from "kit-test"\r\nexport default defineConfig({ a: '// no comment', b: true, c: null },)\r\n`, { a: '// no comment', b: true, c: null }],
    ['export default [1, -2]', [1, -2]],
  ])('reads %j', (text, value) => {
    expect(readLiteralConfig(text)).toEqual({ value });
  });

  it.each([
    '', 'export default', 'export default config;', 'export default { a };', 'export default { a: b };', 'export default { ...a };', 'export default { [a]: 1 };', 'export default { a: 1 + 1 };',
    'export default { a: "\\n" };', 'export default { a: `x` };', 'export default { a: 0x10 };', 'export default { a: 010 };', 'export default { a: 1_000 };', 'export default { a: 1n };', 'export default { a: 1e3 };',
    'export default { a: undefined };', 'export default { __proto__: {} };', 'export default { a() {} };', 'export default { a: [,] };', 'export default { a: 1 } as const;', 'export default {} satisfies X;',
    'export default defineConfig({});', `import { defineConfig } from 'kit-test';\nexport default {};`, `import { defineConfig } from './mine.ts';\nexport default defineConfig({});`, `import { defineConfig } from 'kit-test';\nexport default defineConfig({}, 1);`,
    'throw 1; export default {};', 'export default {}; throw 1;', 'export default { a: /x/ };', 'export default { a: 1 b: 2 };', `export default ${'['.repeat(1000)}`,
  ])('leaves %j to the compiler', (text) => {
    expect(readLiteralConfig(text)).toBeUndefined();
  });

  it('means what the engine means, wherever it dares to say', () => {
    const word = fc.constantFrom('{', '}', '[', ']', ',', ',', ':', ':', 'a', 'b', '"x"', "'y'", '1', '-2', '0.5', 'true', 'null', ' ', '\n', '// c\n', '/* c */', '`', '\\', '/', '(', ')', '.', '01');
    const value = fc.jsonValue({ maxDepth: 3 }).map((each) => JSON.stringify(each));
    fc.assert(fc.property(fc.oneof(value, fc.array(word, { maxLength: 12 }).map((words) => `{${words.join('')}}`)), (literal) => {
      const read = readLiteralConfig(`export default ${literal};`);
      if (read !== undefined) expect(read.value).toEqual(evaluate(literal));
    }), { numRuns: 2000 });
  });
});
