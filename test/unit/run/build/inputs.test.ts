import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultName, readInputs } from '../../../../src/run/build/inputs.ts';

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
    [['.'], 'moby'],
    [['http://'], 'moby'],
  ])('%j are called %s', (inputs, name) => {
    expect(defaultName(inputs)).toBe(name);
  });

  it('are read in their order, each with the folder its paths count from', async () => {
    expect(await readInputs(['a.yml', '-'], folder, stdin('files: []'), signal)).toEqual([
      { text: 'init: []', file: 'a.yml', baseDir: folder },
      { text: 'files: []', file: 'standard input', baseDir: folder },
    ]);
  });

  it('are read from named pipes, as those of the shell are', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reading = readInputs(['pipe'], folder, stdin(''), signal);
    await writeFile(pipe, 'init: []');
    expect(await reading).toEqual([{ text: 'init: []', file: 'pipe', baseDir: folder }]);
  });

  it('can be interrupted while nobody writes to a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'silent')]);
    const stop = new AbortController();
    const reading = readInputs(['silent'], folder, stdin(''), stop.signal);
    setTimeout(() => stop.abort(new DOMException('interrupted', 'AbortError')), 50);
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each<[string, readonly string[], string]>([
    ['standard input twice', ['-', '-'], 'once'],
    ['nothing', ['b.yml'], 'b.yml does not exist'],
    ['a folder', ['.'], '. is a folder'],
    ['what is no address', ['http://'], 'http:// is no address'],
    ['what is no document', ['-'], 'longer than 4 MiB'],
  ])('refuse %s', async (_, inputs, message) => {
    await expect(readInputs(inputs, folder, stdin('x'.repeat(5 * 1024 ** 2)), signal)).rejects.toMatchObject({ code: 'BUILD_INPUT', message: expect.stringContaining(message) as string });
  });
});
