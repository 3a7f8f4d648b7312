// Tokens and logins against servers on the loopback interface: what is sent to whom, and what is done when it expires.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve } from '../cache/loopback.ts';
import { digestOf, imageOf, serveRegistry, type Contents, type Twist } from './hostile-registry.ts';
import { createWorkplace, digestsOf, readLayers, type Workplace } from './workplace.ts';

const body = randomBytes(50_000);
const challenge = (realm: string): string => `Bearer realm="${realm}/token",service="test service",scope="repository:kt/x:pull"`;
const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;

function contentsOfImage(): Contents {
  const contents: Contents = new Map();
  imageOf(contents, body);
  return contents;
}

async function logIn(work: Workplace, host: string, entry: object): Promise<void> {
  await mkdir(join(work.folder, 'home/.docker'), { recursive: true });
  await writeFile(join(work.folder, 'home/.docker/config.json'), JSON.stringify({ auths: { [host]: entry } }));
}

const encoded = { auth: Buffer.from('me:secret').toString('base64') };

/** Lets through who has the token that `valid` names now. */
function guarded(realm: () => string, valid: (name: string) => string): Twist {
  return ({ request, response, name, good }) => {
    if (request.headers.authorization === `Bearer ${valid(name)}`) { good(); return; }
    response.writeHead(401, { 'www-authenticate': challenge(realm()) }).end();
  };
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const giveToken = (token: string) => (_: IncomingMessage, response: ServerResponse): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token, expires_in: 60 }));

describe('a token server', () => {
  it('gives a token to everybody, asked for once and for reading only', async () => {
    const work = await createWorkplace();
    await using tokens = await serve(giveToken('t1'));
    await using server = await serveRegistry(contentsOfImage(), guarded(() => tokens.url, () => 't1'));
    expect(digestsOf(await readLayers(await work.image(server.reference)))).toEqual([digestOf(body)]);
    expect(tokens.requests).toEqual([{ url: '/token?service=test+service&scope=repository%3Akt%2Fx%3Apull', range: undefined, authorization: undefined }]);
  });

  it('is asked again when its token expires between manifest and layer', async () => {
    const work = await createWorkplace();
    await using tokens = await serve((_, response, count) => giveToken(`t${count}`)(_, response));
    await using server = await serveRegistry(contentsOfImage(), guarded(() => tokens.url, (name) => (name === digestOf(body) ? 't1' : 't0')));
    expect(digestsOf(await readLayers(await work.image(server.reference)))).toEqual([digestOf(body)]);
    expect(tokens.requests).toHaveLength(2);
  });

  it('is asked twice at most for one request that refuses every token', async () => {
    const work = await createWorkplace();
    await using tokens = await serve((_, response, count) => giveToken(`t${count}`)(_, response));
    await using server = await serveRegistry(contentsOfImage(), guarded(() => tokens.url, () => 'never'));
    await expect(work.image(server.reference)).rejects.toMatchObject({ code: 'REGISTRY_LOGIN' });
    expect(tokens.requests.length).toBeLessThanOrEqual(2);
  });

  it('gets the login of the registry, which the registry itself does not', async () => {
    const work = await createWorkplace();
    await using tokens = await serve((request, response) => (request.headers.authorization === basic ? giveToken('t1')(request, response) : void response.writeHead(401).end()));
    await using server = await serveRegistry(contentsOfImage(), guarded(() => tokens.url, () => 't1'));
    await expect(work.image(server.reference)).rejects.toMatchObject({ code: 'REGISTRY_LOGIN', message: expect.stringContaining('demands a login') as string });
    await logIn(work, server.host, encoded);
    expect(digestsOf(await readLayers(await work.image(server.reference)))).toEqual([digestOf(body)]);
    expect(tokens.requests.at(-1)?.url).toContain('account=me');
    expect(server.requests.map(({ authorization }) => authorization)).not.toContain(basic);
  });

  it('exchanges an identity token', async () => {
    const work = await createWorkplace();
    const forms: string[] = [];
    await using tokens = await serve((request, response) => void readForm(request).then((text) => {
      forms.push(`${request.method} ${text}`);
      response.end(JSON.stringify({ access_token: 't1' }));
    }));
    await using server = await serveRegistry(contentsOfImage(), guarded(() => tokens.url, () => 't1'));
    await logIn(work, server.host, { identitytoken: 'refresh me' });
    expect((await work.image(server.reference)).layers).toHaveLength(1);
    expect(forms).toEqual(['POST grant_type=refresh_token&client_id=kit-test&refresh_token=refresh+me&service=test+service&scope=repository%3Akt%2Fx%3Apull']);
  });

  it('is not needed where the file has a token for the registry', async () => {
    const work = await createWorkplace();
    await using server = await serveRegistry(contentsOfImage(), guarded(() => 'http://127.0.0.1:9', () => 'ready'));
    await logIn(work, server.host, { registrytoken: 'ready' });
    expect((await work.image(server.reference)).layers).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['speaks plain HTTP', 'http://tokens.example'],
    ['is no URL', 'tokens'],
    ['is a file', 'file:///etc'],
    ['brings its own login', 'https://a:b@tokens.example'],
  ])('that %s gets no login', async (_, realm) => {
    const work = await createWorkplace();
    await using server = await serveRegistry(contentsOfImage(), guarded(() => realm, () => 't1'));
    await logIn(work, server.host, encoded);
    await expect(work.image(server.reference)).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_SERVER' });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['a web page', (response) => void response.end('<html>')],
    ['no token', (response) => void response.end('{}')],
    ['a token that would write headers', (response) => void response.end(JSON.stringify({ token: 'x\r\nhost: elsewhere' }))],
    ['a token of megabytes', (response) => void response.end(JSON.stringify({ token: 'x'.repeat(3_000_000) }))],
  ])('that answers with %s is said to be broken', async (_, reply) => {
    const work = await createWorkplace();
    await using tokens = await serve((__, response) => reply(response));
    await using server = await serveRegistry(contentsOfImage(), guarded(() => tokens.url, () => 't1'));
    await expect(work.image(server.reference)).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_SERVER', message: expect.stringContaining('no token') as string });
  });
});

