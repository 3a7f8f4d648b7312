import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/model/errors.ts';
import { findConsoles } from '../../../src/run/saved-consoles.ts';
import { temporaryFolder } from '../cache/folder.ts';

const nothing = Readable.from([]);

async function folderOf(...files: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), 'x\n');
  }
  return folder;
}

const namesIn = async (folder: string, ...names: readonly string[]): Promise<readonly string[]> =>
  (await findConsoles(names.map((name) => join(folder, name)), nothing)).map(({ name }) => name.slice(folder.length + 1));

describe('saved consoles', () => {
  it('are files and standard input in the order they were named', async () => {
    const folder = await folderOf('b.log', 'a.log');
    const [b, a] = [join(folder, 'b.log'), join(folder, 'a.log')];
    expect((await findConsoles([b, '-', a, b], nothing)).map(({ name, bytes }) => [name, bytes])).toEqual([[b, 2], ['-', undefined], [a, 2], [b, 2]]);
  });

  it('are the last attempts in the folder of a cell or of a run', async () => {
    const folder = await folderOf('run/cells/b+6.1+arm/console.log', 'run/cells/a+6.1+arm/console.log', 'run/cells/a+6.1+arm/console.2.log', 'run/cells/a+6.1+arm/console.10.log', 'run/cells/skipped/qemu.cmd', 'run/events.ndjson');
    expect(await namesIn(folder, 'run/cells/a+6.1+arm')).toEqual(['run/cells/a+6.1+arm/console.10.log']);
    expect(await namesIn(folder, 'run')).toEqual(['run/cells/a+6.1+arm/console.10.log', 'run/cells/b+6.1+arm/console.log']);
  });

  it('come with what a run left beside them of a port of results', async () => {
    const folder = await folderOf('cell/console.log', 'cell/console.2.log', 'cell/results.2.log', 'console.log', 'mine.log', 'results.log');
    const found = await findConsoles(['cell/console.log', 'cell', 'console.log', 'mine.log'].map((name) => join(folder, name)), nothing);
    expect(found.map(({ results }) => results?.slice(folder.length + 1))).toEqual([undefined, 'cell/results.2.log', 'results.log', undefined]);
  });

  it('that are none are told all at once', async () => {
    const folder = await folderOf('a.log', 'empty/note');
    const found = findConsoles([join(folder, 'a.log'), join(folder, 'gone'), join(folder, 'empty'), '-', '-', join(folder, 'a.log', 'x')], nothing);
    await expect(found).rejects.toBeInstanceOf(ConfigError);
    await expect(found).rejects.toMatchObject({ issues: [
      { file: join(folder, 'gone'), message: 'there is no such file' },
      { file: join(folder, 'empty'), message: 'this folder holds no console.log' },
      { file: '-', message: 'standard input can be read only once' },
      { file: join(folder, 'a.log', 'x') },
    ] });
  });
});
