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
    ['{"privileged": true}', /privileged/],
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
