// Walks through documents in memory: what is picked, and what is refused by its kind. layout.test.ts has damaged ones.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyBlob, type OciImage, type ReadBlob } from '../../../src/oci/image.ts';
import type { Descriptor } from '../../../src/oci/manifest.ts';
import { pickImage } from '../../../src/oci/pick.ts';

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

const blobs = new Map<string, Buffer>();
function store(value: unknown, mediaType: string): Descriptor {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}
const asked: string[] = [];
const read: ReadBlob = (descriptor) => {
  asked.push(descriptor.digest);
  return verifyBlob(descriptor, (async function* () { yield await Promise.resolve(blobs.get(descriptor.digest) ?? Buffer.alloc(0)); })(), 'hint');
};

const layer = (mediaType: string): Descriptor => ({ mediaType, digest: `sha256:${'1'.repeat(64)}`, size: 10 });
interface Parts { readonly architecture?: string; readonly configType?: string; readonly layerTypes?: readonly string[] }
function image({ architecture = 'amd64', configType = types.config, layerTypes = [types.layer] }: Parts = {}): Descriptor {
  const manifest = store({ schemaVersion: 2, mediaType: types.manifest, config: store({ architecture, os: 'linux' }, configType), layers: layerTypes.map(layer) }, types.manifest);
  return { ...manifest, platform: { os: 'linux', architecture } };
}
const index = (...manifests: object[]): Descriptor => store({ schemaVersion: 2, mediaType: types.index, manifests }, types.index);
const pick = (root: Descriptor): Promise<OciImage> => pickImage(root, read, { architecture: 'amd64' }, 'here');

describe('pickImage', () => {
  it('tells what the reference names and what was picked from it', async () => {
    const wanted = image();
    const root = index(image({ architecture: 'arm64' }), wanted);
    expect(await pick(root)).toMatchObject({ root: { digest: root.digest }, digest: wanted.digest, layers: [layer(types.layer)], config: { architecture: 'amd64' } });
  });

  it('goes through an index in an index', async () => {
    const wanted = image();
    expect((await pick(index(index(wanted)))).digest).toBe(wanted.digest);
  });

  it.each([
    ['marked as attestation', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' }, platform: { os: 'linux', architecture: 'amd64' } }],
    ['of an unknown platform', { platform: { os: 'unknown', architecture: 'unknown' } }],
    ['without a platform', { platform: undefined }],
  ])('never picks a manifest %s', async (_, over) => {
    const wanted = image();
    const attestation = { ...image({ configType: 'application/vnd.in-toto+json', layerTypes: ['application/vnd.in-toto+json'] }), ...over };
    expect((await pick(index(attestation, wanted))).digest).toBe(wanted.digest);
    await expect(pick(index(attestation, image({ architecture: 's390x' })))).rejects.toMatchObject({ code: 'IMAGE_PLATFORM', message: 'the image is not made for linux/amd64, only for linux/s390x' });
  });

  it.each([types.layer, 'application/vnd.oci.image.layer.v1.tar', 'application/vnd.oci.image.layer.v1.tar+zstd', 'application/vnd.docker.image.rootfs.diff.tar.gzip', 'application/vnd.docker.image.rootfs.diff.tar'])('takes layers of the type %s', async (type) => {
    expect((await pick(image({ layerTypes: [type] }))).layers).toHaveLength(1);
  });

  it.each<[string, Parts, string, RegExp]>([
    ['foreign layers of docker', { layerTypes: [types.layer, 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'] }, 'IMAGE_LAYER_UNSUPPORTED', /layer 2 of 2 lies outside/],
    ['layers that are not distributed', { layerTypes: ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'] }, 'IMAGE_LAYER_UNSUPPORTED', /layer 1 of 1 lies outside/],
    ['encrypted layers', { layerTypes: ['application/vnd.oci.image.layer.v1.tar+gzip+encrypted'] }, 'IMAGE_LAYER_UNSUPPORTED', /is encrypted/],
    ['layers of another kind', { layerTypes: ['application/x-squashfs'] }, 'IMAGE_LAYER_UNSUPPORTED', /unknown kind: its type is "application\/x-squashfs"/],
    ['a chart', { configType: 'application/vnd.cncf.helm.config.v1+json' }, 'IMAGE_NOT_AN_IMAGE', /no container image: .*helm/],
    ['an empty artifact', { configType: 'application/vnd.oci.empty.v1+json' }, 'IMAGE_NOT_AN_IMAGE', /no container image/],
    ['more layers than any image has', { layerTypes: Array.from({ length: 501 }, () => types.layer) }, 'IMAGE_MANIFEST_INVALID', /501 layers/],
  ])('refuses %s before a layer is read', async (_, parts, code, message) => {
    const root = image(parts);
    asked.length = 0;
    await expect(pick(root)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string, hint: expect.stringMatching(/./) as string });
    expect(asked).not.toContain(layer('').digest);
  });

  it.each([
    ['a wrong size', (root: Descriptor) => ({ ...root, size: root.size + 1 })],
    ['a wrong digest', (root: Descriptor) => ({ ...root, digest: `sha256:${'0'.repeat(64)}` })],
  ])('refuses a descriptor with %s', async (_, change) => {
    await expect(pick(change(image()))).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  });

  it('ends where an index leads back to itself', async () => {
    // No honest digest allows it: this reader verifies nothing.
    const digest = `sha256:${'2'.repeat(64)}`;
    const circle = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [{ mediaType: types.index, digest, size: 5, platform: { os: 'linux', architecture: 'amd64' } }] }));
    const lying: ReadBlob = async function* () { yield await Promise.resolve(circle); };
    await expect(pickImage({ mediaType: types.index, digest, size: 5 }, lying, { architecture: 'amd64' }, 'the registry')).rejects.toMatchObject({ code: 'IMAGE_MANIFEST_INVALID', message: 'the registry nests indexes more than 8 deep' });
  });
});
