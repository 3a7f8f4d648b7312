// Names, mirrors and which hosts may be spoken to without TLS.
import { describe, expect, it } from 'vitest';
import { endpointsOf, splitName } from '../../../src/registry/endpoint.ts';
import { fullReference } from '../../../src/registry/registry.ts';
import { isLoopback, mayBePlain, mirrorsOf, type RegistrySettings } from '../../../src/registry/settings.ts';
import { dockerReference } from './workplace.ts';

const settings = (more: Partial<RegistrySettings> = {}): RegistrySettings => ({ mirrors: {}, insecure: [], ca: [], offline: false, env: {}, home: '/nowhere', ...more });

it.each([
  ['alpine', 'docker.io/library/alpine:latest'],
  ['linuxkit/init:v1', 'docker.io/linuxkit/init:v1'],
  ['index.docker.io/linuxkit/init', 'docker.io/linuxkit/init:latest'],
  ['a/b/c:1', 'docker.io/a/b/c:1'],
  ['localhost/a:1', 'localhost/a:1'],
  ['Registry.Example:5000/a/b', 'registry.example:5000/a/b:latest'],
  [`registry.example/a:1@sha256:${'a'.repeat(64)}`, `registry.example/a@sha256:${'a'.repeat(64)}`],
])('writes %s in full as %s', (text, full) => {
  expect(fullReference(dockerReference(text))).toBe(full);
});

it('takes a first part without a dot as part of the repository', () => {
  expect(splitName('team/app/web')).toEqual({ registry: 'docker.io', repository: 'team/app/web' });
});

it.each([
  ['localhost', true], ['localhost:5000', true], ['a.localhost', true], ['127.0.0.1:1', true], ['127.9.9.9', true], ['[::1]:5000', true],
  ['127.0.0.1.example', false], ['registry.example', false], ['10.0.0.1:5000', false], ['localhost.example', false],
])('knows whether %s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

it.each([
  ['reg.example:5000', ['reg.example:5000'], true],
  ['reg.example:5000', ['reg.example'], true],
  ['reg.example:5001', ['reg.example:5000'], false],
  ['reg.example', [], false],
])('lets %s be plain when %j may be: %s', (host, insecure, expected) => {
  expect(mayBePlain(host, insecure)).toBe(expected);
});

describe('mirrors', () => {
  const hub = 'https://mirror.example/hub';
  it.each<[string, string, Partial<RegistrySettings>, readonly string[]]>([
    ['none', 'docker.io', {}, []],
    ["the registry's own", 'docker.io', { mirrors: { 'docker.io': hub, '*': 'https://all.example' } }, [hub]],
    ['that of all', 'quay.example', { mirrors: { 'docker.io': hub, '*': 'https://all.example' } }, ['https://all.example/']],
    ['the hub under its other names', 'docker.io', { mirrors: { 'registry-1.docker.io': hub } }, [hub]],
    ['a bare address of LINUXKIT_MIRROR for all', 'quay.example', { env: { LINUXKIT_MIRROR: 'http://m.example:5000' } }, ['http://m.example:5000/']],
    ['entries of LINUXKIT_MIRROR between commas and spaces', 'b.example', { env: { LINUXKIT_MIRROR: 'a.example=https://a.m.example, b.example=https://b.m.example/x' } }, ['https://b.m.example/x']],
    ['LINUXKIT_MIRROR before the project', 'docker.io', { mirrors: { 'docker.io': hub }, env: { LINUXKIT_MIRROR: 'docker.io=https://own.example' } }, ['https://own.example/']],
  ])('are %s', (_, registry, more, expected) => {
    expect(mirrorsOf(registry, settings(more)).map(({ href }) => href)).toEqual(expected);
  });

  it.each(['mirror.example', 'ftp://mirror.example', 'https://me:secret@mirror.example', 'https://mirror.example/?a=secret'])('refuse the address %s without repeating it', (address) => {
    expect(() => mirrorsOf('x.example', settings({ env: { LINUXKIT_MIRROR: `x.example=${address}` } }))).toThrow(expect.objectContaining({ code: 'MIRROR_INVALID', message: expect.not.stringContaining('secret') as string }));
  });

  it('come before the registry, with their path before the repository', () => {
    const endpoints = endpointsOf('docker.io/library/alpine', settings({ mirrors: { 'docker.io': `${hub}/` } }));
    expect(endpoints.map(({ host, scheme, repository, account, isMirror }) => [host, scheme, repository, account, isMirror])).toEqual([
      ['mirror.example', 'https', 'hub/library/alpine', 'mirror.example/hub/library/alpine', true],
      ['registry-1.docker.io', 'https', 'library/alpine', 'docker.io/library/alpine', false],
    ]);
  });
});
