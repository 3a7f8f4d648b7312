// The client against Debian's docker-registry: what skopeo pushed is what arrives, whatever the way in.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createLayout, layerOf } from '../oci/layout-folder.ts';
import { makeCertificates, startRegistry, type RealRegistry } from './real-registry.ts';
import { amd64, arm, createWorkplace, digestsOf, dockerReference, readLayers, type Workplace } from './workplace.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const signal = new AbortController().signal;
const login = { user: 'me', password: 'pass:word and more' };

interface Pushed {
  readonly layout: string;
  readonly index: string;
  readonly layers: Readonly<Record<string, readonly Buffer[]>>;
}

/** An index of three architectures with two layers each, v6 before v7. */
async function makeLayout(folder: string): Promise<Pushed> {
  const layout = await createLayout(folder);
  const layers: Record<string, readonly Buffer[]> = {};
  const manifests = [];
  for (const platform of ['linux/arm/v6', 'linux/arm/v7', 'linux/amd64', 'linux/arm64']) {
    layers[platform] = [await layerOf([{ name: 'platform', content: platform }]), await layerOf([{ name: 'data', content: randomBytes(40_000).toString('hex') }])];
    manifests.push(await layout.image(layers[platform], platform, { Entrypoint: [`/${platform}`] }));
  }
  const index = await layout.json({ schemaVersion: 2, mediaType: INDEX, manifests }, INDEX);
  await layout.index([index]);
  return { layout: folder, index: index.digest, layers };
}

async function setUp(): Promise<Workplace & { readonly registry: RealRegistry; readonly pushed: Pushed }> {
  const work = await createWorkplace();
  const pushed = await makeLayout(join(work.folder, 'layout'));
  const registry = await startRegistry(join(work.folder, 'registry'));
  await registry.push(pushed.layout, 'kt/one:1');
  return { ...work, registry, pushed };
}

async function writeLogin(folder: string, host: string, { user, password }: typeof login): Promise<void> {
  await mkdir(join(folder, 'home/.docker'), { recursive: true });
  await writeFile(join(folder, 'home/.docker/config.json'), JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${user}:${password}`).toString('base64') } } }));
}

describe('a registry without logins', () => {
  it('gives each architecture its image of an index', async () => {
    const { image, registry, pushed } = await setUp();
    for (const [platform, name] of [[amd64, 'linux/amd64'], [arm, 'linux/arm/v7'], [{ architecture: 'arm64' }, 'linux/arm64']] as const) {
      const found = await image(`${registry.host}/kt/one:1`, {}, platform);
      expect(found.root.digest).toBe(pushed.index);
      expect(found.config.config?.Entrypoint).toEqual([`/${name}`]);
      expect(digestsOf(await readLayers(found))).toEqual(digestsOf(pushed.layers[name]));
    }
  });

  it('says which architectures there are when the wanted one is missing', async () => {
    const { image, registry } = await setUp();
    await expect(image(`${registry.host}/kt/one:1`, {}, { architecture: 'riscv64' })).rejects.toMatchObject({ code: 'IMAGE_PLATFORM', message: expect.stringMatching(/only for linux\/arm\/v6, linux\/arm\/v7, linux\/amd64, linux\/arm64/) as string });
  });

  it('takes a digest, with and without a tag, and believes the digest', async () => {
    const { image, registry, pushed } = await setUp();
    const name = `${registry.host}/kt/one`;
    expect((await image(`${name}@${pushed.index}`)).root.digest).toBe(pushed.index);
    expect((await image(`docker://${name}:no-such-tag@${pushed.index}`)).root.digest).toBe(pushed.index);
    await expect(image(`${name}@sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });

  it('names the tag or the repository it does not have', async () => {
    const { image, registry } = await setUp();
    for (const [name, message] of [['kt/one:2', /does not have kt\/one:2 \(MANIFEST_UNKNOWN/], ['kt/other:1', /does not have kt\/other:1/]] as const) {
      await expect(image(`${registry.host}/${name}`)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND', message: expect.stringMatching(message) as string });
    }
  });

  it.each([
    ['manifests of Docker schema 2, gzip', ['--format', 'v2s2'], /docker.image.rootfs.diff.tar.gzip$/, (bytes: Buffer) => gunzipSync(bytes)],
    ['OCI manifests with zstd layers', ['--dest-compress-format', 'zstd'], /layer.v1.tar\+zstd$/, undefined],
  ])('reads %s', async (_, flags, type, unpack) => {
    const work = await createWorkplace();
    const layout = await createLayout(join(work.folder, 'layout'));
    const layer = await layerOf([{ name: 'a', content: randomBytes(5_000).toString('hex') }]);
    await layout.index([await layout.image([layer])]);
    const registry = await startRegistry(join(work.folder, 'registry'));
    await registry.push(layout.folder, 'kt/form:1', ['--dest-compress', ...flags]);
    const image = await work.image(`${registry.host}/kt/form:1`);
    expect(image.layers[0]?.mediaType).toMatch(type);
    const [bytes = Buffer.alloc(0)] = await readLayers(image);
    if (unpack === undefined) expect(bytes.readUInt32LE(0)).toBe(0xfd2fb528);
    else expect(unpack(bytes).equals(layer)).toBe(true);
  });

  it('refuses a single image of another architecture', async () => {
    const work = await createWorkplace();
    const layout = await createLayout(join(work.folder, 'layout'));
    await layout.index([await layout.image([await layerOf([{ name: 'a' }])], 'linux/arm64')]);
    const registry = await startRegistry(join(work.folder, 'registry'));
    await registry.push(layout.folder, 'kt/arm:1');
    await expect(work.image(`${registry.host}/kt/arm:1`)).rejects.toMatchObject({ code: 'IMAGE_PLATFORM' });
  });

  it('is read through a mirror with a path, which does not need what it has not got', async () => {
    const { image, registry, pushed } = await setUp();
    await registry.push(pushed.layout, 'hub/kt/one:1');
    const settings = { mirrors: { 'registry.example': `http://${registry.host}/hub` } };
    expect((await image('registry.example/kt/one:1', settings)).root.digest).toBe(pushed.index);
    expect((await image('docker.io/kt/one:1', { env: { LINUXKIT_MIRROR: `http://${registry.host}/hub` } })).root.digest).toBe(pushed.index);
    expect((await image(`${registry.host}/kt/one:1`, { mirrors: { [registry.host]: `http://${registry.host}/nothing-here` } })).root.digest).toBe(pushed.index);
  });
});