describe('credentials', () => {
  const demandBasic: Twist = ({ request, response, good }) => (request.headers.authorization === basic ? good() : void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());

  it('do not follow a blob to another host, whose own question is not answered either', async () => {
    const work = await createWorkplace();
    const contents = contentsOfImage();
    await using storage = await serveRegistry(contents);
    await using curious = await serve((_, response) => void response.writeHead(401, { 'www-authenticate': 'Basic realm="give me"' }).end());
    let target = `${storage.url}/blobs`;
    await using server = await serveRegistry(contents, (exchange) => {
      if (exchange.request.headers.authorization !== basic || exchange.name !== digestOf(body)) { demandBasic(exchange); return; }
      exchange.response.writeHead(307, { location: `${target}/${exchange.name}?X-Signature=secret-signature` }).end();
    });
    await logIn(work, server.host, encoded);
    expect(digestsOf(await readLayers(await work.image(server.reference)))).toEqual([digestOf(body)]);
    expect(storage.requests).toEqual([expect.objectContaining({ authorization: undefined })]);

    const other = await createWorkplace();
    await logIn(other, server.host, encoded);
    target = curious.url;
    const error = await readLayers(await other.image(server.reference)).catch((cause: unknown) => cause as Error);
    expect(error).toMatchObject({ code: 'REGISTRY_FAILED', message: expect.stringContaining('status 401') as string });
    expect(curious.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(`${(error as Error).message} ${(error as Error).stack ?? ''}`).not.toMatch(/secret/);
  });

  it('of a registry are not shown to its mirror', async () => {
    const work = await createWorkplace();
    await using mirror = await serveRegistry(new Map(), ({ response }) => void response.writeHead(401, { 'www-authenticate': 'Basic realm="mirror"' }).end());
    await using server = await serveRegistry(contentsOfImage(), demandBasic);
    await logIn(work, server.host, encoded);
    expect((await work.image(server.reference, { mirrors: { '*': mirror.url } })).layers).toHaveLength(1);
    expect(mirror.requests.length).toBeGreaterThan(0);
    expect(mirror.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it('that are wrong are sent once for a question', async () => {
    const work = await createWorkplace();
    await using server = await serveRegistry(contentsOfImage(), demandBasic);
    await logIn(work, server.host, { auth: Buffer.from('me:wrong').toString('base64') });
    await expect(work.image(server.reference)).rejects.toMatchObject({ code: 'REGISTRY_LOGIN' });
    expect(server.requests.filter(({ authorization }) => authorization !== undefined).length).toBeLessThanOrEqual(2);
  });

  it.each([
    ['a helper of its own', (host: string) => ({ credHelpers: { [host]: 'kt' } })],
    ['the store of all', () => ({ auths: {}, credsStore: 'kt' })],
  ])('come from %s', async (_, config) => {
    const work = await createWorkplace();
    await using server = await serveRegistry(contentsOfImage(), demandBasic);
    await mkdir(join(work.folder, 'bin'));
    const helper = join(work.folder, 'bin/docker-credential-kt');
    await writeFile(helper, `#!/bin/sh\nread -r host\n[ "$1 $host" = "get ${server.host}" ] || { echo "credentials not found"; exit 1; }\necho '{"ServerURL":"'"$host"'","Username":"me","Secret":"secret"}'\n`);
    await chmod(helper, 0o755);
    await mkdir(join(work.folder, 'docker'));
    await writeFile(join(work.folder, 'docker/config.json'), JSON.stringify(config(server.host)));
    const env = { DOCKER_CONFIG: join(work.folder, 'docker'), PATH: `${join(work.folder, 'bin')}:/usr/bin:/bin` };
    expect((await work.image(server.reference, { env })).layers).toHaveLength(1);
    expect(work.progress.notices).toEqual([]);
  });

  it.each([
    ['is missing', undefined, /docker-credential-kt, which .*config\.json names for .*, is not installed/],
    ['babbles', '#!/bin/sh\necho secret babble\n', /something else than a login/],
  ])('of a helper that %s are done without, with a notice that shows nothing', async (_, script, notice) => {
    const work = await createWorkplace();
    await using server = await serveRegistry(contentsOfImage(), demandBasic);
    await mkdir(join(work.folder, 'docker'));
    if (script !== undefined) await writeFile(join(work.folder, 'docker/docker-credential-kt'), script, { mode: 0o755 });
    await writeFile(join(work.folder, 'docker/config.json'), JSON.stringify({ credsStore: 'kt' }));
    const env = { DOCKER_CONFIG: join(work.folder, 'docker'), PATH: `${join(work.folder, 'docker')}:/usr/bin:/bin` };
    await expect(work.image(server.reference, { env })).rejects.toMatchObject({ code: 'REGISTRY_LOGIN' });
    expect(work.progress.notices[0]).toMatch(notice);
    expect(work.progress.notices.join()).not.toContain('secret');
  });
});
