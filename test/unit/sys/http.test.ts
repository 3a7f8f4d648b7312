// The HTTP client against a real server on the loopback interface.
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { sendHttp, redactUrl, retryAfterMs, type HttpResponse } from '../../../src/sys/http.ts';
import { serve } from '../cache/loopback.ts';

const quick = { backoffMs: 1 };

async function bytesOf(response: HttpResponse): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

it('gives the bytes of the wire even where the server calls them encoded', async () => {
  const packed = gzipSync('kernel');
  await using server = await serve((_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed));
  expect(await bytesOf(await sendHttp(server.url))).toEqual(packed);
});

it.each([500, 502, 503, 504, 429, 408])('tries again after status %i', async (status) => {
  await using server = await serve((_, response, count) => void response.writeHead(count < 2 ? status : 200).end('done'));
  const response = await sendHttp(server.url, quick);
  expect(response.status).toBe(200);
  expect((await bytesOf(response)).toString()).toBe('done');
  expect(server.requests).toHaveLength(3);
});

it('hands over the last answer when the server never recovers', async () => {
  await using server = await serve((_, response) => void response.writeHead(503).end('busy'));
  const response = await sendHttp(server.url, { ...quick, retries: 2 });
  expect([response.status, (await bytesOf(response)).toString()]).toEqual([503, 'busy']);
  expect(server.requests).toHaveLength(3);
});

it('tries again after a cut connection and reports NETWORK when it stays cut', async () => {
  await using server = await serve((_, response, count) => {
    if (count < 1) response.destroy();
    else response.end('ok');
  });
  expect((await bytesOf(await sendHttp(server.url, quick))).toString()).toBe('ok');
  await using dead = await serve((_, response) => response.destroy());
  await expect(sendHttp(dead.url, { ...quick, retries: 1 })).rejects.toMatchObject({ code: 'NETWORK' });
});

it('names a host that does not exist without its credentials', async () => {
  const error = await sendHttp('http://me:secret@nowhere.invalid/x?key=secret', { retries: 0 }).catch((cause: unknown) => cause as Error);
  expect(error).toMatchObject({ code: 'NETWORK', message: expect.stringContaining('nowhere.invalid') as string });
  expect((error as Error).message).not.toContain('secret');
});

it('follows redirects but takes no credentials to another origin', async () => {
  await using target = await serve((_, response) => void response.end('there'));
  await using server = await serve((request, response) => {
    if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
    else response.writeHead(307, { location: `${target.url}/c` }).end();
  });
  const response = await sendHttp(`${server.url.replace('//', '//me:pw@')}/a`);
  expect((await bytesOf(response)).toString()).toBe('there');
  expect(server.requests.map(({ authorization }) => authorization !== undefined)).toEqual([true, true]);
  expect(target.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
});

it.each(['loop', 'file:///etc/passwd'])('refuses a redirect to %s', async (location) => {
  await using server = await serve((_, response) => void response.writeHead(302, { location }).end());
  await expect(sendHttp(server.url, quick)).rejects.toMatchObject({ code: 'NETWORK' });
});

it('goes through the proxy it is given, with a plain request', async () => {
  await using proxy = await serve((request, response) => void response.end(`asked for ${request.url ?? ''}`));
  const response = await sendHttp('http://nowhere.invalid/x', { proxy: proxy.url, retries: 0 });
  expect((await bytesOf(response)).toString()).toContain('/x');
  expect(proxy.requests).toHaveLength(1);
});

it.each([
  ['120', 120_000],
  ['0', 0],
  ['Fri, 31 Dec 1999 23:59:59 GMT', 59_000],
  ['Fri, 31 Dec 1999 23:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads Retry-After %s as %s ms', (value, expected) => {
  expect(retryAfterMs(value, Date.parse('Fri, 31 Dec 1999 23:59:00 GMT'))).toBe(expected);
});

it.each([
  ['https://user:pw@example.org/a?b=c#d', 'https://***@example.org/a?***'],
  ['http://example.org/plain', 'http://example.org/plain'],
  ['mirror+file:/etc/apt/mirrors', 'mirror+file:/etc/apt/mirrors'],
  ['://user:pw@x?token', '://***@x?***'],
])('redacts %s', (url, expected) => {
  expect(redactUrl(url)).toBe(expected);
});
