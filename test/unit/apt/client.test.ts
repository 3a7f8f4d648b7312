// The machine's real apt against a real archive on the loopback interface: resolution, signatures, the lock file.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAptClient, type AptClient } from '../../../src/apt/client.ts';
import { openApt } from '../../../src/apt/open.ts';
import type { LockedApt } from '../../../src/apt/locked.ts';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { recordProgress, temporaryFolder, type Recorded } from '../cache/folder.ts';
import { createArchive, createKeys, missingTools, type Archive, type Keys, type TestPackage } from './archive.ts';

const basket: TestPackage[] = [
  { name: 'shell', version: '1:2.0-1+b1', arch: 'arm64', depends: 'libthing (>= 1), shared', files: { 'bin/sh': 'shell' } },
  { name: 'libthing', version: '1.5', arch: 'arm64', files: { 'lib/thing': 'thing' } },
  { name: 'shared', version: '3', arch: 'all', files: { 'usr/share/data': 'data' } },
  { name: 'lonely', version: '1', arch: 'amd64' },
  { name: 'broken', version: '1', arch: 'arm64', depends: 'nowhere-to-be-found' },
];
const wanted = { suite: 'alpha', arch: 'arm64', packages: ['shell'] };

describe.skipIf(missingTools() !== undefined)(`apt (${missingTools() ?? 'all tools are here'})`, () => {
  let keyFolder: string;
  let keys: Keys;
  let root: string;
  let cache: Cache;
  let archive: Archive;
  let progress: Recorded;

  beforeAll(async () => {
    keyFolder = await mkdtemp(join(tmpdir(), 'kit-test-keys-'));
    keys = await createKeys(keyFolder);
  });
  afterAll(async () => {
    keys.stop();
    await rm(keyFolder, { recursive: true });
  });
  beforeEach(async () => {
    root = await temporaryFolder();
    cache = await openCache(join(root, 'cache'));
    archive = createArchive(root, keys);
    await archive.publish('alpha', basket);
    progress = recordProgress();
  });

  const client = (mirror: string, keyring = archive.keyring): AptClient => createAptClient({ cache, progress, settings: { mirror, keyring } });
  const locked = (mirror: string, options: { frozen?: boolean; update?: boolean; lockPath?: string } = {}): LockedApt =>
    openApt({
      cache, progress, env: {}, settings: { mirror, keyring: archive.keyring }, lockPath: options.lockPath ?? join(root, 'kit-test.lock'),
      lock: { frozen: options.frozen ?? false, update: options.update ?? false },
    });

  it('resolves packages of a foreign architecture with all dependencies', async () => {
    await using server = await archive.serve();
    const packages = await client(server.url).resolve(wanted);
    expect(packages.map(({ name, version, arch }) => `${name} ${version} ${arch}`)).toEqual(['libthing 1.5 arm64', 'shared 3 all', 'shell 1:2.0-1+b1 arm64']);
    expect(packages.map(({ path }) => path)).toContain('pool/main/s/shell/shell_2.0-1+b1_arm64.deb');
    expect(packages.every(({ sha256, size }) => /^[0-9a-f]{64}$/.test(sha256) && size > 0)).toBe(true);
  });

  it('fetches a package whose name must be escaped in a URL', async () => {
    await using server = await archive.serve();
    const apt = client(server.url);
    const shell = (await apt.resolve(wanted)).find(({ name }) => name === 'shell');
    if (shell === undefined) throw new Error('not resolved');
    const path = await apt.fetch(shell);
    expect(await readFile(path)).toEqual(await readFile(join(archive.folder, shell.path)));
  });

  it('reads the index once, however often and by however many it is asked', async () => {
    await using server = await archive.serve();
    const apt = client(server.url);
    await Promise.all([apt.resolve(wanted), apt.resolve({ ...wanted, packages: ['libthing'] })]);
    await apt.resolve({ ...wanted, packages: ['shared'] });
    expect(server.requests.filter(({ url }) => url.endsWith('InRelease'))).toHaveLength(1);
  });

  it('lets two clients share one state folder without harm', async () => {
    await using server = await archive.serve();
    const answers = await Promise.all([1, 2, 3, 4].map(() => client(server.url).resolve(wanted)));
    expect(new Set(answers.map((packages) => JSON.stringify(packages))).size).toBe(1);
  });

  it('reads an archive from a folder through apt itself', async () => {
    const apt = client(`file:${archive.folder}`);
    const packages = await apt.resolve(wanted);
    expect(await readFile(await apt.fetch(packages[0] ?? expect.fail('nothing')))).toEqual(await readFile(join(archive.folder, packages[0]?.path ?? '')));
  });

  it('understands mirror lists', async () => {
    await using server = await archive.serve();
    await writeFile(join(root, 'mirrors'), `${server.url}\n`);
    const apt = client(`mirror+file:${join(root, 'mirrors')}`);
    const packages = await apt.resolve(wanted);
    await apt.fetch(packages[0] ?? expect.fail('nothing'));
    expect(packages).toHaveLength(3);
  });

  it('says which package is missing for which architecture, with the nearest name', async () => {
    await using server = await archive.serve();
    await expect(client(server.url).resolve({ ...wanted, packages: ['shel'] })).rejects.toMatchObject({
      code: 'APT_NO_PACKAGE', message: 'Debian alpha has no package "shel" for arm64', hint: 'did you mean "shell"?',
    });
    await expect(client(server.url).resolve({ ...wanted, packages: ['lonely'] })).rejects.toMatchObject({ code: 'APT_NO_PACKAGE' });
  });

  it('says that a suite has no packages for an architecture', async () => {
    await using server = await archive.serve();
    await expect(client(server.url).resolve({ ...wanted, arch: 'riscv64' })).rejects.toMatchObject({ code: 'APT_NO_PORT', message: 'Debian alpha has no packages for riscv64', hint: expect.stringContaining('apt.suite') as string });
  });

  it('says that a suite does not exist', async () => {
    await using server = await archive.serve();
    await expect(client(server.url).resolve({ ...wanted, suite: 'beta' })).rejects.toMatchObject({ code: 'APT_NO_SUITE', message: expect.stringContaining('"beta"') as string });
  });

  it('says that dependencies cannot be met', async () => {
    await using server = await archive.serve();
    await expect(client(server.url).resolve({ ...wanted, packages: ['broken'] })).rejects.toMatchObject({ code: 'APT_UNSATISFIABLE', message: expect.stringContaining('nowhere-to-be-found') as string });
  });

  it('leaves out what counts as installed, and what only that needs', async () => {
    await using server = await archive.serve();
    const apt = client(server.url);
    expect((await apt.resolve({ ...wanted, assume: ['libthing'] })).map(({ name }) => name)).toEqual(['shared', 'shell']);
    expect((await apt.resolve({ ...wanted, packages: ['broken'], assume: ['nowhere-to-be-found'] })).map(({ name }) => name)).toEqual(['broken']);
    expect(await apt.resolve(wanted)).toHaveLength(3);
  });

  it('refuses an archive that somebody else signed', async () => {
    archive.signWrongly('alpha');
    await using server = await archive.serve();
    await expect(client(server.url).resolve(wanted)).rejects.toMatchObject({ code: 'APT_SIGNATURE' });
  });

  it('refuses an archive that nobody signed', async () => {
    await rm(join(archive.folder, 'dists/alpha/InRelease'));
    await using server = await archive.serve();
    await expect(client(server.url).resolve(wanted)).rejects.toMatchObject({ code: 'APT_SIGNATURE' });
  });

  it('refuses a package that was exchanged on the mirror', async () => {
    await using server = await archive.serve();
    const apt = client(server.url);
    const [first] = await apt.resolve(wanted);
    if (first === undefined) throw new Error('not resolved');
    await writeFile(join(archive.folder, first.path), Buffer.alloc(first.size));
    await expect(apt.fetch(first)).rejects.toMatchObject({ code: 'DOWNLOAD_DIGEST' });
  });

  it.each(['-o', 'shell-', 'shell+', 'a*', './shell.deb', 'Shell'])('takes %s for no package name', async (name) => {
    await using server = await archive.serve();
    await expect(client(server.url).resolve({ ...wanted, packages: [name] })).rejects.toMatchObject({ code: 'APT_NO_PACKAGE' });
  });

  describe('with kit-test.lock', () => {
    it('records what was resolved, and then needs neither index nor network', async () => {
      {
        await using server = await archive.serve();
        const packages = await locked(server.url).resolve(wanted);
        expect(Object.keys((JSON.parse(await readFile(join(root, 'kit-test.lock'), 'utf8')) as { apt: object }).apt)).toEqual(['image/alpha/arm64/shell']);
        expect(packages).toHaveLength(3);
      }
      await rm(join(cache.root, 'apt'), { recursive: true });
      const again = await locked('http://127.0.0.1:9').resolve(wanted);
      expect(again.map(({ name }) => name)).toEqual(['libthing', 'shared', 'shell']);
      expect(await readdir(cache.root)).not.toContain('apt');
    });

    it('keeps to the pinned version when the archive has a newer one', async () => {
      await using server = await archive.serve();
      await locked(server.url).resolve(wanted);
      await archive.publish('alpha', basket.map((pkg) => (pkg.name === 'libthing' ? { ...pkg, version: '1.6' } : pkg)));
      expect((await locked(server.url).resolve(wanted))[0]?.version).toBe('1.5');
    });

    it('takes the newest and says so when the archive no longer has the pinned file', async () => {
      await using server = await archive.serve();
      await locked(server.url).resolve(wanted);
      await replaceLibthing();
      const packages = await locked(server.url).resolve(wanted);
      expect(packages[0]?.version).toBe('1.6');
      expect(progress.notices.at(-1)).toMatch(/no longer has .*takes its place/);
      expect(await readFile(join(root, 'kit-test.lock'), 'utf8')).toContain('"version": "1.6"');
    });

    it('refuses a vanished pin when it is frozen, and leaves the lock as it is', async () => {
      await using server = await archive.serve();
      await locked(server.url).resolve(wanted);
      const before = await readFile(join(root, 'kit-test.lock'), 'utf8');
      await replaceLibthing();
      await expect(locked(server.url, { frozen: true }).resolve(wanted)).rejects.toMatchObject({ code: 'PIN_GONE', hint: expect.stringContaining('--frozen') as string });
      expect(await readFile(join(root, 'kit-test.lock'), 'utf8')).toBe(before);
    });

    it('refuses to choose when it is frozen', async () => {
      await expect(locked('http://127.0.0.1:9', { frozen: true }).resolve(wanted)).rejects.toMatchObject({ code: 'FROZEN' });
    });

    it('resolves anew on update, once', async () => {
      await using server = await archive.serve();
      await locked(server.url).resolve(wanted);
      await archive.publish('alpha', basket.map((pkg) => (pkg.name === 'libthing' ? { ...pkg, version: '1.6' } : pkg)));
      await rm(join(cache.root, 'apt'), { recursive: true });
      const apt = locked(server.url, { update: true });
      expect((await apt.resolve(wanted))[0]?.version).toBe('1.6');
      const asked = server.requests.length;
      expect((await apt.resolve(wanted))[0]?.version).toBe('1.6');
      expect(server.requests).toHaveLength(asked);
    });

    it('records only what a request keeps, apart from other purposes', async () => {
      await using server = await archive.serve();
      const apt = locked(server.url);
      const kept = await apt.resolve({ ...wanted, purpose: 'kernel', keep: ({ name }) => name.startsWith('lib') });
      expect(kept.map(({ name }) => name)).toEqual(['libthing']);
      expect(await apt.resolve(wanted)).toHaveLength(3);
      expect(await apt.pinned({ ...wanted, purpose: 'kernel' })).toEqual(kept);
    });

    it('goes on with a notice when the project folder is read-only', async () => {
      await using server = await archive.serve();
      // Not even root may make files there.
      const apt = locked(server.url, { lockPath: '/proc/kit-test.lock' });
      expect(await apt.resolve(wanted)).toHaveLength(3);
      const asked = server.requests.length;
      expect(await apt.resolve(wanted)).toHaveLength(3);
      expect(server.requests).toHaveLength(asked);
      expect(progress.notices.filter((notice) => notice.includes('cannot be written'))).toHaveLength(1);
    });

    const replaceLibthing = async (): Promise<void> => {
      await archive.publish('alpha', basket.map((pkg) => (pkg.name === 'libthing' ? { ...pkg, version: '1.6' } : pkg)));
      await archive.remove('libthing', '1.5', 'arm64');
      for (const folder of ['blobs', 'apt']) await rm(join(cache.root, folder), { recursive: true });
    };
  });
});
