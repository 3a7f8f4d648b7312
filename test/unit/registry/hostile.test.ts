// Registries that fail, lie, stop, redirect and never end: each a clear error in bounded time, and nothing wrong kept.
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layeredSource } from '../../../src/source/layered.ts';
import { layerOf } from '../oci/layout-folder.ts';
import { answer, digestOf, imageOf, indexOf, put, serveRegistry, tag, type Contents, type Twist } from './hostile-registry.ts';
import { amd64, createWorkplace, digestsOf, dockerReference, readLayers, type Workplace } from './workplace.ts';

const body = randomBytes(300_000);
const signal = new AbortController().signal;

async function blobsIn({ cache }: Workplace): Promise<string[]> {
  const files = await readdir(join(cache.root, 'blobs'), { recursive: true });
  return files.map((file) => file.split('/').at(-1) ?? '').filter((name) => /^[0-9a-f]{64}$/.test(name));
}

/** A file name in the cache's blobs is its digest: whatever is there must be what it is called. */
async function expectUnpoisoned(work: Workplace): Promise<void> {
  for (const hex of await blobsIn(work)) expect(digestOf(await readFile(work.cache.blobPath(`sha256:${hex}`)))).toBe(`sha256:${hex}`);
}

const isLayer = (name: string): boolean => name === digestOf(body);

