// `oci-archive:` and `docker-archive:`, good ones and broken ones. test/e2e/layers.test.ts has what real tools write.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawTar, type RawEntry } from '../archive/raw-tar.ts';
import { show } from '../archive/trees.ts';
import { createLayout } from '../oci/layout-folder.ts';
import { createPlace, type Place } from './place.ts';

const signal = new AbortController().signal;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const one = rawTar([{ name: 'etc/hosts', content: 'localhost' }]);
const two = rawTar([{ name: 'etc/.wh.hosts' }, { name: 'bin/sh', content: '#!' }]);
const both = { bin: '/', 'bin/sh': 'slice of 2', etc: '/' };

let place: Place;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(() => place[Symbol.asyncDispose]());

const write = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(place.folder, name), bytes);
const treeAt = async (reference: string): Promise<Record<string, string>> => show(await (await place.resolve(reference)).tree(signal));

/** What `docker save` writes, before it is changed for a test. */
function saved(change: { layers?: readonly Buffer[]; architecture?: string; tags?: readonly string[] | null; diffIds?: readonly string[] } = {}): RawEntry[] {
  const { layers = [one, two], architecture = 'amd64', tags = ['kt/svc:1'] } = change;
  const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', config: { Entrypoint: ['/bin/sh'] }, rootfs: { type: 'layers', diff_ids: change.diffIds ?? layers.map((layer) => `sha256:${sha256(layer)}`) } }));
  const paths = layers.map((_, at) => `layer${at}/layer.tar`);
  return [
    ...layers.map((content, at) => ({ name: paths[at] ?? '', content })),
    { name: `${sha256(config)}.json`, content: config },
    { name: 'manifest.json', content: JSON.stringify([{ Config: `${sha256(config)}.json`, RepoTags: tags, Layers: paths }]) },
  ];
}

/** An OCI layout as an archive; names are stored with "./" before them, as tar writes them. */
async function layoutArchive(): Promise<Buffer> {
  const layout = await createLayout(join(place.folder, 'layout'));
  const image = await layout.image([gzipSync(one), two], 'linux/amd64', { Entrypoint: ['/bin/sh'] });
  await layout.index([{ ...image, annotations: { 'org.opencontainers.image.ref.name': '1', 'io.containerd.image.name': 'docker.io/kt/svc:1' } }]);
  return execFileSync('tar', ['-c', '-C', layout.folder, '.'], { maxBuffer: 1 << 26 });
}

