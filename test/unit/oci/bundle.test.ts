import { describe, expect, it } from 'vitest';
import { containerConfig, effectiveOptions, runtimeConfig, type BundleInput } from '../../../src/oci/bundle.ts';
import { expandCapabilities, wrongCapability } from '../../../src/oci/capabilities.ts';
import { goJson } from '../../../src/oci/json.ts';
import { labelOptions } from '../../../src/oci/label.ts';
import { completeMount, parseBind, parseTmpfs } from '../../../src/oci/mounts.ts';
import { parseRlimit } from '../../../src/oci/rlimits.ts';
import type { ContainerOptions } from '../../../src/oci/options.ts';

const input = (yaml: ContainerOptions, more: Partial<BundleInput> = {}): BundleInput => ({ yaml, label: {}, image: undefined, idOf: () => undefined, volumePath: () => undefined, ...more });
const labelled = (text: string): { config: { Entrypoint: undefined; Cmd: undefined; Env: undefined; Labels: Record<string, string> } } => ({ config: { Entrypoint: undefined, Cmd: undefined, Env: undefined, Labels: { 'org.mobyproject.config': text } } });

describe('containerConfig', () => {
  it('writes the skeleton LinuxKit writes for a container nobody says anything about', () => {
    const config = containerConfig(input({}, { image: { config: { Entrypoint: ['/bin/e'], Cmd: ['c1'], Env: ['PATH=/bin'], WorkingDir: '/w', Labels: undefined } } }));
    expect(JSON.parse(goJson(config))).toEqual({
      ociVersion: '1.2.1',
      process: { user: { uid: 0, gid: 0 }, args: ['/bin/e', 'c1'], env: ['PATH=/bin'], cwd: '/w', capabilities: {} },
      root: { path: 'rootfs' },
      mounts: [
        { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
        { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'] },
        { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'nodev', 'noexec', 'relatime'] },
        { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev'] },
        { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'] },
      ],
      linux: { resources: {}, namespaces: [{ type: 'pid' }, { type: 'mount' }] },
    });
  });

  it('puts a volume where a bind names one, in binds and in mounts', () => {
    const config = containerConfig(input({ binds: ['data:/d:ro'], mounts: [{ type: 'bind', source: 'data', destination: '/e' }] }, { volumePath: (name) => `/containers/volumes/${name}/merged` })) as unknown as { mounts: { destination: string; source: string }[] };
    expect(config.mounts.filter(({ destination }) => destination.length === 2).map(({ source }) => source)).toEqual(['/containers/volumes/data/merged', '/containers/volumes/data/merged']);
  });

  it.each([
    ['capability', { capabilities: ['CAP_NONSENSE'] }],
    ['bind', { binds: ['/only'] }],
    ['volume', { binds: ['data:/d'] }],
    ['rlimit', { rlimits: ['nofile,1'] }],
    ['device', { devices: [{ path: '/dev/x', type: 'c' }] }],
    ['mount', { mounts: [{ destination: '/x' }] }],
    ['owner', { uid: 'nobody' }],
  ])('says that a label has a wrong %s', (_, label: ContainerOptions) => {
    expect(() => containerConfig(input({}, { label }))).toThrow(expect.objectContaining({ code: 'IMAGE_LABEL_INVALID' }));
  });
});

describe('linux.resources', () => {
  const resources = (given: ContainerOptions['resources']): unknown => (JSON.parse(goJson(containerConfig(input({ resources: given })))) as { linux: { resources: unknown } }).linux.resources;

  it('hands on every key, also those LinuxKit accepts and drops', () => {
    const memory = { limit: 1, reservation: 2, swap: -1, kernel: 3, kernelTCP: 4, swappiness: 5, disableOOMKiller: true };
    const cpu = { shares: 1, quota: 2, period: 3, realtimeRuntime: 4, realtimePeriod: 5, cpus: '0', mems: '1' };
    const rate = [{ major: 8, minor: 0, rate: 600 }];
    const blockio = { weight: 10, leafWeight: 11, weightDevice: [{ major: 8, minor: 0, weight: 1, leafWeight: 2 }], throttleReadBpsDevice: rate, throttleWriteBpsDevice: rate, throttleReadIOPSDevice: rate, throttleWriteIOPSDevice: rate };
    const network = { classID: 7, priorities: [{ name: 'eth0', priority: 1 }] };
    expect(resources({ memory, cpu, blockio, network, pids: { limit: 9 } })).toEqual({ memory, cpu, blockIO: blockio, network, pids: { limit: 9 } });
  });

  it.each([[2097152, '2MB'], [1073741824, '1GB'], [65536, '64KB'], [1073741824 + 1048576, '1025MB'], [7, '7B']])('names a page size of %i bytes %s, as runc wants it', (pageSize, name) => {
    expect(resources({ hugepageLimits: [{ pageSize, limit: 1 }] })).toEqual({ hugepageLimits: [{ pageSize: name, limit: 1 }] });
  });

  it('keeps the numbers of id mappings, in mounts too', () => {
    const mapping = { hostID: 5, containerID: 6, size: 7 };
    const config = JSON.parse(goJson(containerConfig(input({ uidMappings: [mapping], gidMappings: [mapping], mounts: [{ destination: '/x', type: 'bind', source: '/y', uidmappings: [mapping], gidmappings: [mapping] }] })))) as { mounts: { destination: string }[]; linux: object };
    expect(config.linux).toMatchObject({ uidMappings: [mapping], gidMappings: [mapping] });
    expect(config.mounts.find(({ destination }) => destination === '/x')).toMatchObject({ uidMappings: [mapping], gidMappings: [mapping] });
  });
});

describe('effectiveOptions', () => {
  it('prefers the YAML, then the label, then the image', () => {
    const image = { config: { Entrypoint: ['image'], Cmd: undefined, Env: ['A=image'], WorkingDir: '/image', Labels: undefined } };
    expect(effectiveOptions({ yaml: {}, label: {}, image })).toMatchObject({ command: ['image'], env: ['A=image'], cwd: '/image' });
    expect(effectiveOptions({ yaml: {}, label: { command: ['label'], cwd: '/label' }, image })).toMatchObject({ command: ['label'], env: ['A=image'], cwd: '/label' });
    expect(effectiveOptions({ yaml: { command: [], env: [], cwd: '' }, label: { command: ['label'] }, image })).toMatchObject({ command: [], env: [], cwd: '/image' });
  });

  it('adds capabilities to the label\'s, unless the label has all', () => {
    const add = { 'capabilities.add': ['CAP_KILL'] };
    expect(effectiveOptions({ yaml: add, label: { capabilities: ['CAP_CHOWN'] }, image: undefined }).capabilities).toEqual(['CAP_CHOWN', 'CAP_KILL']);
    expect(effectiveOptions({ yaml: add, label: { capabilities: ['all'] }, image: undefined }).capabilities).toEqual(['all']);
    expect(effectiveOptions({ yaml: { ...add, capabilities: [] }, label: { capabilities: ['CAP_CHOWN'] }, image: undefined }).capabilities).toEqual([]);
  });
});

describe('a label and the YAML', () => {
  const options = (yaml: ContainerOptions, label: ContainerOptions): ContainerOptions => effectiveOptions({ yaml, label, image: undefined });

  it.each<[string, ContainerOptions, ContainerOptions, Partial<ContainerOptions>]>([
    ['a list of the YAML replaces the label\'s, empty or not', { tmpfs: [], rlimits: ['core,0,0'] }, { tmpfs: ['/a'], rlimits: ['nofile,1,1', 'core,1,1'] }, { tmpfs: [], rlimits: ['core,0,0'] }],
    ['a text of the YAML replaces the label\'s unless it is empty', { cwd: '', hostname: 'y', pid: '' }, { cwd: '/l', hostname: 'l', pid: 'host' }, { cwd: '/l', hostname: 'y', pid: 'host' }],
    ['false of the YAML counts', { readonly: false, noNewPrivileges: false }, { readonly: true, noNewPrivileges: true }, { readonly: false, noNewPrivileges: false }],
    ['zero of the YAML counts', { uid: 0, oomScoreAdj: 0 }, { uid: 7, oomScoreAdj: 9 }, { uid: 0, oomScoreAdj: 0 }],
    ['binds.add adds to the label\'s binds', { 'binds.add': ['/b:/b'] }, { binds: ['/a:/a'] }, { binds: ['/a:/a', '/b:/b'] }],
    ['binds of the YAML make binds.add void', { binds: ['/c:/c'], 'binds.add': ['/b:/b'] }, { binds: ['/a:/a'] }, { binds: ['/c:/c'] }],
    ['resources are replaced whole', { resources: { pids: { limit: 1 } } }, { resources: { cpu: { shares: 2 } } }, { resources: { pids: { limit: 1 } } }],
    ['runtime is merged key by key', { runtime: { mkdir: ['/y'] } }, { runtime: { mkdir: ['/l'], cgroups: ['c'], bindNS: { net: '/n' } } }, { runtime: { mkdir: ['/y'], cgroups: ['c'], bindNS: { net: '/n' } } }],
  ])('%s', (_, yaml, label, expected) => {
    expect(options(yaml, label)).toMatchObject(expected);
  });

  it('say nothing by the .add of a label alone', () => {
    const { capabilities, binds } = options({}, { 'capabilities.add': ['CAP_KILL'], 'binds.add': ['/a:/a'] });
    expect({ capabilities, binds }).toEqual({ capabilities: undefined, binds: undefined });
  });
});

describe('runtimeConfig', () => {
  it('has every key when nothing is asked for', () => {
    expect(JSON.parse(goJson(runtimeConfig({}, [])))).toEqual({ cgroups: [], mounts: [], mkdir: [], interfaces: [], bindNS: { cgroup: '', ipc: '', mnt: '', net: '', pid: '', user: '', uts: '' }, namespace: '' });
  });
});

describe('capabilities', () => {
  it('expands all to 41 and none to none, in any case, only alone', () => {
    expect(expandCapabilities(['ALL'])).toHaveLength(41);
    expect(expandCapabilities(['None'])).toEqual([]);
    expect([wrongCapability(['CAP_KILL', 'all']), wrongCapability(['cap_kill']), wrongCapability(['all']), wrongCapability([])]).toEqual([1, 0, -1, -1]);
  });
});

describe('texts with a form of their own', () => {
  it.each([
    [parseBind('/a'), /expected SOURCE:DESTINATION/],
    [parseBind('/a:/b:ro:z'), /too many ":"/],
    [parseTmpfs('/a:ro:x'), /too many ":"/],
    [completeMount({ destination: '/x' }), /needs a type/],
    [completeMount({ type: 'ext4' }), /needs a destination/],
    [parseRlimit('nofile,1024'), /expected NAME,SOFT,HARD/],
    [parseRlimit('files,1,2'), /there is no limit "files"/],
    [parseRlimit('nofile,1,-2'), /"-2" is not a limit/],
    [parseRlimit('nofile,18446744073709551616,1'), /is not a limit/],
  ])('refuses what cannot be read (%#)', (result, problem) => {
    expect(result).toEqual(expect.objectContaining({ problem: expect.stringMatching(problem) as string }));
  });

  it('reads limits of 64 bits exactly', () => {
    expect(goJson({ ...(parseRlimit('RLIMIT_core, 0 , Unlimited') as object) })).toBe('{\n    "type": "RLIMIT_CORE",\n    "hard": 18446744073709551615,\n    "soft": 0\n}');
  });
});

describe('labelOptions', () => {
  const parse = (text: string): unknown => JSON.parse(text);

  it('has no options without a label', () => {
    expect(labelOptions({ config: undefined }, parse)).toEqual({});
  });

  it.each([
    ['[]', /expected a mapping/],
    ['{"privileged": true}', /unknown key "privileged"$/],
    ['{"capabilites": [], "runtime": {"x": 1}}', /unknown key "runtime\.x".*unknown key "capabilites", did you mean "capabilities"\?/],
    ['{"name": "x"}', /name cannot be set/],
    ['{"readonly": "yes"}', /readonly/],
    ['{', /JSON/],
  ])('refuses the label %s', (text, message) => {
    expect(() => labelOptions(labelled(text), parse)).toThrow(expect.objectContaining({ code: 'IMAGE_LABEL_INVALID', message: expect.stringMatching(message) as string }));
  });
});

describe('goJson', () => {
  it('writes what Go writes', () => {
    expect(goJson({ a: '<&>\u2028"é', empty: {}, list: [], gone: undefined, deep: [{ x: 1 }] })).toBe('{\n    "a": "\\u003c\\u0026\\u003e\\u2028\\"é",\n    "empty": {},\n    "list": [],\n    "deep": [\n        {\n            "x": 1\n        }\n    ]\n}');
  });
});
