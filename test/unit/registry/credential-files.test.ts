// Which entry of which file is the login of a repository.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { credentialPaths, loginIn, readCredentialFile } from '../../../src/registry/credential-files.ts';
import { credentialFinder } from '../../../src/registry/credentials.ts';
import { recordProgress, temporaryFolder } from '../cache/folder.ts';

const auth = (user: string): { auth: string } => ({ auth: Buffer.from(`${user}:pw:with:colons`).toString('base64') });

it.each([
  ['the host', { 'r.example': auth('host') }, 'r.example/a/b', 'host'],
  ['the narrowest part', { 'r.example': auth('host'), 'r.example/a/b': auth('narrow'), 'r.example/a': auth('wide') }, 'r.example/a/b', 'narrow'],
  ['a part that ends at a slash', { 'r.example/a': auth('a'), 'r.example/ab': auth('ab') }, 'r.example/ab/c', 'ab'],
  ["docker's key with scheme and version", { 'https://r.example/v2/': auth('docker') }, 'r.example/a', 'docker'],
  ['podman before docker for one host', { 'https://r.example/v1/': auth('docker'), 'r.example': auth('podman') }, 'r.example/a', 'podman'],
  ["the hub's old address", { 'https://index.docker.io/v1/': auth('hub') }, 'docker.io/library/a', 'hub'],
  ['only its own port', { 'r.example:5000': auth('port') }, 'r.example/a', undefined],
  ['nobody else', { 'other.example': auth('other') }, 'r.example/a', undefined],
  ['no empty entry', { 'r.example/a': {}, 'r.example': auth('host') }, 'r.example/a', 'host'],
])('takes the login of %s', (_, auths, account, user) => {
  const login = loginIn({ auths, path: 'f' }, account);
  expect(login?.username).toBe(user);
  if (user !== undefined) expect(login?.password).toBe('pw:with:colons');
});

it('looks where docker and podman put their files, the named one first', () => {
  expect(credentialPaths({ home: '/home/me', env: { REGISTRY_AUTH_FILE: '/x.json', XDG_RUNTIME_DIR: '/run/user/1', DOCKER_CONFIG: '' } })).toEqual([
    '/x.json', '/home/me/.docker/config.json', '/run/user/1/containers/auth.json', '/home/me/.config/containers/auth.json',
  ]);
  expect(credentialPaths({ home: '/home/me', env: { DOCKER_CONFIG: '/d', XDG_CONFIG_HOME: '/c' } })).toEqual(['/d/config.json', '/c/containers/auth.json']);
});

it('goes on to the next file where one has no login for the registry', async () => {
  const home = await temporaryFolder();
  const write = async (path: string, value: unknown): Promise<void> => {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), JSON.stringify(value));
  };
  await write('.docker/config.json', { auths: { 'other.example': auth('other') }, credHelpers: null, detachKeys: 'x' });
  await write('.config/containers/auth.json', { auths: { 'r.example/team': auth('podman') } });
  const find = credentialFinder({ env: {}, home }, recordProgress());
  expect((await find('r.example/team/app', undefined))?.username).toBe('podman');
  expect(await find('r.example/else', undefined)).toBeUndefined();
});

it.each([
  ['no JSON', '{"auths": secret'],
  ['another shape', '{"auths": ["secret"]}'],
])('names a file of %s without quoting it', async (_, text) => {
  const path = join(await temporaryFolder(), 'auth.json');
  await writeFile(path, text);
  await expect(readCredentialFile(path)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID', message: expect.not.stringContaining('secret') as string });
});

it('refuses an auth without a colon, and knows nothing of a file that is not there', async () => {
  expect(() => loginIn({ auths: { 'r.example': { auth: 'bm9jb2xvbg==' } }, path: 'f' }, 'r.example')).toThrow(expect.objectContaining({ code: 'CREDENTIALS_INVALID' }));
  expect(await readCredentialFile('/nowhere/auth.json')).toBeUndefined();
});
