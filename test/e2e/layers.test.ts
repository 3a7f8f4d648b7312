// Real tools as oracles: umoci unpacks and skopeo converts the same random layers, podman's service hands out images.
// Debian: skopeo, umoci, podman.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Inode } from '../../src/archive/entry.ts';
import { decodeName } from '../../src/archive/names.ts';
import { list, type Tree } from '../../src/archive/rootfs.ts';
import { openSlices } from '../../src/source/slices.ts';
import { rawTar, type RawEntry } from '../unit/archive/raw-tar.ts';
import { createLayout } from '../unit/oci/layout-folder.ts';
import { createPlace, type Place } from '../unit/source/place.ts';
import { randomLayers } from '../unit/oci/random-layers.ts';

const signal = new AbortController().signal;
const run = (file: string, ...args: string[]): string => execFileSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

let place: Place;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(() => place[Symbol.asyncDispose]());

/** A line for each entry: type, mode, content, and which names are one file. */
type Listing = Readonly<Record<string, string>>;

async function ours(tree: Tree): Promise<Listing> {
  await using slices = openSlices(signal);
  const first = new Map<Inode, string>();
  const lines: Record<string, string> = {};
  for (const { path, inode } of list(tree)) {
    if (path === '') continue;
    const link = inode.type === 'directory' || inode.type === 'symlink' ? path : (first.get(inode) ?? path);
    if (!first.has(inode)) first.set(inode, path);
    lines[path] = await line(inode, link, slices.read);
  }
  return lines;
}

async function line(inode: Inode, link: string, read: ReturnType<typeof openSlices>['read']): Promise<string> {
  if (inode.type === 'symlink') return `symlink ${inode.target}`;
  const mode = inode.mode.toString(8);
  if (inode.type !== 'file') return `${inode.type} ${mode}`;
  const hash = createHash('sha256');
  if (inode.content.kind === 'slice') for await (const chunk of read(inode.content)) hash.update(chunk);
  return `file ${mode} ${hash.digest('hex')} of ${link}`;
}

/** The same of a folder on this machine. */
function theirs(folder: string): Listing {
  const lines: Record<string, string> = {};
  const first = new Map<number, string>();
  const visit = (at: Buffer, path: string): void => {
    for (const name of readdirSync(at, { encoding: 'buffer' }).map((bytes) => ({ bytes, text: decodeName(bytes) })).sort((a, b) => (a.text < b.text ? -1 : 1))) {
      const host = Buffer.concat([at, Buffer.from('/'), name.bytes]);
      const inner = path === '' ? name.text : `${path}/${name.text}`;
      const stats = lstatSync(host);
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isSymbolicLink()) lines[inner] = `symlink ${decodeName(readlinkSync(host, { encoding: 'buffer' }))}`;
      else if (stats.isDirectory()) lines[inner] = `directory ${mode}`;
      else if (stats.isFIFO()) lines[inner] = `fifo ${mode}`;
      else lines[inner] = `file ${mode} ${createHash('sha256').update(readFileSync(host)).digest('hex')} of ${first.get(stats.ino) ?? inner}`;
      if (!stats.isDirectory() && !first.has(stats.ino)) first.set(stats.ino, inner);
      if (stats.isDirectory()) visit(host, inner);
    }
  };
  visit(Buffer.from(folder), '');
  return lines;
}

let rounds = 0;
/** A layout of these layers, named "t" for umoci and skopeo; every other one compressed. */
async function layoutOf(layers: readonly (readonly RawEntry[])[]): Promise<string> {
  rounds += 1;
  const folder = join(place.folder, `layout${rounds}`);
  const layout = await createLayout(folder);
  const image = await layout.image(layers.map((entries) => rawTar(entries)), 'linux/amd64');
  await layout.index([{ ...image, annotations: { 'org.opencontainers.image.ref.name': 't' } }]);
  return folder;
}

