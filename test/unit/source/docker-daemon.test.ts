// `docker-daemon:` against answers over a real unix socket; test/e2e/layers.test.ts asks a real podman.
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawTar } from '../archive/raw-tar.ts';
import { show } from '../archive/trees.ts';
import { createPlace, type Place } from './place.ts';

const layer = rawTar([{ name: 'etc/hosts', content: 'localhost' }]);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { diff_ids: [`sha256:${sha256(layer)}`] } }));
const archive = rawTar([{ name: 'l.tar', content: layer }, { name: `${sha256(config)}.json`, content: config }, { name: 'manifest.json', content: JSON.stringify([{ Config: `${sha256(config)}.json`, RepoTags: ['kt/svc:1'], Layers: ['l.tar'] }]) }]);
const signal = new AbortController().signal;

type Answer = (response: ServerResponse) => void;
const json = (value: unknown, status = 200): Answer => (response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const inspected = json({ Id: `sha256:${sha256(config)}` });

let place: Place;
const host = process.env['DOCKER_HOST'];
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  if (host === undefined) delete process.env['DOCKER_HOST'];
  else process.env['DOCKER_HOST'] = host;
  await place[Symbol.asyncDispose]();
});

/** Answers by path on a socket that DOCKER_HOST names; gives the paths that were asked for. */
async function serve(answers: Readonly<Record<string, Answer>>, work: (asked: readonly string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    (answers[request.url ?? ''] ?? json({ message: 'no such image' }, 404))(response);
  });
  const socket = join(place.folder, 'd.sock');
  server.listen(socket);
  await once(server, 'listening');
  process.env['DOCKER_HOST'] = `unix://${socket}`;
  try {
    await work(asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('docker-daemon', () => {
  it('copies an image from the service once for each id', async () => {
    await serve({ '/images/kt/svc:1/json': inspected, '/images/kt/svc:1/get': (response) => void response.end(archive) }, async (asked) => {
      for (const round of ['fresh', 'warm']) expect([round, show(await (await place.resolve('docker-daemon:kt/svc:1')).tree(signal))]).toEqual([round, { etc: '/', 'etc/hosts': 'slice of 9' }]);
      expect(asked).toEqual(['/images/kt/svc:1/json', '/images/kt/svc:1/get', '/images/kt/svc:1/json']);
    });
  });

  it.each<[string, Readonly<Record<string, Answer>>, string, RegExp]>([
    ['has no such image', {}, 'IMAGE_NOT_FOUND', /has no image "kt\/svc:1"/],
    ['fails', { '/images/kt/svc:1/json': json({ message: 'out of\nspace' }, 500) }, 'IMAGE_DAEMON_UNREACHABLE', /answers 500: .*out of/],
    ['answers with a page', { '/images/kt/svc:1/json': (response) => void response.end('<html>') }, 'IMAGE_DAEMON_UNREACHABLE', /neither docker nor podman/],
    ['stops in the middle of the image', { '/images/kt/svc:1/json': inspected, '/images/kt/svc:1/get': (response) => { response.writeHead(200, { 'content-length': archive.length }); response.write(archive.subarray(0, 700), () => response.destroy()); } }, 'IMAGE_DAEMON_UNREACHABLE', /stopped|aborted|cut/],
  ])('says so when the service %s, and keeps nothing', async (_, answers, code, message) => {
    await serve(answers, async () => {
      await expect(place.resolve('docker-daemon:kt/svc:1')).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string, hint: expect.stringMatching(/./) as string });
      expect([await place.kept('tar'), await place.unfinished()]).toEqual([[], []]);
    });
  });

  it.each([
    ['nobody answers at the socket', 'unix:///nowhere/docker.sock', 'docker-daemon:kt/svc:1', 'IMAGE_DAEMON_UNREACHABLE'],
    ['DOCKER_HOST is on the network', 'tcp://localhost:2375', 'docker-daemon:kt/svc:1', 'IMAGE_DAEMON_UNREACHABLE'],
    ['the name is no name', 'unix:///nowhere/docker.sock', 'docker-daemon:../containers/json?x=', 'IMAGE_REFERENCE_INVALID'],
  ])('says so when %s', async (_, address, reference, code) => {
    process.env['DOCKER_HOST'] = address;
    await expect(place.resolve(reference)).rejects.toMatchObject({ code, message: expect.stringContaining(`${reference}: `) as string, hint: expect.stringMatching(/./) as string });
  });
});
