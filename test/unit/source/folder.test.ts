import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list, lookup } from '../../../src/archive/rootfs.ts';
import { contentDigest, readFolder, type FolderTree } from '../../../src/source/folder.ts';
import { openSlices } from '../../../src/source/slices.ts';
import { collect } from '../archive/trees.ts';
import { createWorkplace, type Workplace } from '../image/context.ts';

const signal = AbortSignal.timeout(60_000);
let place: Workplace;
let folder: string;
beforeEach(async () => {
  place = await createWorkplace();
  folder = join(place.folder, 'tree');
  await mkdir(folder);
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

const read = (path = folder): Promise<FolderTree> => readFolder(path, place.context, signal);
/** Long enough ago that the file system's stamps are certain. */
const age = (path: string, seconds = 100): Promise<void> => utimes(path, 1_700_000_000 - seconds, 1_700_000_000 - seconds);
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

describe('readFolder', () => {
  it('keeps names, modes, links and pipes and gives all to root', async () => {
    await mkdir(join(folder, 'bin'), { mode: 0o750 });
    await chmod(join(folder, 'bin'), 0o750);
    await writeFile(join(folder, 'bin/x'), '#!');
    await chmod(join(folder, 'bin/x'), 0o4755);
    await link(join(folder, 'bin/x'), join(folder, 'y'));
    await symlink('bin/x', join(folder, 'z'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { tree } = await read();
    expect([...list(tree)].map(({ path, inode }) => [path, inode.type, inode.mode.toString(8), inode.uid, inode.gid, inode.mtime])).toEqual([
      ['', 'directory', '755', 0, 0, 1492533000],
      ['bin', 'directory', '750', 0, 0, 1492533000],
      ['bin/x', 'file', '4755', 0, 0, 1492533000],
      ['pipe', 'fifo', expect.any(String), 0, 0, 1492533000],
      ['y', 'file', '4755', 0, 0, 1492533000],
      ['z', 'symlink', '777', 0, 0, 1492533000],
    ]);
    expect(lookup(tree, 'y')?.inode).toBe(lookup(tree, 'bin/x')?.inode);
  });

  it('has one digest for equal folders at two places and times', async () => {
    for (const name of ['one', 'two']) {
      await mkdir(join(folder, name, 'd'), { recursive: true });
      await writeFile(join(folder, name, 'd/x'), 'content');
      await age(join(folder, name, 'd/x'), name === 'one' ? 0 : 5000);
    }
    expect((await read(join(folder, 'one'))).digest).toBe((await read(join(folder, 'two'))).digest);
  });

  it.each<[string, () => Promise<void>]>([
    ['the content of a file, of the same size and time', async () => {
      await writeFile(join(folder, 'a'), 'Content');
      await age(join(folder, 'a'));
    }],
    ['a mode', () => chmod(join(folder, 'a'), 0o600)],
    ['a name', () => writeFile(join(folder, 'b'), '')],
    ['what a link names', async () => {
      await rm(join(folder, 'link'));
      await symlink('other', join(folder, 'link'));
    }],
  ])('has another digest once %s changes', async (_, change) => {
    await writeFile(join(folder, 'a'), 'content', { mode: 0o644 });
    await symlink('a', join(folder, 'link'));
    await age(join(folder, 'a'));
    await settle();
    const { digest } = await read();
    expect((await read()).digest).toBe(digest);
    await change();
    await settle();
    expect((await read()).digest).not.toBe(digest);
  });

  it('remembers the digest of what has not changed', async () => {
    await writeFile(join(folder, 'a'), 'content');
    await settle();
    const { digest, tree } = await read();
    expect(digest).toBe(await contentDigest(tree, signal));
    const remembered = execFileSync('find', [join(place.folder, 'cache/entries/folder'), '-type', 'f']).toString().trim().split('\n');
    expect(remembered).toHaveLength(1);
    expect(await readFile(remembered[0] ?? '', 'utf8')).toBe(digest);
  });

  it('leaves out sockets and says so', async () => {
    const server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    try {
      expect([...list((await read()).tree)].map(({ path }) => path)).toEqual(['']);
      expect(place.notices).toEqual([expect.stringContaining('"socket"')]);
    } finally {
      server.close();
    }
  });

  it('reads a single file as one', async () => {
    await writeFile(join(folder, 'a'), 'content');
    expect((await read(join(folder, 'a'))).file).toMatchObject({ type: 'file', content: { size: 7 } });
    expect((await read()).file).toBeUndefined();
  });

  it('refuses what does not exist', async () => {
    await expect(read(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'IMAGE_SOURCE_MISSING' });
  });

  it('refuses names that are not UTF-8', async () => {
    execFileSync('sh', ['-c', 'printf x > "$(printf "bad\\377name")"'], { cwd: folder });
    await expect(read()).rejects.toMatchObject({ code: 'IMAGE_SOURCE_UNREADABLE', message: expect.stringContaining('not UTF-8') as string });
  });
});

describe('openSlices', () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ['grown', (path) => writeFile(path, 'content and more')],
    ['been written anew with the same size', (path) => writeFile(path, 'CONTENT')],
    ['been replaced', async (path) => {
      await rm(path);
      await writeFile(path, 'content');
    }],
  ])('refuses a file that has %s since it was found', async (_, change) => {
    await writeFile(join(folder, 'a'), 'content');
    await settle();
    const { file } = await read(join(folder, 'a'));
    if (file?.type !== 'file' || file.content.kind !== 'slice') throw new Error('expected a slice');
    await change(join(folder, 'a'));
    await using slices = openSlices(signal);
    await expect(collect(slices.read(file.content))).rejects.toMatchObject({ code: 'IMAGE_SOURCE_CHANGED', message: expect.stringContaining('a changed') as string });
  });

  it('says which file has gone', async () => {
    await writeFile(join(folder, 'a'), 'content');
    const { file } = await read(join(folder, 'a'));
    await rm(join(folder, 'a'));
    if (file?.type !== 'file' || file.content.kind !== 'slice') throw new Error('expected a slice');
    await using slices = openSlices(signal);
    await expect(collect(slices.read(file.content))).rejects.toMatchObject({ code: 'IMAGE_SOURCE_MISSING' });
  });
});
