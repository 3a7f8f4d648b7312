import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf, ownCode } from '../../../src/run/own-code.ts';

it('is told by every file of the code, its name and content, and by none that does not run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-code-'));
  const write = async (path: string, text: string): Promise<string> => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
    return digestOf(folder);
  };
  await write('main.js', 'a');
  const first = await write('guest/init/main.sh', 'b');
  expect(await write('page/page.js', 'x')).toBe(first);
  expect(await write('main.js.map', 'x')).toBe(first);
  expect(await write('main.d.ts', 'x')).toBe(first);
  expect(new Set([first, await write('guest/init/main.sh', 'c'), await write('main.js', 'ac'), await write('run/page/x.js', '')]).size).toBe(4);
  expect(await write('guest/init/main.sh', 'b')).not.toBe(first);
  await rm(folder, { recursive: true });
});

it('is that of this code', async () => {
  expect(await ownCode()).toMatch(/^[0-9a-f]{64}$/);
  expect(await ownCode()).toBe(await ownCode());
});
