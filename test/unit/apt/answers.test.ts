// apt's answers and failures, as texts that real runs of apt printed.
import { expect, it } from 'vitest';
import { aptFailure, missingPackage } from '../../../src/apt/failure.ts';
import { packageUrl, parsePrintUris } from '../../../src/apt/package.ts';
import { chooseProxy } from '../../../src/apt/proxy.ts';
import { sourceLine, stateKey } from '../../../src/apt/state.ts';

const digest = 'a'.repeat(64);
const context = { mirror: 'http://user:pw@m.invalid/debian', suite: 'sid', arch: 'arm64', packages: ['x'] };

it('reads packages with epochs and escaped versions, sorted by name', () => {
  const output = `Reading package lists...
'http://m.invalid/d/pool/main/z/zlib/zlib1g_1.3.dfsg%2breally1.3.2-4_arm64.deb' zlib1g_1%3a1.3.dfsg+really1.3.2-4_arm64.deb 88096 SHA256:${digest}
'http://m.invalid/d/pool/main/d/debconf/debconf_1.5.92_all.deb' debconf_1.5.92_all.deb 122512 SHA256:${digest}
`;
  expect(parsePrintUris(output, 'http://m.invalid/d')).toEqual([
    { name: 'debconf', version: '1.5.92', arch: 'all', path: 'pool/main/d/debconf/debconf_1.5.92_all.deb', sha256: digest, size: 122512 },
    { name: 'zlib1g', version: '1:1.3.dfsg+really1.3.2-4', arch: 'arm64', path: 'pool/main/z/zlib/zlib1g_1.3.dfsg+really1.3.2-4_arm64.deb', sha256: digest, size: 88096 },
  ]);
  expect(packageUrl('http://m.invalid/d', 'pool/main/a/a+b_1~2.deb')).toBe('http://m.invalid/d/pool/main/a/a%2Bb_1~2.deb');
});

it('takes no answer without a SHA256 or from another archive', () => {
  expect(parsePrintUris("'http://m.invalid/d/pool/a_1_all.deb' a_1_all.deb 5 MD5Sum:00", 'http://m.invalid/d')).toBeUndefined();
  expect(parsePrintUris(`'http://evil.invalid/a_1_all.deb' a_1_all.deb 5 SHA256:${digest}`, 'http://m.invalid/d')).toBeUndefined();
});

it.each([
  ['APT_SIGNATURE', "W: GPG error: x InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9\nE: The repository 'x' is not signed."],
  ['APT_SIGNATURE', 'Err:1 x InRelease\n  Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 4CB50190207B4758A3F73A796ED0E7B82643E131'],
  ['APT_NO_SUITE', "E: The repository 'http://x bogus Release' does not have a Release file."],
  ['NETWORK', "W: Failed to fetch http://x/InRelease  Temporary failure resolving 'x'\nE: Some index files failed to download."],
  ['NETWORK', 'E: Failed to fetch http://x  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)'],
  ['APT_INDEX_EXPIRED', 'E: Release file for http://x/InRelease is expired (invalid since 3d 1h). Updates for this repository will not be applied.'],
  ['DISK_FULL', 'E: Write error - write (28: No space left on device)'],
  ['APT_UNSATISFIABLE', ' x : Depends: y but it is not installable\nE: Unable to correct problems, you have held broken packages.'],
  ['APT_FAILED', 'E: Something nobody has seen before'],
])('says %s', (code, stderr) => {
  const error = aptFailure(stderr, context);
  expect(error.code).toBe(code);
  expect(error.hint).toMatch(/\w/);
  expect(error.message).not.toContain('pw');
});

it.each([
  ['E: Unable to locate package foo', 'foo'],
  ["E: Package 'bar' has no installation candidate", 'bar'],
  ["E: Couldn't find any package by glob 'baz'", 'baz'],
  ['E: something else', undefined],
])('reads the missing package of %j', (stderr, expected) => {
  expect(missingPackage(stderr)).toBe(expected);
});

it.each([
  [{}, undefined],
  [{ 'acquire::http::proxy': 'http://p:3128' }, 'http://p:3128'],
  [{ 'acquire::http::proxy': 'http://p:3128', 'acquire::http::proxy::m.invalid': 'DIRECT' }, 'direct'],
  [{ 'acquire::http::proxy-auto-detect': '/bin/find-proxy', 'acquire::http::proxy': 'http://p' }, 'detect'],
  [{ 'acquire::http::proxy': 'socks5h://p' }, undefined],
  [{ 'acquire::https::proxy': 'http://p' }, undefined],
])("follows apt's proxy settings %j", (values, expected) => {
  expect(chooseProxy(new URL('http://m.invalid/x'), new Map(Object.entries(values)))).toBe(expected);
});

it('names states apart by archive, key, suite and architecture, and never trusts blindly', () => {
  const keys = [
    stateKey({ uri: 'http://a', from: '' }, 'sid', 'amd64'), stateKey({ uri: 'http://b', from: '' }, 'sid', 'amd64'),
    stateKey({ uri: 'http://a', from: '', signedBy: '/k' }, 'sid', 'amd64'), stateKey({ uri: 'http://a', from: '' }, 'sid', 'arm64'),
  ];
  expect(new Set(keys).size).toBe(4);
  expect(stateKey({ uri: 'http://a', from: 'x' }, '../sid', 'amd64')).not.toContain('/');
  expect(sourceLine('http://a', 'sid', 'arm64', '/k.gpg')).toBe('deb [arch=arm64 target=Packages lang=none signed-by=/k.gpg] http://a sid main\n');
});
