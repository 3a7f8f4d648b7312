import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../../src/sys/fs.ts';

const root = await mkdtemp(join(tmpdir(), 'kit-test-fs-'));
afterAll(() => rm(root, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing above', async () => {
    await makeFolder(join(root, 'a/b/c'));
    expect((await stat(join(root, 'a/b/c'))).isDirectory()).toBe(true);
  });

  it('is content with a folder that is there', async () => {
    await makeFolder(root);
    expect((await stat(root)).isDirectory()).toBe(true);
  });

  it('fails where a file is in the way', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(root, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.skipIf(process.platform !== 'linux')('fails below /proc, where nothing can be made', async () => {
    await expect(makeFolder('/proc/kit-test/run')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