describe('random layers', () => {
  it('make the tree that umoci unpacks', async () => {
    await fc.assert(fc.asyncProperty(randomLayers, async (layers) => {
      const folder = await layoutOf(layers);
      const root = join(place.folder, `root${rounds}`);
      run('umoci', 'raw', 'unpack', '--rootless', '--image', `${folder}:t`, root);
      expect(await ours(await (await place.resolve(`oci:${folder}:t`)).tree(signal))).toEqual(theirs(root));
    }), { numRuns: 80 });
  }, 170_000);

  it('are the same image after skopeo copied it to any kind of archive', async () => {
    await fc.assert(fc.asyncProperty(randomLayers, async (layers) => {
      const folder = await layoutOf(layers);
      const expected = await ours(await (await place.resolve(`oci:${folder}:t`)).tree(signal));
      for (const kind of ['oci-archive', 'docker-archive']) {
        const archive = join(place.folder, `${kind}${rounds}.tar`);
        run('skopeo', 'copy', '-q', `oci:${folder}:t`, `${kind}:${archive}:kt/random:1`);
        expect(await ours(await (await place.resolve(`${kind}:${archive}:kt/random:1`)).tree(signal))).toEqual(expected);
      }
    }), { numRuns: 12 });
  }, 170_000);
});

describe('what skopeo writes', () => {
  it('is read with compressed layers, as several images of one archive, and as an archive that is compressed itself', async () => {
    const layout = await createLayout(join(place.folder, 'layout'));
    for (const name of ['one', 'two']) {
      await layout.index([{ ...(await layout.image([gzipSync(rawTar([{ name, content: name }]))])), annotations: { 'org.opencontainers.image.ref.name': 't' } }]);
      run('skopeo', 'copy', '-q', `oci:${layout.folder}:t`, `docker-archive:${place.folder}/${name}.tar:kt/${name}:1`);
      run('skopeo', 'copy', '-q', `oci:${layout.folder}:t`, `oci-archive:${place.folder}/${name}-oci.tar:kt/${name}:1`);
      run('gzip', '-k', `${place.folder}/${name}.tar`);
      for (const reference of [`docker-archive:${name}.tar`, `docker-archive:${name}.tar.gz`, `docker-archive:${name}.tar:kt/${name}:1`, `oci-archive:${name}-oci.tar`, `oci-archive:${name}-oci.tar:kt/${name}:1`]) {
        expect([reference, Object.keys(await ours(await (await place.resolve(reference)).tree(signal)))]).toEqual([reference, [name]]);
      }
    }
  });
});

describe('docker-daemon with podman\'s service', () => {
  let folder: string;
  let service: ChildProcess;
  const host = process.env['DOCKER_HOST'];
  const storage = (): string[] => ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp'), '--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kit-test-podman-'));
    await mkdir(join(folder, 'tmp'));
    const socket = join(folder, 'p.sock');
    service = spawn('podman', [...storage(), 'system', 'service', '--time', '170', `unix://${socket}`], { stdio: 'ignore' });
    service.on('error', () => undefined);
    for (let tries = 0; tries < 200 && !existsSync(socket); tries += 1) await sleep(100);
    process.env['DOCKER_HOST'] = `unix://${socket}`;
  }, 30_000);
  afterAll(async () => {
    if (host === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = host;
    service.kill('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });

  it('gives the image that was loaded into it, by short and full name and id, and says what it has not', async () => {
    const layers = [[{ name: 'etc/', kind: '5' }, { name: 'etc/hosts', content: 'localhost' }], [{ name: 'etc/.wh.hosts' }, { name: 'bin', kind: '2', target: 'usr/bin' }]];
    const layout = await layoutOf(layers);
    const expected = await ours(await (await place.resolve(`oci:${layout}:t`)).tree(signal));
    const archive = join(place.folder, 'load.tar');
    run('skopeo', 'copy', '-q', `oci:${layout}:t`, `docker-archive:${archive}:docker.io/kt/daemon:1`);
    run('podman', ...storage(), 'load', '-q', '-i', archive);
    const id = run('podman', ...storage(), 'image', 'inspect', '--format', '{{.Id}}', 'docker.io/kt/daemon:1').trim();
    for (const name of ['docker.io/kt/daemon:1', 'kt/daemon:1', id]) {
      expect([name, await ours(await (await place.resolve(`docker-daemon:${name}`)).tree(signal))]).toEqual([name, expected]);
    }
    await expect(place.resolve('docker-daemon:kt/nothing:1')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND', message: expect.stringContaining('has no image "kt/nothing:1"') as string });
    await writeFile(archive, '');
  }, 60_000);
});
