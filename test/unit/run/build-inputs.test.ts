import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultName, readInputs } from '../../../src/run/build-inputs.ts';

const signal = AbortSignal.timeout(30_000);
async function* stdin(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

describe('the inputs of a build', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kit-test-inputs-'));
    await writeFile(join(folder, 'a.yml'), 'init: []');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [['a.yml'], 'a'],
    [['dir/base.yml', 'dir/my.app.yaml'], 'my.app'],
    [['https://user:secret@files.example/x/linuxkit.yml?token=1'], 'linuxkit'],
    [['https://files.example/'], 'moby'],
    [['a.yml', '-'], 'moby'],
    [['plain'], 'plain'],
  ])('%j are called %s', (inputs, name) => {
    expect(defaultName(inputs)).toBe(name);
  });

  it('are read in their order, each with the folder its paths count from', async () => {
    expect(await readInputs(['a.yml', '-'], folder, stdin('files: []'), signal)).toEqual([
      { text: 'init: []', file: 'a.yml', baseDir: folder },
      { text: 'files: []', file: 'standard input', baseDir: folder },
    ]);
  });

  it.each<[string, readonly string[], string]>([
    ['standard input twice', ['-', '-'], 'once'],
    ['nothing', ['b.yml'], 'b.yml does not exist'],
    ['a folder', ['.'], '. is a folder'],
    ['what is no document', ['-'], 'longer than 4 MiB'],
  ])('refuse %s', async (_, inputs, message) => {
    await expect(readInputs(inputs, folder, stdin('x'.repeat(5 * 1024 ** 2)), signal)).rejects.toMatchObject({ code: 'BUILD_INPUT', message: expect.stringContaining(message) as string });
  });
});
