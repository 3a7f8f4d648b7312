// Which archive is chosen on machines of several kinds, each written out as a small root folder.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { findMirror, parseMirrorList, type MirrorPlaces } from '../../../src/apt/mirror.ts';
import { temporaryFolder } from '../cache/folder.ts';

async function machine(files: Readonly<Record<string, string>>, known: { debian?: string[]; other?: string[] } = {}): Promise<MirrorPlaces> {
  const root = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text.replaceAll('ROOT', root));
  }
  return { root, known: () => Promise.resolve({ debian: new Set(known.debian), other: new Set(known.other) }) };
}

const security = 'Types: deb\nURIs: http://sec.invalid/debian-security\nSuites: bookworm-security\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n';
const main = 'Types: deb\nURIs: http://main.invalid/pub/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n';
const ubuntu = 'Types: deb\nURIs: http://ubuntu.invalid/ubuntu\nSuites: noble noble-updates\nComponents: main universe\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n';
const keyring = { 'usr/share/keyrings/debian-archive-keyring.gpg': 'key' };

it("takes the main archive of a Debian machine with its key, never security or others' archives", async () => {
  const places = await machine({
    'etc/apt/sources.list.d/debian.sources': `${security}\n${main}`,
    'etc/apt/sources.list.d/vendor.list': 'deb https://vendor.invalid/debian bookworm stable\ndeb https://other.invalid/apt bookworm main\n',
  });
  expect(await findMirror({}, places)).toMatchObject({ uri: 'http://main.invalid/pub/debian', signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg' });
});

it("believes apt's own knowledge of origins more than names", async () => {
  const files = { 'etc/apt/sources.list': 'deb http://vendor.invalid/debian bookworm main\ndeb http://local.invalid/mirror bookworm main\n' };
  const places = await machine(files, { debian: ['http://local.invalid/mirror'], other: ['http://vendor.invalid/debian'] });
  expect((await findMirror({}, places)).uri).toBe('http://local.invalid/mirror');
});

it('takes a setting before everything, and the key the machine uses for that archive', async () => {
  const places = await machine({ ...keyring, 'etc/apt/sources.list': 'deb [signed-by=/own.gpg] http://own.invalid/debian sid main\ndeb http://main.invalid/debian bookworm main\n' });
  expect(await findMirror({ mirror: 'http://own.invalid/debian/' }, places)).toMatchObject({ uri: 'http://own.invalid/debian', signedBy: '/own.gpg' });
  expect(await findMirror({ mirror: 'http://new.invalid/debian' }, places)).toMatchObject({ uri: 'http://new.invalid/debian', signedBy: join(places.root, 'usr/share/keyrings/debian-archive-keyring.gpg') });
  expect(await findMirror({ mirror: 'http://own.invalid/debian', keyring: '/mine.gpg' }, places)).toMatchObject({ signedBy: '/mine.gpg' });
});

it.each([
  ['debootstrap', { 'usr/sbin/debootstrap': 'DEF_MIRROR="http://boot.invalid/debian"\n' }, 'http://boot.invalid/debian'],
  ['python-apt', { 'usr/share/python-apt/templates/Debian.info': 'BaseURI: https://sec.invalid/\nBaseURI: https://info.invalid/debian/\n' }, 'https://info.invalid/debian'],
])('asks %s on an Ubuntu machine', async (_, files, expected) => {
  const places = await machine({ ...keyring, 'etc/apt/sources.list.d/ubuntu.sources': ubuntu, ...files });
  expect(await findMirror({}, places)).toMatchObject({ uri: expected, signedBy: join(places.root, 'usr/share/keyrings/debian-archive-keyring.gpg') });
});

it('names the setting where no archive is known', async () => {
  const places = await machine({ 'etc/apt/sources.list.d/ubuntu.sources': ubuntu, 'usr/sbin/debootstrap': 'DEF_MIRROR="http://ubuntu.invalid/ubuntu"\n' });
  await expect(findMirror({}, places)).rejects.toMatchObject({ code: 'APT_NO_MIRROR', hint: expect.stringMatching(/KIT_TEST_DEBIAN_MIRROR.*apt\.mirror/) as string });
});

it('takes the best of a list of mirrors', async () => {
  const places = await machine({ 'etc/apt/mirrors': 'http://b.invalid/debian/\tpriority:2\nhttp://a.invalid/debian/\tpriority:1\n', 'etc/apt/sources.list': 'deb mirror+file:ROOT/etc/apt/mirrors bookworm main\n' }, {});
  const listed = { ...places, known: () => Promise.resolve({ debian: new Set([`mirror+file:${places.root}/etc/apt/mirrors`]), other: new Set<string>() }) };
  expect((await findMirror({}, listed)).uri).toBe('http://a.invalid/debian');
  expect(parseMirrorList('# none\n\nhttp://only.invalid/debian\n')).toEqual(['http://only.invalid/debian']);
});
