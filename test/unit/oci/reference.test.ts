import { describe, expect, it } from 'vitest';
import { expandName, parseReference } from '../../../src/oci/reference.ts';

const digest = `sha256:${'0'.repeat(64)}`;

describe('parseReference', () => {
  it.each([
    ['alpine', { transport: 'docker', name: 'docker.io/library/alpine' }],
    ['alpine:3.20', { transport: 'docker', name: 'docker.io/library/alpine', tag: '3.20' }],
    ['linuxkit/init:v1', { transport: 'docker', name: 'docker.io/linuxkit/init', tag: 'v1' }],
    ['docker://linuxkit/init:v1', { transport: 'docker', name: 'docker.io/linuxkit/init', tag: 'v1' }],
    ['localhost/kt:1', { transport: 'docker', name: 'localhost/kt', tag: '1' }],
    ['localhost:5000/kt', { transport: 'docker', name: 'localhost:5000/kt' }],
    ['Registry.Example:5000/deep/er/kt:1', { transport: 'docker', name: 'registry.example:5000/deep/er/kt', tag: '1' }],
    [`kt/plain@${digest}`, { transport: 'docker', name: 'docker.io/kt/plain', digest }],
    [`kt/plain:1@${digest}`, { transport: 'docker', name: 'docker.io/kt/plain', tag: '1', digest }],
    ['oci:layout', { transport: 'oci', path: 'layout' }],
    ['oci:../layout:docker.io/kt/svc:1', { transport: 'oci', path: '../layout', ref: 'docker.io/kt/svc:1' }],
    ['oci-archive:x.tar:latest', { transport: 'oci-archive', path: 'x.tar', ref: 'latest' }],
    ['docker-archive:x.tar', { transport: 'docker-archive', path: 'x.tar' }],
    ['docker-daemon:alpine:3', { transport: 'docker-daemon', name: 'alpine:3' }],
    ['dir:./check', { transport: 'dir', path: './check' }],
    ['apt:runc,busybox-static,runc', { transport: 'apt', packages: ['busybox-static', 'runc'] }],
    ['apt:g++-12@bookworm', { transport: 'apt', packages: ['g++-12'], suite: 'bookworm' }],
    ['builtin:init', { transport: 'builtin', name: 'init' }],
  ])('reads %s', (text, expected) => {
    expect(parseReference(text)).toEqual({ text, ...expected });
  });

  it.each([
    ['', /not an image reference/],
    ['UPPER/case', /not an image reference/],
    ['kt/svc:', /not an image reference/],
    ['kt//svc', /not an image reference/],
    ['kt/svc@sha256:abc', /not an image reference/],
    ['https://host/x', /not an image reference/],
    ['oci:', /expected oci:PATH/],
    ['dir:', /expected dir:FOLDER/],
    ['apt:', /expected apt:PACKAGE/],
    ['apt:runc,', /expected apt:PACKAGE/],
    ['apt:runc;reboot', /"runc;reboot" is not the name of a Debian package/],
    ['apt:-o=Dir::State', /is not the name/],
    ['apt:runc@../x', /not the name of a Debian suite/],
    ['builtin:../x', /expected builtin:NAME/],
  ])('says what is wrong with %j', (text, problem) => {
    expect(parseReference(text)).toEqual({ problem: expect.stringMatching(problem) as string });
  });
});

describe('expandName', () => {
  it.each([
    ['a', 'docker.io/library/a'],
    ['a/b', 'docker.io/a/b'],
    ['a.b/c', 'a.b/c'],
    ['a:1/c', 'a:1/c'],
    ['localhost/c', 'localhost/c'],
    ['a/b/c', 'a/b/c'],
  ])('gives %s the name %s', (name, full) => {
    expect(expandName(name)).toBe(full);
  });
});
