import { mkdtemp, rm, writeFile, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBlob, readLayoutImage } from '../../../src/oci/layout.ts';
import { collect } from '../archive/trees.ts';
import { createLayout, layerOf, type LayoutFolder } from './layout-folder.ts';

const amd64 = { architecture: 'amd64' };
const arm = { architecture: 'arm', variant: 'v7' };
const named = (name: string): { annotations: Record<string, string> } => ({ annotations: { 'org.opencontainers.image.ref.name': name } });
const INDEX = 'application/vnd.oci.image.index.v1+json';

let folder: string;
let layout: LayoutFolder;
let layer: Buffer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-layout-'));
  layout = await createLayout(folder);
  layer = await layerOf([{ name: 'a', content: '1' }]);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('readLayoutImage', () => {
  it('takes the only image', async () => {
    const image = await layout.image([layer], 'linux/amd64', { Entrypoint: ['/a'] });
    await layout.index([image]);
    expect(await readLayoutImage(folder, undefined, amd64)).toMatchObject({ digest: image.digest, config: { config: { Entrypoint: ['/a'] } }, layers: [{ size: layer.length }] });
  });

  it('finds an image by name, also by its short name and its digest', async () => {
    const one = await layout.image([layer]);
    const two = await layout.image([layer, layer]);
    await layout.index([{ ...one, ...named('docker.io/kt/one:1') }, { ...two, ...named('two') }]);
    expect((await readLayoutImage(folder, 'kt/one:1', amd64)).digest).toBe(one.digest);
    expect((await readLayoutImage(folder, 'docker.io/kt/one:1', amd64)).digest).toBe(one.digest);
    expect((await readLayoutImage(folder, 'two', amd64)).digest).toBe(two.digest);
    expect((await readLayoutImage(folder, two.digest, amd64)).digest).toBe(two.digest);
  });

  it('picks the platform from an index, and from index.json itself', async () => {
    const v6 = await layout.image([layer], 'linux/arm/v6');
    const v7 = await layout.image([layer], 'linux/arm/v7');
    await layout.index([await layout.json({ schemaVersion: 2, manifests: [v6, v7] }, INDEX)]);
    expect((await readLayoutImage(folder, undefined, arm)).digest).toBe(v7.digest);
    await layout.index([v6, v7]);
    expect((await readLayoutImage(folder, undefined, arm)).digest).toBe(v7.digest);
  });

  it.each<[string, () => Promise<unknown>, string | undefined, string, RegExp]>([
    ['an image for another architecture', async () => layout.index([await layout.image([layer], 'linux/arm64')]), undefined, 'IMAGE_PLATFORM', /not made for linux\/amd64, only for linux\/arm64/],
    ['an index without the architecture', async () => layout.index([await layout.json({ schemaVersion: 2, manifests: [await layout.image([layer], 'linux/arm/v6')] }, INDEX)]), undefined, 'IMAGE_PLATFORM', /only for linux\/arm\/v6/],
    ['an index whose manifest lies about its architecture', async () => layout.index([await layout.json({ schemaVersion: 2, manifests: [{ ...(await layout.image([layer], 'linux/arm64')), platform: { os: 'linux', architecture: 'amd64' } }] }, INDEX)]), undefined, 'IMAGE_PLATFORM', /only for linux\/arm64/],
    ['a name that is not there', async () => layout.index([{ ...(await layout.image([layer])), ...named('docker.io/kt/svc:1') }]), 'docker.io/kt/svc:2', 'IMAGE_NOT_FOUND', /no image "docker.io\/kt\/svc:2"/],
    ['several images when none is named', async () => layout.index([{ ...(await layout.image([layer])), ...named('a') }, { ...(await layout.image([layer])), ...named('b') }]), undefined, 'IMAGE_NOT_FOUND', /holds 2 images/],
    ['no images', () => layout.index([]), undefined, 'IMAGE_NOT_FOUND', /holds 0 images/],
    ['a folder without oci-layout', () => unlink(join(folder, 'oci-layout')), undefined, 'IMAGE_LAYOUT_INVALID', /not an OCI image layout: it has no oci-layout/],
    ['another version', () => writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}'), undefined, 'IMAGE_MANIFEST_INVALID', /imageLayoutVersion/],
    ['an index that is no JSON', () => writeFile(join(folder, 'index.json'), '<html>'), undefined, 'IMAGE_MANIFEST_INVALID', /is not JSON/],
    ['a digest that is a path', () => layout.index([{ mediaType: '', digest: 'sha256:../../../etc/passwd', size: 1 }]), undefined, 'IMAGE_MANIFEST_INVALID', /digest/],
    ['a manifest that is missing', () => layout.index([{ mediaType: '', digest: `sha256:${'0'.repeat(64)}`, size: 1 }]), undefined, 'IMAGE_LAYOUT_INVALID', /is missing/],
    ['a manifest of another size', async () => layout.index([{ ...(await layout.image([layer])), size: 5 }]), undefined, 'IMAGE_DIGEST_MISMATCH', /does not have the bytes/],
    ['a manifest that claims to be huge', async () => layout.index([{ ...(await layout.image([layer])), size: 2 ** 40 }]), undefined, 'IMAGE_MANIFEST_INVALID', /1099511627776 bytes/],
    ['a manifest that is a list', async () => layout.index([await layout.json([1, 2])]), undefined, 'IMAGE_MANIFEST_INVALID', /is not what it should be/],
    ['a manifest of schema 1', async () => layout.index([await layout.json({ schemaVersion: 1, fsLayers: [] })]), undefined, 'IMAGE_MANIFEST_INVALID', /schemaVersion/],
  ])('refuses %s', async (_, make, ref, code, message) => {
    await make();
    await expect(readLayoutImage(folder, ref, amd64)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('ends at indexes nested without end', async () => {
    let inner = await layout.image([layer]);
    for (let depth = 0; depth < 12; depth += 1) inner = { ...(await layout.json({ schemaVersion: 2, depth, manifests: [inner] }, INDEX)), platform: { os: 'linux', architecture: 'amd64' } };
    await layout.index([inner]);
    await expect(readLayoutImage(folder, undefined, amd64)).rejects.toMatchObject({ code: 'IMAGE_MANIFEST_INVALID', message: expect.stringContaining('nests indexes') as string });
  });

  it('says what was meant by a name with a slip', async () => {
    await layout.index([{ ...(await layout.image([layer])), ...named('docker.io/kt/svc:1') }]);
    await expect(readLayoutImage(folder, 'docker.io/kt/svv:1', amd64)).rejects.toMatchObject({ hint: 'did you mean "docker.io/kt/svc:1"?' });
  });
});

describe('readBlob', () => {
  it('fails at the end of a blob whose bytes were changed, cut or added to', async () => {
    const blob = await layout.blob(Buffer.from('content'));
    for (const bytes of ['CONTENT', 'conten', 'content and more']) {
      await writeFile(join(folder, 'blobs', ...blob.digest.split(':')), bytes);
      await expect(collect(readBlob(folder, blob))).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
    }
  });
});
