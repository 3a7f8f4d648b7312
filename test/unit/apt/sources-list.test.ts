// apt's source lists in both forms.
import { expect, it } from 'vitest';
import { parseDeb822Sources, parseOneLineSources } from '../../../src/apt/sources-list.ts';

it('reads lines, with and without options', () => {
  const text = `# deb http://commented.invalid/debian x main
deb http://one.invalid/debian/ bookworm main contrib # why
deb-src http://one.invalid/debian bookworm main
  deb [ arch=amd64 signed-by=/k.gpg ] https://two.invalid/debian sid main
deb [signed-by=ABCD] file:/srv/flat ./
`;
  expect(parseOneLineSources(text)).toEqual([
    { uri: 'http://one.invalid/debian', suite: 'bookworm', components: ['main', 'contrib'] },
    { uri: 'https://two.invalid/debian', suite: 'sid', components: ['main'], signedBy: '/k.gpg' },
    { uri: 'file:/srv/flat', suite: './', components: [], signedBy: 'ABCD' },
  ]);
});

it('reads paragraphs: several values, comments, disabled ones, embedded keys', () => {
  const text = `# first
Types: deb deb-src
URIs: http://one.invalid/debian/
# in between
Suites: trixie trixie-updates
Components: main
Signed-By: /k.gpg

Types: deb
Enabled: no
URIs: http://off.invalid/debian
Suites: trixie
Components: main

types: deb
uris: http://two.invalid/debian
suites: sid
components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
`;
  expect(parseDeb822Sources(text)).toEqual([
    { uri: 'http://one.invalid/debian', suite: 'trixie', components: ['main'], signedBy: '/k.gpg' },
    { uri: 'http://one.invalid/debian', suite: 'trixie-updates', components: ['main'], signedBy: '/k.gpg' },
    { uri: 'http://two.invalid/debian', suite: 'sid', components: ['main'], signedBy: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----' },
  ]);
});

it.each(['', '\n\n\n', 'nonsense', 'deb', 'deb [', 'Types: deb', ': x'])('finds nothing in %j', (text) => {
  expect([...parseOneLineSources(text), ...parseDeb822Sources(text)]).toEqual([]);
});
