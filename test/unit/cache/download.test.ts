// Downloads against a real server that cuts, lies, stalls and refuses.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { download, type RemoteFile } from '../../../src/cache/download.ts';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { recordProgress, temporaryFolder } from './folder.ts';
import { cutAfter, serve, wellBehaved, type Loopback } from './loopback.ts';

const body = randomBytes(700_000);
const sha256 = createHash('sha256').update(body).digest('hex');
const quick = { backoffMs: 1 };

async function setUp(): Promise<{ cache: Cache; parts: () => Promise<string[]>; file: (server: Loopback, extra?: Partial<RemoteFile>) => RemoteFile }> {
  const root = await temporaryFolder();
  return {
    cache: await openCache(root),
    parts: () => readdir(join(root, 'parts')),
    file: (server, extra) => ({ url: `${server.url}/file`, sha256, size: body.length, name: 'file', ...extra }),
  };
}

it('puts a verified file into the cache and tells its progress to the end', async () => {
  const { cache, file, parts } = await setUp();
  await using server = await serve(wellBehaved(body));
  const progress = recordProgress();
  const path = await download(cache, file(server), progress);
  expect(path).toBe(cache.blobPath(`sha256:${sha256}`));
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(progress.downloads.at(-1)).toMatchObject({ name: 'file', finished: true });
  expect(progress.downloads.filter(({ finished }) => finished)).toHaveLength(1);
  expect(progress.downloads[0]).toEqual({ name: 'file', done: 0, total: body.length, finished: false });
  expect(await parts()).toEqual([]);
});

it('asks the server nothing for a file it has', async () => {
  const { cache, file } = await setUp();
  await using server = await serve(wellBehaved(body));
  await download(cache, file(server), recordProgress());
  await download(cache, file(server), recordProgress());
  expect(server.requests).toHaveLength(1);
});

it('fetches once for several who ask at the same time', async () => {
  const { cache, file } = await setUp();
  await using server = await serve(wellBehaved(body));
  await Promise.all([1, 2, 3].map(() => download(cache, file(server), recordProgress())));
  expect(server.requests).toHaveLength(1);
});

it.each([{ known: true }, { known: false }])('resumes where the connection was cut (size known: $known)', async ({ known }) => {
  const { cache, file } = await setUp();
  await using server = await serve((request, response, count) => {
    if (count < 2) cutAfter(response, body, count === 0 ? 0 : Number(/\d+/.exec(request.headers.range ?? '')?.[0]), 200_000);
    else wellBehaved(body)(request, response, count);
  });
  const path = await download(cache, file(server, known ? {} : { size: undefined }), recordProgress(), undefined, quick);
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=200000-', 'bytes=400000-']);
});

it('resumes what an earlier process left', async () => {
  const { cache, file } = await setUp();
  await writeFile(join(cache.root, 'parts', sha256), body.subarray(0, 123_456));
  await using server = await serve(wellBehaved(body));
  const path = await download(cache, file(server), recordProgress());
  expect(server.requests[0]?.range).toBe('bytes=123456-');
  expect((await readFile(path)).equals(body)).toBe(true);
});

it('restarts cleanly when the server ignores the range', async () => {
  const { cache, file } = await setUp();
  await writeFile(join(cache.root, 'parts', sha256), randomBytes(5000));
  await using server = await serve((_, response) => void response.writeHead(200, { 'content-length': body.length }).end(body));
  const path = await download(cache, file(server), recordProgress());
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(server.requests).toHaveLength(1);
});

it('restarts from the beginning when the left part belongs to another version of the file', async () => {
  const { cache, file } = await setUp();
  await writeFile(join(cache.root, 'parts', sha256), randomBytes(5000));
  await using server = await serve(wellBehaved(body));
  const path = await download(cache, file(server), recordProgress(), undefined, quick);
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(server.requests.map(({ range }) => range)).toEqual(['bytes=5000-', undefined]);
});

it.each([
  { left: 'longer than the file', bytes: randomBytes(body.length + 10), known: true },
  { left: 'longer than the file, whose size nobody told', bytes: randomBytes(body.length + 10), known: false },
])('restarts when the left part is $left', async ({ bytes, known }) => {
  const { cache, file } = await setUp();
  await writeFile(join(cache.root, 'parts', sha256), bytes);
  await using server = await serve(wellBehaved(body));
  const path = await download(cache, file(server, known ? {} : { size: undefined }), recordProgress(), undefined, quick);
  expect((await readFile(path)).equals(body)).toBe(true);
});

it.each([
  { lie: 'other bytes of the same length', sent: randomBytes(body.length) },
  { lie: 'an empty answer', sent: Buffer.alloc(0) },
  { lie: 'more bytes than there should be', sent: Buffer.concat([body, Buffer.from('x')]) },
])('refuses $lie, keeps nothing and says which digest was expected', async ({ sent }) => {
  const { cache, file, parts } = await setUp();
  await using server = await serve((_, response) => void response.end(sent));
  const outcome = download(cache, file(server), recordProgress(), undefined, quick);
  await expect(outcome).rejects.toMatchObject({ code: sent.length === 0 ? 'NETWORK' : 'DOWNLOAD_DIGEST' });
  expect(await cache.has(`sha256:${sha256}`)).toBe(false);
  expect(await parts()).toEqual(sent.length === 0 ? [sha256] : []);
});

