import { describe, expect, it } from 'vitest';
import { checkLinuxkit } from '../../../src/image/linuxkit/checks.ts';
import { documentOf } from './context.ts';

const places = (text: string): string[] => checkLinuxkit(documentOf(text)).map(({ path }) => path.join('.'));
const service = (options: string): string => `services: [{name: a, image: alpine, ${options}}]`;

describe('checkLinuxkit', () => {
  it('accepts everything of a good document', () => {
    expect(places(`
kernel: {image: linuxkit/kernel:6.12, cmdline: console=ttyS0}
init: ["builtin:init", "apt:busybox-static@bookworm", "dir:./x"]
volumes: [{name: data}, {name: locked, image: alpine, readonly: true}]
onboot: [{name: a, image: alpine, capabilities: [all], uid: b, gid: root, additionalGids: [b, 7]}]
services:
  - {name: b, image: "oci:x:alpine", binds: ["data:/d", "locked:/l:ro", "/dev:/dev"], mounts: [{type: bind, source: locked, destination: /m, options: [ro]}]}
files: [{path: /etc/x, contents: "", uid: b, mode: "0644"}, {path: d, directory: true}, {path: l, symlink: x, contents: y}, {path: s, source: x, optional: true}, {path: m, metadata: yaml}]
trust: {org: [linuxkit]}
outputs: [{format: kernel+initrd}]
`)).toEqual([]);
  });

  it.each([
    ['init: ["apt:"]', ['init.0']],
    ['init: ["Not/AnImage"]', ['init.0']],
    ['kernel: {image: "oci:"}', ['kernel.image']],
    ['services: [{name: a, image: x}, {name: a, image: x}]', ['services.1.name']],
    ['onboot: [{name: a, image: x}, {name: a, image: x}]', []],
    ['onboot: [{name: ../../etc, image: x}]', ['onboot.0.name']],
    ['onboot: [{name: a/b, image: x}, {name: "..", image: x}, {name: "", image: x}]', ['onboot.0.name', 'onboot.1.name', 'onboot.2.name']],
    [service('capabilities: [CAP_KILL, cap_kill]'), ['services.0.capabilities.1']],
    [service('capabilities: [all, CAP_KILL]'), ['services.0.capabilities.0']],
    [service('ambient: [CAP_X]'), ['services.0.ambient.0']],
    [service('binds: [/a]'), ['services.0.binds.0']],
    [service('binds: ["data:/d"]'), ['services.0.binds.0']],
    [`volumes: [{name: data, readonly: true}]\n${service('binds: ["data:/d"]')}`, ['services.0.binds.0']],
    [service('mounts: [{type: bind, source: data, destination: /d}]'), ['services.0.mounts.0.source']],
    [service('mounts: [{destination: /x}]'), ['services.0.mounts.0.type']],
    [service('tmpfs: ["/a:b:c"]'), ['services.0.tmpfs.0']],
    [service('rlimits: ["nofile,1"]'), ['services.0.rlimits.0']],
    [service('devices: [{path: /dev/x, type: c, mode: "9"}, {path: /dev/y, type: c}, {path: all, type: c}]'), ['services.0.devices.0.mode', 'services.0.devices.1']],
    [service('uid: "1000", gid: nobody, additionalGids: [b]'), ['services.0.uid', 'services.0.gid', 'services.0.additionalGids.0']],
    ['volumes: [{name: v}, {name: v}]', ['volumes.1.name']],
    ['volumes: [{name: My.Volume}]', ['volumes.0.name']],
    ['volumes: [{name: v, format: oci}]', ['volumes.0.format']],
    ['volumes: [{name: v, image: x, format: oci, platforms: [linux/amd64, amd64, linux/arm/v7]}]', ['volumes.0.platforms.1']],
    ['volumes: [{name: v, image: x, platforms: [anything]}]', []],
    ['files: [{path: ""}]', ['files.0.path', 'files.0']],
    ['files: [{path: a/../../etc/x, contents: ""}]', ['files.0.path']],
    ['files: [{path: x}]', ['files.0']],
    ['files: [{path: x, contents: "", source: y}]', ['files.0.source']],
    ['files: [{path: x, symlink: y, source: y}]', ['files.0.source']],
    ['files: [{path: x, directory: true, contents: y}]', ['files.0.contents']],
    ['files: [{path: x, contents: y, metadata: yaml}]', ['files.0.metadata']],
    ['files: [{path: x, source: y, metadata: yaml}]', ['files.0.metadata']],
    ['files: [{path: x, metadata: toml}]', ['files.0.metadata']],
    ['files: [{path: x, contents: "", mode: "0688", uid: nobody}]', ['files.0.mode', 'files.0.uid']],
  ])('names the place of each mistake in %s', (text, expected) => {
    expect(places(text)).toEqual(expected);
  });

  it('suggests the name that was meant', () => {
    expect(checkLinuxkit(documentOf('services: [{name: redis, image: x, uid: reddis}]'))[0]?.hint).toBe('did you mean "redis"?');
    expect(checkLinuxkit(documentOf('services: [{name: redis, image: x, uid: "1000"}]'))[0]?.hint).toContain('without quotes: 1000');
  });

  it('names the place that had a name first', () => {
    expect(checkLinuxkit(documentOf('services: [{name: a, image: x}, {name: b, image: x}, {name: a, image: x}]')).map(({ first }) => first)).toEqual([['services', 0, 'name']]);
  });

  it('leaves templates to who can fill them in', () => {
    const doc = documentOf('kernel: {image: "@pkg:k"}\ninit: ["@pkg:i"]\nonboot: [{name: a, image: "@pkg:o"}]\nvolumes: [{name: v, image: "@pkg:v"}]');
    expect(checkLinuxkit(doc, (text) => text.startsWith('@pkg:'))).toEqual([]);
    expect(checkLinuxkit(doc).map(({ path }) => path.join('.'))).toEqual(['init.0', 'kernel.image', 'onboot.0.image', 'volumes.0.image']);
  });
});
