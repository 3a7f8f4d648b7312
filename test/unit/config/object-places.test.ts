import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scriptSource } from '../../../src/config/object-places.ts';
import type { Path } from '../../../src/config/source.ts';

describe('scriptSource', () => {
  const text = [
    `import { defineConfig } from 'kit-test'; // export default`,
    'const shared = { retries: 3 };',
    'const config = defineConfig({',
    '  ...shared, /* matrix: { */',
    '  "matrix": {',
    '    kernels: ["a,b", `c}${"]"}`, \'d\' as const],',
    '    exclude: [{ case: x(1, { y: 2 }) }, { arch: "arm" }] satisfies unknown[],',
    '  } as const,',
    '  retries,',
    '  method() { return 1; },',
    "  cases: 'tests',",
    '});',
    'export default config;',
  ].join('\n');
  const source = scriptSource('f.ts', text);
  const wordAt = (path: Path, at: 'key' | 'value'): string => {
    const position = source.locate(path, at);
    return position === undefined ? '' : (source.lines[position.line - 1] ?? '').slice(position.column - 1, position.column - 1 + (position.length ?? 1));
  };

  it.each<[Path, 'key' | 'value', string]>([
    [['matrix'], 'key', '"matrix"'],
    [['matrix', 'kernels', 0], 'value', '"a,b"'],
    [['matrix', 'kernels', 1], 'value', '`c}${"]"}`'],
    [['matrix', 'kernels', 2], 'value', "'d' as const"],
    [['matrix', 'exclude', 0, 'case'], 'value', 'x(1, { y: 2 })'],
    [['matrix', 'exclude', 1, 'arch'], 'key', 'arch'],
    [['retries'], 'value', 'retries'],
    [['cases'], 'value', "'tests'"],
    [['matrix', 'none'], 'value', '{'],
    [['none'], 'key', '{'],
  ])('finds the place of %j (%s)', (path, at, expected) => {
    expect(wordAt(path, at)).toBe(expected);
  });

  it.each(['', 'export default make();', 'export default config;', 'export default {', 'export default { a: "', 'export default { a: [[[', 'export default {,,}'])('knows no better place than the beginning in %j', (broken) => {
    const position = scriptSource('f.ts', broken).locate(['a', 'b'], 'value');
    expect(position?.line ?? 1).toBe(1);
  });

  it('ends on every text', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '(', ')', ',', ':', 'a', ' ', '\n', '"', "'", '`', '//', '/*', '*/', '...', '=>', '\\');
    fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const position = scriptSource('f.ts', `export default {${pieces.join('')}`).locate(['a', 0, 'a'], 'key');
      expect(position?.line).toBeGreaterThan(0);
    }));
  });
});