describe('a registry with logins', () => {
  it('takes the login of the credential file, also for layers', async () => {
    const work = await createWorkplace();
    const pushed = await makeLayout(join(work.folder, 'layout'));
    const registry = await startRegistry(join(work.folder, 'registry'), { login });
    await registry.push(pushed.layout, 'kt/one:1');
    await writeLogin(work.folder, registry.host, login);
    expect(digestsOf(await readLayers(await work.image(`${registry.host}/kt/one:1`)))).toEqual(digestsOf(pushed.layers['linux/amd64']));
  });

  it.each([
    ['without a login', undefined, /demands a login for kt\/one/],
    ['with a wrong one', { ...login, password: 'wrong-secret' }, /refuses the login of .*config\.json/],
  ])('says what to do %s, and shows no secret', async (_, account, message) => {
    const work = await createWorkplace();
    const registry = await startRegistry(join(work.folder, 'registry'), { login });
    if (account !== undefined) await writeLogin(work.folder, registry.host, account);
    const error = await work.image(`${registry.host}/kt/one:1`).catch((cause: unknown) => cause as Error & { hint: string });
    expect(error).toMatchObject({ code: 'REGISTRY_LOGIN', message: expect.stringMatching(message) as string, hint: expect.stringContaining('skopeo login') as string });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toMatch(/secret|pass:word/);
  });
});