it('gives a right file after a wrong one: nothing is poisoned', async () => {
  const { cache, file } = await setUp();
  let sent = randomBytes(body.length);
  await using server = await serve((request, response, count) => wellBehaved(sent)(request, response, count));
  await expect(download(cache, file(server), recordProgress(), undefined, quick)).rejects.toMatchObject({ code: 'DOWNLOAD_DIGEST' });
  sent = body;
  const path = await download(cache, file(server), recordProgress());
  expect((await readFile(path)).equals(body)).toBe(true);
});

it('gives up on a server that always cuts before the first byte, and keeps what came before', async () => {
  const { cache, file, parts } = await setUp();
  await using server = await serve((_, response, count) => {
    if (count === 0) cutAfter(response, body, 0, 1000);
    else response.destroy();
  });
  await expect(download(cache, file(server), recordProgress(), undefined, quick)).rejects.toMatchObject({ code: 'NETWORK', hint: expect.stringContaining('proxy') as string });
  expect(await parts()).toEqual([sha256]);
  expect(server.requests.length).toBeGreaterThan(3);
});

it('obeys Retry-After and tries again', async () => {
  const { cache, file } = await setUp();
  await using server = await serve((request, response, count) => {
    if (count === 0) response.writeHead(503, { 'retry-after': '0' }).end();
    else wellBehaved(body)(request, response, count);
  });
  await download(cache, file(server), recordProgress(), undefined, { backoffMs: 60_000 });
  expect(server.requests).toHaveLength(2);
});

it('does not wait for hours: a long Retry-After is told to the user', async () => {
  const { cache, file } = await setUp();
  await using server = await serve((_, response) => void response.writeHead(429, { 'retry-after': '7200' }).end());
  await expect(download(cache, file(server), recordProgress())).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED', hint: expect.stringContaining('7200') as string });
  expect(server.requests).toHaveLength(1);
});

it.each([[404, 'DOWNLOAD_GONE'], [410, 'DOWNLOAD_GONE'], [403, 'DOWNLOAD_REFUSED'], [401, 'DOWNLOAD_REFUSED']])('reports status %i as %s without trying again', async (status, code) => {
  const { cache, file } = await setUp();
  await using server = await serve((_, response) => void response.writeHead(status).end('<html>'));
  await expect(download(cache, file(server), recordProgress(), undefined, quick)).rejects.toMatchObject({ code });
  expect(server.requests).toHaveLength(1);
});

it('never shows credentials of a URL', async () => {
  const { cache, file } = await setUp();
  await using server = await serve((_, response) => void response.writeHead(404).end());
  const url = `${server.url.replace('http://', 'http://user:hunter2@')}/file?token=hunter3`;
  const error = await download(cache, file(server, { url }), recordProgress()).catch((cause: unknown) => cause as Error);
  expect(JSON.stringify([error, (error as Error).message])).not.toMatch(/hunter/);
  expect(server.requests[0]?.authorization).toBe(`Basic ${Buffer.from('user:hunter2').toString('base64')}`);
});

it('says that the disk is full and how to make room', async () => {
  const { cache, file } = await setUp();
  await mkdir(join(cache.root, 'parts'), { recursive: true });
  await symlink('/dev/full', join(cache.root, 'parts', sha256));
  await using server = await serve(wellBehaved(body));
  await expect(download(cache, file(server), recordProgress())).rejects.toMatchObject({ code: 'DISK_FULL', hint: expect.stringContaining('kit-test cache prune') as string });
});

it('fetches a blob again that a crash of the machine has cut', async () => {
  const { cache, file } = await setUp();
  await using server = await serve(wellBehaved(body));
  const path = await download(cache, file(server), recordProgress());
  await writeFile(path, body.subarray(0, 10));
  await download(cache, file(server), recordProgress());
  expect((await readFile(path)).equals(body)).toBe(true);
});

it('ends at once when it is aborted, and goes on from there the next time', async () => {
  const { cache, file } = await setUp();
  const abort = new AbortController();
  await using server = await serve((request, response, count) => {
    if (count > 0) { wellBehaved(body)(request, response, count); return; }
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, 300_000), () => setTimeout(() => abort.abort(), 50));
  });
  await expect(download(cache, file(server), recordProgress(), abort.signal)).rejects.toThrow(/abort/i);
  const path = await download(cache, file(server), recordProgress());
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(server.requests[1]?.range).toMatch(/^bytes=[1-9]/);
});

it('gives up a server that sends drop by drop', async () => {
  const { cache, file } = await setUp();
  await using server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': body.length });
    let at = 0;
    const timer = setInterval(() => response.write(body.subarray(at, ++at)), 5);
    response.on('close', () => clearInterval(timer));
  });
  await expect(download(cache, file(server), recordProgress(), undefined, { ...quick, slowMs: 30 })).rejects.toMatchObject({ code: 'NETWORK', message: expect.stringContaining('too slowly') as string });
  expect(server.requests).toHaveLength(5);
});