describe('oci-archive', () => {
  it.each([
    ['as it is', (bytes: Buffer) => bytes],
    ['compressed with gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['compressed with zstd', (bytes: Buffer) => execFileSync('zstd', ['-q', '-c'], { input: bytes })],
    ['compressed with xz', (bytes: Buffer) => execFileSync('xz', ['-c'], { input: bytes })],
  ])('is read %s', async (_, pack) => {
    await write('image.tar', pack(await layoutArchive()));
    for (const reference of ['oci-archive:image.tar', 'oci-archive:image.tar:1', 'oci-archive:image.tar:kt/svc:1']) expect(await treeAt(reference)).toEqual(both);
    expect((await place.resolve('oci-archive:image.tar')).config?.config?.Entrypoint).toEqual(['/bin/sh']);
  });

  it('is not copied to be read when it is not compressed', async () => {
    await write('image.tar', await layoutArchive());
    await place.resolve('oci-archive:image.tar');
    expect(await place.kept('tar')).toEqual([]);
  });

  it('notices that the archive changes between its headers and its layers', async () => {
    await write('image.tar', await layoutArchive());
    const source = await place.resolve('oci-archive:image.tar');
    await utimes(join(place.folder, 'image.tar'), 1, 1);
    await expect(source.tree(signal)).rejects.toMatchObject({ code: 'IMAGE_SOURCE_CHANGED', message: expect.stringContaining('image.tar changed') as string });
  });

  it('reads a compressed archive again once it has changed', async () => {
    await write('image.tar.gz', gzipSync(await layoutArchive()));
    await treeAt('oci-archive:image.tar.gz');
    await write('image.tar.gz', gzipSync(rawTar([{ name: 'other' }])));
    await expect(place.resolve('oci-archive:image.tar.gz')).rejects.toMatchObject({ code: 'IMAGE_LAYOUT_INVALID' });
  });

  it.each<[string, () => Promise<Buffer> | Buffer, string, RegExp]>([
    ['an archive without a layout', () => rawTar([{ name: 'etc/hosts' }]), 'IMAGE_LAYOUT_INVALID', /not an OCI image layout: it has no oci-layout/],
    ['an archive that is cut', async () => (await layoutArchive()).subarray(0, 3000), 'ARCHIVE_CORRUPT', /image.tar: the tar archive cannot be read/],
    ['a file that is no archive', () => Buffer.from('<html>'.repeat(200)), 'ARCHIVE_CORRUPT', /checksum/],
    ['an empty file', () => Buffer.alloc(0), 'IMAGE_LAYOUT_INVALID', /has no oci-layout/],
    ['a layout whose index is a link to a file of this machine', () => rawTar([{ name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' }, { name: 'index.json', kind: '2', target: '/etc/passwd' }]), 'IMAGE_LAYOUT_INVALID', /no index.json/],
    ['an index of megabytes', () => rawTar([{ name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' }, { name: 'index.json', content: Buffer.alloc(65 * 1024 ** 2, ' ') }]), 'IMAGE_MANIFEST_INVALID', /more than 67108864 bytes/],
  ])('refuses %s', async (_, make, code, message) => {
    await write('image.tar', await make());
    const error = await place.resolve('oci-archive:image.tar').then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string, hint: expect.stringMatching(/./) as string });
  });

  it('refuses a layer that was changed in the archive', async () => {
    const archive = await layoutArchive();
    archive[archive.indexOf('#!')] = 0x58;
    await write('image.tar', archive);
    await expect(treeAt('oci-archive:image.tar')).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH', message: expect.stringMatching(/^oci-archive:image.tar: layer 2 of 2 \(sha256:/) as string });
  });
});

describe('docker-archive', () => {
  it('finds an image by its short name, its full name, its place, or as the only one', async () => {
    await write('image.tar', rawTar(saved()));
    for (const ref of ['', ':kt/svc:1', ':docker.io/kt/svc:1', ':@0']) expect(await treeAt(`docker-archive:image.tar${ref}`)).toEqual(both);
    expect((await place.resolve('docker-archive:image.tar')).config?.config?.Entrypoint).toEqual(['/bin/sh']);
  });

  it.each([
    ['layers that are compressed in it', saved().map((entry) => (entry.name.toString().endsWith('layer.tar') ? { ...entry, content: gzipSync(entry.content ?? '') } : entry))],
    ['layers that are links to other ones', [...saved().slice(1), { name: 'other/layer.tar', content: one }, { name: 'layer0/layer.tar', kind: '2', target: '../other/layer.tar' }]],
    ['no names', saved({ tags: null })],
  ])('is read with %s', async (_, entries) => {
    await write('image.tar', rawTar(entries));
    expect(await treeAt('docker-archive:image.tar')).toEqual(both);
  });

  it('prefers the layout that newer versions of docker put into it', async () => {
    const layout = await layoutArchive();
    await write('image.tar', Buffer.concat([layout.subarray(0, endOf(layout)), rawTar([{ name: 'manifest.json', content: 'not read' }])]));
    for (const ref of ['', ':kt/svc:1', ':docker.io/kt/svc:1']) expect(await treeAt(`docker-archive:image.tar${ref}`)).toEqual(both);
  });

  it('gives a manifest as a registry would have it', async () => {
    await write('image.tar', rawTar(saved()));
    const { image } = await place.resolve('docker-archive:image.tar');
    if (image === undefined) throw new Error('no image');
    const chunks: Uint8Array[] = [];
    for await (const chunk of image.read(image.root)) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ schemaVersion: 2, layers: [{ digest: `sha256:${sha256(one)}`, size: one.length }, { digest: `sha256:${sha256(two)}` }] });
  });

  const without = (name: string): RawEntry[] => saved().filter((entry) => !entry.name.toString().endsWith(name));
  it.each<[string, RawEntry[], string, string, RegExp]>([
    ['no manifest.json', without('manifest.json'), '', 'IMAGE_ARCHIVE_INVALID', /not written by `docker save`/],
    ['a manifest.json that is no list', [...without('manifest.json'), { name: 'manifest.json', content: '{}' }], '', 'IMAGE_MANIFEST_INVALID', /not what it should be/],
    ['a manifest.json that is no JSON', [...without('manifest.json'), { name: 'manifest.json', content: '<html>' }], '', 'IMAGE_MANIFEST_INVALID', /not JSON/],
    ['paths that lead out', [{ name: 'manifest.json', content: '[{"Config":"../../etc/passwd","Layers":[]}]' }], '', 'ARCHIVE_NAME_UNSAFE', /leads out/],
    ['a missing configuration', saved().filter(({ name }) => !/^[0-9a-f]{64}/.test(name.toString())), '', 'IMAGE_ARCHIVE_INVALID', /configuration .* is missing/],
    ['a changed configuration', saved().map((entry) => (/^[0-9a-f]{64}/.test(entry.name.toString()) ? { ...entry, content: '{}' } : entry)), '', 'IMAGE_DIGEST_MISMATCH', /bytes its name promises/],
    ['a missing layer', without('layer1/layer.tar'), '', 'IMAGE_ARCHIVE_INVALID', /layer 2 of 2 \("layer1\/layer.tar"\) is missing/],
    ['fewer layers than it names', saved({ diffIds: [`sha256:${'0'.repeat(64)}`] }), '', 'IMAGE_MANIFEST_INVALID', /names 1 layers where manifest.json has 2/],
    ['another architecture', saved({ architecture: 'arm64' }), '', 'IMAGE_PLATFORM', /only for linux\/arm64/],
    ['no image of the name', saved(), ':kt/svv:1', 'IMAGE_NOT_FOUND', /has no image "kt\/svv:1"/],
    ['no image at the place', saved(), ':@7', 'IMAGE_NOT_FOUND', /has no image "@7"/],
    ['no images', [{ name: 'manifest.json', content: '[]' }], '', 'IMAGE_NOT_FOUND', /holds 0 images/],
  ])('refuses an archive with %s', async (_, entries, ref, code, message) => {
    await write('image.tar', rawTar(entries));
    await expect(place.resolve(`docker-archive:image.tar${ref}`)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string, hint: expect.stringMatching(/./) as string });
  });

  it('refuses a layer that is not the one its configuration names, and takes the right one later', async () => {
    const wrong = saved().map((entry) => (entry.name === 'layer0/layer.tar' ? { ...entry, content: rawTar([{ name: 'etc/hosts', content: 'evil.host' }]) } : entry));
    await write('image.tar', rawTar(wrong));
    await expect(treeAt('docker-archive:image.tar')).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH', message: expect.stringMatching(/^docker-archive:image.tar: layer 1 of 2/) as string });
    await write('image.tar', rawTar(saved()));
    expect(await treeAt('docker-archive:image.tar')).toEqual(both);
  });
});

describe('LinuxKit\'s cache folder', () => {
  it('is read as a layout, by short and full names, its lock and files of a transfer ignored', async () => {
    const layout = await createLayout(join(place.folder, 'cache-of-linuxkit'));
    const image = await layout.image([one, two]);
    const index = await layout.json({ schemaVersion: 2, manifests: [await layout.image([one], 'linux/arm64'), image] }, 'application/vnd.oci.image.index.v1+json');
    const named = (descriptor: object, name: string): object => ({ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': name } });
    await layout.index([named(index, 'docker.io/linuxkit/init:v1.0'), named(image, 'docker.io/library/alpine:latest'), named(image, `docker.io/kt/pinned@${image.digest}`)]);
    await writeFile(join(layout.folder, '.lock'), '');
    await appendFile(join(layout.folder, 'blobs/sha256/ingest-1234'), 'half a blob');
    for (const name of ['linuxkit/init:v1.0', 'docker.io/linuxkit/init:v1.0', 'alpine', 'alpine:latest', `kt/pinned@${image.digest}`]) {
      expect([name, await treeAt(`oci:cache-of-linuxkit:${name}`)]).toEqual([name, both]);
    }
    expect((await place.resolve('oci:cache-of-linuxkit:linuxkit/init:v1.0')).image?.root.digest).toBe(index.digest);
    await expect(place.resolve('oci:cache-of-linuxkit:linuxkit/init:v2')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    expect(await readdir(layout.folder)).toContain('.lock');
    expect(await readFile(join(layout.folder, '.lock'), 'utf8')).toBe('');
  });
});

/** Where the marker of zeros at the end of an archive begins. */
function endOf(archive: Buffer): number {
  let end = archive.length;
  while (archive.subarray(end - 512, end).every((byte) => byte === 0)) end -= 512;
  return end;
}
