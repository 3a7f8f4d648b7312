import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { importedFiles } from '../../../src/config/imports.ts';

it('finds what a configuration imports, also by way of others, each once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-imports-'));
  const files = {
    'harness.config.ts': `import { defineConfig } from 'kit-test';
import { kernels } from './ci/kernels.ts';
import limits from "./limits.js"; // './commented.ts'
import './plain';
const data = require('./data.json');
export default defineConfig({ ...(await import('./late.mjs')).default });`,
    'ci/kernels.ts': `export { archs } from '../archs';\nimport '../harness.config.ts';`,
    'archs/index.ts': `import '../ci/kernels.ts';`,
    'limits.ts': '', 'plain.ts': '', 'data.json': '{}', 'late.mjs': '', 'commented.ts': '', 'other.ts': '',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const found = await importedFiles(join(folder, 'harness.config.ts'));
  expect(found.map((path) => path.slice(folder.length + 1))).toEqual(['archs/index.ts', 'ci/kernels.ts', 'data.json', 'late.mjs', 'limits.ts', 'plain.ts']);
  await rm(folder, { recursive: true });
});
