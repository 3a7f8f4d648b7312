// A bundle's facts as shell calls: every fact of runtime.json arrives, in the order LinuxKit's init works, and a real
// shell reads back exactly the words that were meant.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellEntry } from '../../../src/image/sections/shell-entry.ts';
import { containerConfig, runtimeConfig } from '../../../src/oci/bundle.ts';
import type { Mount } from '../../../src/oci/mounts.ts';
import { ContainerOptionsSchema } from '../../../src/oci/options.ts';

function entryOf(yaml: unknown, mounts: readonly Mount[] = []): readonly string[] {
  const options = ContainerOptionsSchema.parse(yaml);
  const config = containerConfig({ yaml: options, label: {}, image: undefined, idOf: () => undefined, volumePath: () => undefined });
  return shellEntry({ config, runtime: runtimeConfig(options, mounts) }).trimEnd().split('\n').filter((line) => !line.startsWith('container_mount'));
}

describe('runtime.json as shell calls', () => {
  it('prepares mounts, folders, groups, state, interfaces and namespaces in this order, and starts last', () => {
    const runtime = {
      cgroups: ['/one', 'two/three'],
      mounts: [{ type: 'tmpfs', source: 'tmpfs', destination: '/run/x', options: ['size=1m'] }],
      mkdir: ['var/a b'],
      interfaces: [{ name: 'eth1' }, { name: 'in0', peer: 'out0' }, { name: 'd0', add: 'dummy' }, { name: 'd1', add: 'dummy', createInRoot: true }],
      bindNS: { net: '/run/ns/net', mnt: '/run/ns/mnt' },
      namespace: 'mine',
    };
    expect(entryOf({ command: ['/bin/x'], runtime })).toEqual([
      'runtime_mount tmpfs tmpfs /run/x size=1m',
      "runtime_mkdir 'var/a b'",
      'runtime_cgroup one',
      'runtime_cgroup two/three',
      'runtime_namespace mine',
      "runtime_interface eth1 '' '' container",
      'runtime_interface in0 veth out0 root',
      "runtime_interface d0 dummy '' container",
      "runtime_interface d1 dummy '' root",
      'runtime_bindns mnt /run/ns/mnt',
      'runtime_bindns net /run/ns/net',
      'container_start 0 / /bin/x',
    ]);
  });

  it.each<[string, Mount, readonly string[]]>([
    ['a read-only bind in two steps', { type: 'bind', source: '/a', destination: '/b', options: ['rbind', 'ro', 'nosuid'] }, ["runtime_mount '' /a /b rbind", "runtime_mount '' '' /b remount,bind,ro,nosuid"]],
    ['a bind that may be written in one step', { type: 'bind', source: '/a', destination: '/b', options: ['bind', 'rw'] }, ["runtime_mount '' /a /b bind"]],
    ['a propagation as a step of its own', { type: 'tmpfs', source: 'x', destination: '/b', options: ['rshared', 'nosuid'] }, ['runtime_mount tmpfs x /b nosuid', "runtime_mount '' '' /b rshared"]],
    ['a propagation alone', { destination: '/b', options: ['slave'] }, ["runtime_mount '' '' /b slave"]],
    ['a remount', { destination: '/b', options: ['remount', 'ro'] }, ["runtime_mount '' '' /b remount,ro"]],
    ["LinuxKit's remount of a fresh tmpfs not at all", { destination: '/b', options: ['remount', 'private'] }, []],
    ['words that busybox does not know not at all', { type: 'tmpfs', source: 'x', destination: '/b', options: ['nostrictatime', 'size=1m'] }, ['runtime_mount tmpfs x /b size=1m']],
  ])('mounts %s', (_, mount, lines) => {
    expect(entryOf({ command: ['/bin/x'] }, [mount]).slice(0, -1)).toEqual(lines);
  });
});

it('gives a shell every word of a command as it was written', () => {
  fc.assert(fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), (command) => {
    const call = shellEntry({ config: containerConfig({ yaml: ContainerOptionsSchema.parse({ command, cwd: '/' }), label: {}, image: undefined, idOf: () => undefined, volumePath: () => undefined }), runtime: runtimeConfig({}, []) });
    const said = execFileSync('sh', ['-s'], { input: `container_mount() { :; }\ncontainer_start() { shift 2; for word; do printf '%s\\0' "$word"; done; }\n${call}` });
    expect(said.toString().split('\0').slice(0, -1)).toEqual(command);
  }), { numRuns: 40 });
});
