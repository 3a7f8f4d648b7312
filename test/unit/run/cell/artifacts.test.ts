// What comes home from a drive: plain files in their own folder, whatever the guest wrote there.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectArtifacts, driveBytes, makeDrive, type Collected } from '../../../../src/run/cell/artifacts.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-artifacts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const limit = 8192;

interface Home extends Collected {
  readonly paths: readonly string[];
  read(path: string): Promise<string>;
  readonly root: string;
}

/** Lays an archive on a drive as a guest does, and brings it home. */
async function bringHome(archive: Uint8Array, max = limit): Promise<Home> {
  const root = join(folder, `run-${count++}`);
  await using drive = await makeDrive(join(root, 'cells/c/artifacts.img'), max);
  const file = await open(drive.path, 'r+');
  await file.write(archive.subarray(0, driveBytes(max)));
  await file.close();
  const collected = await collectArtifacts(drive.path, { root, folder: 'cells/c/artifacts' }, max);
  const at = join(root, 'cells/c/artifacts');
  const paths = existsSync(at) ? (await readdir(at, { recursive: true })).sort() : [];
  return { ...collected, paths, root, read: (path) => readFile(join(at, path), 'utf8') };
}

/** An archive of the named files of a folder that `make` fills; further words go to tar. */
async function tar(make: (tree: string) => Promise<unknown>, names: readonly string[], ...words: readonly string[]): Promise<Buffer> {
  const tree = join(folder, `tree-${count++}`);
  await mkdir(tree, { recursive: true });
  await make(tree);
  return execFileSync('tar', ['-C', tree, '--format=gnu', ...words, '-cf', '-', ...names], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 });
}

describe('collectArtifacts', () => {
  it('writes files and folders with plain modes, and lists the files', async () => {
    const home = await bringHome(await tar(async (tree) => {
      await mkdir(join(tree, 'var/log/empty'), { recursive: true });
      await writeFile(join(tree, 'var/log/b'), 'bee', { mode: 0o4755 });
      await writeFile(join(tree, 'a'), '');
    }, ['./var/log', './a']));
    expect(home.artifacts).toEqual({ folder: 'cells/c/artifacts', files: [{ path: 'a', bytes: 0 }, { path: 'var/log/b', bytes: 3 }] });
    expect(home.paths).toEqual(['a', 'var', 'var/log', 'var/log/b', 'var/log/empty']);
    expect((await stat(join(home.root, 'cells/c/artifacts/var/log/b'))).mode & 0o7133).toBe(0);
    expect(home.notices).toEqual([]);
    expect(existsSync(join(home.root, 'cells/c/artifacts.img'))).toBe(false);
  });

  it('says so where nothing came', async () => {
    const { artifacts, notices } = await bringHome(new Uint8Array(0));
    expect(artifacts).toBeUndefined();
    expect(notices).toEqual(['no artifacts came from the guest']);
  });

  it('gives the content of hard links, and leaves links, devices and pipes out', async () => {
    const home = await bringHome(await tar(async (tree) => {
      await writeFile(join(tree, 'file'), 'content');
      await link(join(tree, 'file'), join(tree, 'second'));
      await symlink('/etc/passwd', join(tree, 'passwd'));
      await symlink('..', join(tree, 'up'));
      execFileSync('mkfifo', [join(tree, 'pipe')]);
    }, ['file', 'second', 'passwd', 'up', 'pipe']));
    expect(home.paths).toEqual(['file', 'second']);
    expect(await home.read('second')).toBe('content');
    expect(home.notices).toEqual(['artifacts left out (only files and folders come home): passwd, up, pipe']);
  });

  it('writes nothing outside its folder', async () => {
    const make = (tree: string): Promise<unknown> => writeFile(join(tree, 'f'), 'evil');
    const archives = await Promise.all(['../../out', 'x/../../../out', '/out', 'a\\u0001b', 'line\nbreak'].map((name) => tar(make, ['f'], '--absolute-names', `--transform=flags=r;s|.*|${name}|`)));
    // One archive after the other: each without its end.
    const home = await bringHome(Buffer.concat(archives.map((archive) => archive.subarray(0, 1024))), 1024 * 1024);
    expect(home.paths.filter((path) => !/^(out|a.*b)$/.test(path))).toEqual([]);
    expect(existsSync(join(home.root, 'out'))).toBe(false);
    expect(existsSync(join(home.root, 'cells/out'))).toBe(false);
    expect(existsSync('/out')).toBe(false);
    expect(home.notices.join()).toContain('a name that leads elsewhere');
  });

  it('never writes through a link that came before', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    const first = await tar((tree) => symlink(outside, join(tree, 'door')), ['door']);
    const second = await tar(async (tree) => {
      await mkdir(join(tree, 'door'));
      await writeFile(join(tree, 'door/file'), 'evil');
    }, ['door/file']);
    const home = await bringHome(Buffer.concat([first.subarray(0, 512), second]), 1024 * 1024);
    expect(home.paths).toEqual(['door', 'door/file']);
    expect(await readdir(outside)).toEqual([]);
  });

  it('keeps to the limit', async () => {
    const home = await bringHome(await tar(async (tree) => {
      await writeFile(join(tree, 'a'), 'x'.repeat(5000));
      await writeFile(join(tree, 'b'), 'y'.repeat(5000));
      await writeFile(join(tree, 'c'), 'z'.repeat(3000));
    }, ['a', 'b', 'c']));
    expect(home.paths).toEqual(['a', 'c']);
    expect(home.notices).toEqual(['artifacts left out (only files and folders come home): b (4.9K, over the limit)']);
  });

  it('gives what is whole of an archive that did not fit', async () => {
    const home = await bringHome(await tar(async (tree) => {
      await writeFile(join(tree, 'a'), 'small');
      await writeFile(join(tree, 'b'), Buffer.alloc(3 * 1024 * 1024));
    }, ['a', 'b']));
    expect(home.paths).toEqual(['a']);
    expect(home.notices).toEqual(["artifacts are incomplete: the guest's archive is not whole (it is cut off in b)"]);
  });

  it('is our failure, by name, where the disk does not take them', async () => {
    const archive = await tar((tree) => writeFile(join(tree, 'a'), 'a'), ['a']);
    await using drive = await makeDrive(join(folder, `full-${count}.img`), limit);
    const file = await open(drive.path, 'r+');
    await file.write(archive);
    await file.close();
    await expect(collectArtifacts(drive.path, { root: '/sys', folder: 'none' }, limit)).rejects.toMatchObject({ code: 'ARTIFACTS_NOT_WRITTEN', message: expect.stringContaining('/sys/none') as string });
  });

  it('reads archives that follow one another', async () => {
    const [one, empty, two] = await Promise.all([['a'], [], ['b', 'c']].map((names) => tar((tree) => Promise.all(names.map((name) => writeFile(join(tree, name), name))), names, '--blocking-factor=1', ...(names.length === 0 ? ['--files-from=/dev/null'] : []))));
    const home = await bringHome(Buffer.concat([one ?? Buffer.alloc(0), two ?? Buffer.alloc(0), empty ?? Buffer.alloc(0)]));
    expect(home.paths).toEqual(['a', 'b', 'c']);
    expect(home.notices).toEqual([]);
  });

  it('keeps the first of two of one name', async () => {
    const twice = await Promise.all(['one', 'two'].map((text) => tar((tree) => writeFile(join(tree, 'f'), text), ['f'])));
    const home = await bringHome(Buffer.concat(twice.map((archive) => archive.subarray(0, 1024))));
    expect(await home.read('f')).toBe('one');
    expect(home.notices).toEqual([]);
  });
});
