import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holds } from '../../../../src/run/changed/touched.ts';
import { watchFiles, type FileWatch } from '../../../../src/run/changed/watch-files.ts';

let folder: string;
let told: string[][];
let files: FileWatch | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-watch-'));
  told = [];
  await mkdir(join(folder, 'tree/deep'), { recursive: true });
  await mkdir(join(folder, 'tree/out'));
  for (const name of ['file', 'beside', 'tree/deep/one']) await writeFile(join(folder, name), name);
});
afterEach(async () => {
  await files?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const open = async (...paths: readonly string[]): Promise<FileWatch> => (files = await watchFiles(paths.map((path) => join(folder, path)), {
  ignores: (path) => holds(join(folder, 'tree/out'), path),
  onChange: (changed) => void told.push(changed.map((path) => path.slice(folder.length + 1))),
  onProblem: (message) => expect.fail(message),
}));

/** All that was told by the time that a change of the file `file` is. */
async function all(): Promise<readonly string[]> {
  await writeFile(join(folder, 'file'), String(Math.random()));
  await expect.poll(() => told.flat(), { timeout: 10_000 }).toContain('file');
  return [...new Set(told.splice(0).flat())].filter((path) => path !== 'file').sort();
}

describe('files that are watched', () => {
  it('are told when they change, come, go or are replaced, with what lies in folders', async () => {
    await open('file', 'tree', 'later');
    expect(await all()).toEqual([]);
    await writeFile(join(folder, 'tree/deep/one'), 'else');
    await mkdir(join(folder, 'tree/new/er'), { recursive: true });
    await writeFile(join(folder, 'tree/new/er/two'), '2');
    await writeFile(join(folder, 'later'), 'x');
    await sleep(500);
    expect(await all()).toEqual(expect.arrayContaining(['later', 'tree/deep/one', 'tree/new/er/two']));
    await writeFile(join(folder, 'tree/.tmp'), 'replaced');
    await rename(join(folder, 'tree/.tmp'), join(folder, 'tree/deep/one'));
    await rm(join(folder, 'tree/new/er/two'));
    await sleep(500);
    expect(await all()).toEqual(expect.arrayContaining(['tree/deep/one', 'tree/new/er/two']));
  });

  it('are told once where an editor writes several times', async () => {
    await open('file', 'tree');
    for (let time = 0; time < 5; time += 1) writeFileSync(join(folder, 'tree/deep/one'), String(time));
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(1);
    expect(told).toEqual([['tree/deep/one']]);
  });

  it('are not told for what lies beside them, what runs write, or what editors leave', async () => {
    await open('file', 'tree');
    for (const name of ['beside', 'tree/out/log', 'tree/.one.swp', 'tree/4913', 'tree/one~', 'tree/.#one', 'tree/#one#']) await writeFile(join(folder, name), 'x');
    await sleep(500);
    expect(await all()).toEqual([]);
  });

  it('may be added, and may be links', async () => {
    const watching = await open('file');
    await symlink('tree', join(folder, 'link'));
    watching.add([join(folder, 'link'), join(folder, 'beside'), join(folder, 'file')]);
    await sleep(500);
    told.length = 0;
    await writeFile(join(folder, 'beside'), 'else');
    await writeFile(join(folder, 'tree/deep/one'), 'else');
    await sleep(500);
    expect(await all()).toEqual(expect.arrayContaining(['beside', 'link/deep/one']));
  });
});