describe('a registry in trouble', () => {
  it.each<[string, Twist]>([
    ['answers 500 twice', ({ response, count, good }) => (count < 2 ? void response.writeHead(500).end() : good())],
    ['limits the rate and says for how long', ({ response, count, good }) => (count < 1 ? void response.writeHead(429, { 'retry-after': '0' }).end() : good())],
    ['cuts every connection once', ({ response, count, good }) => (count < 1 ? void response.destroy() : good())],
    ['cuts documents and layers in the middle', ({ request, response, content, count, good }) => {
      if (count > 0 || content === undefined || request.method === 'HEAD') { good(); return; }
      response.writeHead(200, { 'content-type': content.type, 'content-length': content.bytes.length });
      response.write(content.bytes.subarray(0, content.bytes.length >> 1), () => setImmediate(() => response.destroy()));
    }],
    ['knows no HEAD', ({ request, response, good }) => (request.method === 'HEAD' ? void response.writeHead(405).end() : good())],
    ['calls a layer a web page', ({ request, response, name, content, good }) => (isLayer(name) && content !== undefined ? answer(request, response, { ...content, type: 'text/html' }) : good())],
  ])('is read all the same when it %s', async (_, twist) => {
    const work = await createWorkplace();
    const contents: Contents = new Map();
    imageOf(contents, body);
    await using server = await serveRegistry(contents, twist);
    expect(digestsOf(await readLayers(await work.image(server.reference)))).toEqual([digestOf(body)]);
  });

  it('resumes a layer where it was cut instead of fetching it again', async () => {
    const work = await createWorkplace();
    const contents: Contents = new Map();
    imageOf(contents, body);
    await using server = await serveRegistry(contents, ({ response, name, count, good }) => {
      if (!isLayer(name) || count > 0) { good(); return; }
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 200_000), () => setImmediate(() => response.destroy()));
    });
    expect(digestsOf(await readLayers(await work.image(server.reference)))).toEqual([digestOf(body)]);
    const ranges = server.requests.filter(({ url }) => url.endsWith(digestOf(body))).map(({ range }) => range ?? '');
    // How much of the first answer arrived before the cut is the machine's affair.
    expect(ranges).toEqual(['', expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it.each<[string, Twist, string, RegExp]>([
    ['always answers 500', ({ response }) => void response.writeHead(500).end('{"errors":[{"code":"X","message":"disk on fire"}]}'), 'REGISTRY_FAILED', /answers status 500 for kt\/x:1 \(X: disk on fire\)/],
    ['asks to come back in an hour', ({ response }) => void response.writeHead(429, { 'retry-after': '3600' }).end(), 'REGISTRY_BUSY', /limits how often/],
    ['answers with a web page', ({ response }) => void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Log in to this network'), 'REGISTRY_WEB_PAGE', /web page where an image was expected/],
    ['answers with a page that claims to be a manifest', ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('\n<!DOCTYPE html>'), 'REGISTRY_WEB_PAGE', /web page/],
    ['answers with no JSON', ({ response }) => void response.writeHead(200).end('hello'), 'IMAGE_MANIFEST_INVALID', /not JSON/],
    ['answers with a list', ({ response }) => void response.writeHead(200).end('[]'), 'IMAGE_MANIFEST_INVALID', /no manifest/],
    ['sends a manifest without end', ({ request, response }) => (request.method === 'HEAD' ? void response.writeHead(405).end() : flood(response)), 'IMAGE_MANIFEST_INVALID', /more than 4 MiB for kt\/x:1/],
    ['redirects in a circle', ({ request, response }) => void response.writeHead(307, { location: request.url ?? '' }).end(), 'NETWORK', /redirects without end/],
    ['redirects to something else than HTTP', ({ response }) => void response.writeHead(307, { location: 'ftp://elsewhere.example/x' }).end(), 'NETWORK', /something that is not http/],
    ['always cuts the connection', ({ response }) => void response.destroy(), 'NETWORK', /connection was cut/],
    ['denies', ({ response }) => void response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"no \\u001b[2J\\u202e you"}]}'), 'REGISTRY_DENIED', /DENIED: no  ?\[2J/],
    ['demands an unknown login', ({ response }) => void response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end(), 'REGISTRY_LOGIN', /kind of login/],
    ['demands a login without saying which', ({ response }) => void response.writeHead(401).end(), 'REGISTRY_LOGIN', /kind of login/],
    ['stores the form of 2014', ({ response }) => void response.writeHead(200, { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }).end('{"schemaVersion":1,"name":"kt/x","fsLayers":[]}'), 'IMAGE_SCHEMA_1', /schema 1/],
    ['says another digest than it sends', ({ response }) => void response.writeHead(200, { 'docker-content-digest': `sha256:${'a'.repeat(64)}` }).end('{"schemaVersion":2}'), 'IMAGE_DIGEST_MISMATCH', /is not sha256:aaaa/],
  ])('that %s ends in a clear error', async (_, twist, code, message) => {
    const work = await createWorkplace();
    await using server = await serveRegistry(new Map(), twist);
    const error = await work.image(server.reference).catch((cause: unknown) => cause as Error);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string, hint: expect.any(String) as string });
     
    expect((error as Error).message).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(await blobsIn(work)).toEqual([]);
  });

  it('that sends a manifest drop by drop is given up', async () => {
    const { open } = await createWorkplace();
    await using server = await serveRegistry(new Map(), ({ request, response }) => {
      if (request.method === 'HEAD') return void response.writeHead(405).end();
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    await expect(open({}, { documentMs: 300 }).image(dockerReference(server.reference), amd64, signal)).rejects.toMatchObject({ code: 'NETWORK', message: expect.stringContaining('does not deliver kt/x:1 within 0.3 s') as string });
  });
});

function flood(response: ServerResponse): void {
  response.writeHead(200);
  const block = Buffer.alloc(256 * 1024, 0x20);
  const more = (): void => {
    while (!response.destroyed && response.write(block));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

describe('an image that is not what it says', () => {
  it.each<[string, Twist | undefined, Parameters<typeof imageOf>[2] | undefined, string, RegExp]>([
    ['other bytes', ({ request, response, name, content, good }) => (isLayer(name) && content !== undefined ? answer(request, response, { ...content, bytes: Buffer.alloc(body.length) }) : good()), undefined, 'IMAGE_DIGEST_MISMATCH', /sends other bytes for the blob sha256:/],
    ['a layer without end', ({ response, name, good }) => (isLayer(name) ? flood(response) : good()), undefined, 'IMAGE_DIGEST_MISMATCH', /its size of 300000 bytes/],
    ['too small a size', undefined, ({ config, layers: [layer] }) => ({ config, layers: [{ ...layer, size: 1000 }] }), 'IMAGE_DIGEST_MISMATCH', /its size of 1000 bytes/],
    ['too big a size', undefined, ({ config, layers: [layer] }) => ({ config, layers: [{ ...layer, size: 400_000 }] }), 'NETWORK|IMAGE_DIGEST_MISMATCH', /sha256:/],
    ['a layer that is not there', ({ response, name, good }) => (isLayer(name) ? void response.writeHead(404).end() : good()), undefined, 'IMAGE_NOT_FOUND', /does not have the blob sha256:/],
    ['a web page for a layer', ({ response, name, good }) => (isLayer(name) ? void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>') : good()), undefined, 'REGISTRY_WEB_PAGE', /web page/],
    ['a layer that is always cut', ({ response, name, good }) => (isLayer(name) ? void response.destroy() : good()), undefined, 'NETWORK', /cut/],
    ['a layer in trouble', ({ response, name, good }) => (isLayer(name) ? void response.writeHead(503).end() : good()), undefined, 'DOWNLOAD_REFUSED', /status 503/],
  ])('with %s names the layer and leaves nothing wrong in the cache', async (_, twist, change, code, message) => {
    const work = await createWorkplace();
    const contents: Contents = new Map();
    imageOf(contents, body, change);
    await using server = await serveRegistry(contents, twist);
    const image = await work.image(server.reference);
    const error = await layeredSource('x', image, work).layers?.(signal).catch((cause: unknown) => cause as Error);
    expect(error).toMatchObject({ code: expect.stringMatching(new RegExp(`^(${code})$`)) as string, message: expect.stringMatching(/^layer 1 of 1 \(sha256:[0-9a-f]{12}…\): /) as string });
    expect((error as Error).message).toMatch(message);
    expect(await blobsIn(work)).not.toContain(digestOf(body).slice(7));
    await expectUnpoisoned(work);
  });

  it.each<[string, (contents: Contents) => void, string]>([
    ['an index inside an index, a hundred deep', (contents) => {
      let inner: object = imageOf(contents, body).manifest;
      for (let depth = 0; depth < 100; depth += 1) inner = indexOf(contents, [inner]);
      tag(contents, '1', inner as { mediaType: string; digest: string; size: number });
    }, 'IMAGE_MANIFEST_INVALID'],
    ['an index that claims its own digest', (contents) => {
      const claimed = { mediaType: 'application/vnd.oci.image.index.v1+json', digest: `sha256:${'b'.repeat(64)}`, size: 100 };
      const index = indexOf(contents, [claimed]);
      contents.set(claimed.digest, contents.get(index.digest) ?? { type: '', bytes: Buffer.alloc(0) });
      tag(contents, '1', index);
    }, 'NETWORK|IMAGE_DIGEST_MISMATCH'],
    ['a manifest that claims to be huge', (contents) => {
      tag(contents, '1', indexOf(contents, [{ ...imageOf(contents, body).manifest, size: 5_000_000, platform: { os: 'linux', architecture: 'amd64' } }]));
    }, 'IMAGE_MANIFEST_INVALID'],
    ['a foreign layer', (contents) => {
      imageOf(contents, body, ({ config, layers: [layer] }) => ({ config, layers: [{ ...layer, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', urls: ['http://elsewhere.example/x'] }] }));
    }, 'IMAGE_LAYER_UNSUPPORTED'],
    ['a configuration that is a list', (contents) => {
      imageOf(contents, body, ({ layers }) => ({ config: put(contents, 'application/vnd.oci.image.config.v1+json', Buffer.from('[]')), layers }));
    }, 'IMAGE_MANIFEST_INVALID'],
    ['a chart instead of an image', (contents) => {
      imageOf(contents, body, ({ config, layers }) => ({ config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers }));
    }, 'IMAGE_NOT_AN_IMAGE'],
    ['blobs that are named by paths', (contents) => {
      imageOf(contents, body, ({ config }) => ({ config, layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: 'sha256:../../../../etc/passwd', size: 1 }] }));
    }, 'IMAGE_MANIFEST_INVALID'],
    ['blobs by another algorithm', (contents) => {
      imageOf(contents, body, ({ config, layers }) => ({ config: { ...config, digest: `sha512:${'a'.repeat(128)}` }, layers }));
    }, 'IMAGE_DIGEST_UNSUPPORTED'],
  ])('refuses %s', async (_, make, code) => {
    const work = await createWorkplace();
    const contents: Contents = new Map();
    make(contents);
    await using server = await serveRegistry(contents);
    await expect(work.image(server.reference)).rejects.toMatchObject({ code: expect.stringMatching(new RegExp(`^(${code})$`)) as string });
    expect(server.requests.length).toBeLessThan(40);
    await expectUnpoisoned(work);
  });

  it('reads what lies in a harmless nest of indexes', async () => {
    const work = await createWorkplace();
    const contents: Contents = new Map();
    const { manifest } = imageOf(contents, await layerOf([{ name: 'a' }]));
    tag(contents, '1', indexOf(contents, [indexOf(contents, [{ ...manifest, platform: { os: 'linux', architecture: 'amd64' } }])]));
    await using server = await serveRegistry(contents);
    expect((await work.image(server.reference)).digest).toBe(manifest.digest);
  });
});

describe('an interrupt', () => {
  it('ends a download that hangs', async () => {
    const work = await createWorkplace();
    const contents: Contents = new Map();
    imageOf(contents, body);
    const abort = new AbortController();
    await using server = await serveRegistry(contents, ({ response, name, good }) => {
      if (!isLayer(name)) { good(); return; }
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 1000), () => setTimeout(() => abort.abort(new Error('enough')), 20));
    });
    await expect(readLayers(await work.image(server.reference), abort.signal)).rejects.toThrow('enough');
  });
});