describe('a registry with TLS', () => {
  it('is trusted by the authority that the project names, and only by it', async () => {
    const work = await createWorkplace();
    const pushed = await makeLayout(join(work.folder, 'layout'));
    const { ca, certificate, key } = await makeCertificates(join(work.folder, 'tls'));
    const registry = await startRegistry(join(work.folder, 'registry'), { login, tls: { certificate, key } });
    await registry.push(pushed.layout, 'kt/one:1');
    await writeLogin(work.folder, registry.host, login);
    const name = `${registry.host}/kt/one:1`;
    expect(digestsOf(await readLayers(await work.image(name, { ca: [ca] })))).toEqual(digestsOf(pushed.layers['linux/amd64']));
    await expect(work.image(name.replace(':1', ':2'))).rejects.toMatchObject({ code: 'TLS_CERTIFICATE', hint: expect.stringContaining('images: { ca') as string });
    await mkdir(join(work.folder, 'home/.config/containers/certs.d', registry.host), { recursive: true });
    await writeFile(join(work.folder, 'home/.config/containers/certs.d', registry.host, 'ca.crt'), await readFile(ca));
    expect((await work.image(name)).root.digest).toBe(pushed.index);
  });

  it('is not spoken to by plain HTTP unless that is allowed', async () => {
    const { image, registry } = await setUp();
    // A name that is not loopback, though it leads there.
    const other = registry.host.replace('127.0.0.1', '0.0.0.0');
    await expect(image(`${other}/kt/one:1`)).rejects.toMatchObject({ code: 'TLS_MISSING', hint: expect.stringContaining('insecure') as string });
    expect((await image(`${other}/kt/one:1`, { insecure: [other] })).layers).toHaveLength(2);
  });
});

describe('the cache', () => {
  it('serves what was fetched without network, and names what is missing', async () => {
    const { open, registry, pushed } = await setUp();
    const reference = dockerReference(`${registry.host}/kt/one:1`);
    const offline = { offline: true };
    await expect(open(offline).image(reference, amd64, signal)).rejects.toMatchObject({ code: 'OFFLINE', message: expect.stringContaining(`${registry.host}/kt/one:1 is not in the cache`) as string });
    await open().fetch(reference, amd64, signal);
    expect(digestsOf(await readLayers(await open(offline).image(reference, amd64, signal)))).toEqual(digestsOf(pushed.layers['linux/amd64']));
    await expect(open(offline).image(reference, arm, signal)).rejects.toMatchObject({ code: 'OFFLINE' });
  });

  it('asks for a tag once in a process and anew in the next', async () => {
    const { open, registry, folder, pushed } = await setUp();
    const reference = dockerReference(`${registry.host}/kt/one:1`);
    const first = open();
    expect((await first.image(reference, amd64, signal)).root.digest).toBe(pushed.index);
    const moved = await makeLayout(join(folder, 'moved'));
    await registry.push(moved.layout, 'kt/one:1');
    expect((await first.image(reference, arm, signal)).root.digest).toBe(pushed.index);
    expect((await open().image(reference, amd64, signal)).root.digest).toBe(moved.index);
  });

  it('holds a tag where the lock file pins it, and nothing else when frozen', async () => {
    const { open, registry, folder, pushed, lockPath } = await setUp();
    const reference = dockerReference(`${registry.host}/kt/one:1`);
    await expect(open({}, { frozen: true }).image(reference, amd64, signal)).rejects.toMatchObject({ code: 'FROZEN', hint: expect.stringContaining('images lock') as string });
    await writeFile(lockPath, JSON.stringify({ version: 1, apt: {}, images: { [`${registry.host}/kt/one:1`]: pushed.index } }));
    await registry.push((await makeLayout(join(folder, 'moved'))).layout, 'kt/one:1');
    expect((await open({}, { frozen: true }).image(reference, amd64, signal)).root.digest).toBe(pushed.index);
    expect((await open().resolve(reference, { anew: true }, signal)).digest).not.toBe(pushed.index);
    await writeFile(lockPath, JSON.stringify({ version: 1, apt: {}, images: { [`${registry.host}/kt/one:1`]: `sha256:${'1'.repeat(64)}` } }));
    await expect(open().image(reference, amd64, signal)).rejects.toMatchObject({ code: 'PIN_GONE' });
  });

  it('removes a blob that the disk has spoilt, and has it again on the next try', async () => {
    const { open, cache, registry } = await setUp();
    const reference = dockerReference(`${registry.host}/kt/one:1`);
    const image = await open().fetch(reference, amd64, signal);
    const path = cache.blobPath(image.layers[1]?.digest ?? '');
    const good = await readFile(path);
    await writeFile(path, Buffer.alloc(good.length));
    await expect(readLayers(await open().image(reference, amd64, signal))).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH', hint: expect.stringContaining('try again') as string });
    expect(digestsOf(await readLayers(await open().image(reference, amd64, signal)))).toEqual(image.layers.map(({ digest }) => digest));
  });
});
