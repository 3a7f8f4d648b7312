// `metadata: yaml` and `metadata: json` of the files section: the document itself, as LinuxKit writes it to the byte. Key
// order and what is left out follow its Go types (`moby/config.go`); types of the runtime-spec lose their capitals in YAML.
import { goJson, type Json } from '../../oci/json.ts';
import type { ContainerOptions, MountOptions, ResourceOptions } from '../../oci/options.ts';
import { resourceLimits } from '../../oci/resources.ts';
import { goYaml, type YamlValue } from './go-yaml.ts';
import { compareKeys } from './go-yaml-scalars.ts';
import { expandReference } from './references.ts';
import type { Container, FileEntry, LinuxkitDocument, Volume } from './schema.ts';

/** The text of a metadata file. Image references are complete in it, but for those of volumes. */
export function metadataText(doc: LinuxkitDocument, kind: string | undefined): string {
  return kind === 'json' ? goJson(document(doc, json) as Json) : goYaml(document(doc, yaml) as YamlValue);
}

/** What differs between the two: how types without a name for YAML are written, and how nothing is. */
interface Form {
  readonly list: (items: readonly unknown[] | undefined) => unknown;
  readonly mount: (mount: MountOptions) => unknown;
  readonly mapping: (mapping: IdMapping) => unknown;
  readonly resources: (resources: ResourceOptions) => unknown;
  readonly map: (map: Readonly<Record<string, string>>) => unknown;
  readonly bindNS: (bound: object | undefined) => unknown;
}
type IdMapping = NonNullable<ContainerOptions['uidMappings']>[number];

function document(doc: LinuxkitDocument, form: Form): unknown {
  const containers = (list: readonly Container[] | undefined): unknown => form.list(list?.map((container) => containerOf(container, form)));
  return {
    kernel: { image: expandReference(doc.kernel?.image ?? ''), cmdline: filled(doc.kernel?.cmdline), binary: filled(doc.kernel?.binary), tar: doc.kernel?.tar, ucode: doc.kernel?.ucode },
    init: form.list(doc.init?.map(expandReference)),
    onboot: containers(doc.onboot),
    onshutdown: containers(doc.onshutdown),
    services: containers(doc.services),
    files: form.list(doc.files?.map(fileOf)),
    volumes: form.list(doc.volumes?.map(volumeOf)),
  };
}

const fileOf = ({ path, directory = false, symlink, contents, source, metadata, optional = false, mode, uid, gid }: FileEntry): unknown => ({
  path, directory, symlink: filled(symlink), contents, source: filled(source), metadata: filled(metadata), optional, mode: filled(mode), uid, gid,
});

const volumeOf = ({ name, image, readonly, format, platforms }: Volume): unknown => ({
  name, image: filled(image), readonly: readonly === true ? true : undefined, format: filled(format), platforms: platforms === undefined || platforms.length === 0 ? undefined : platforms,
});

function containerOf(container: Container, form: Form): unknown {
  const { name, image, runtime, ...options } = container;
  return {
    name,
    image: expandReference(image),
    capabilities: options.capabilities,
    'capabilities.add': options['capabilities.add'],
    ambient: options.ambient,
    mounts: options.mounts?.map(form.mount),
    binds: options.binds,
    'binds.add': options['binds.add'],
    devices: options.devices?.map(({ path, type, major = 0, minor = 0, mode }) => ({ path, type, major, minor, mode: filled(mode) })),
    tmpfs: options.tmpfs,
    command: options.command,
    env: options.env,
    cwd: filled(options.cwd),
    net: filled(options.net),
    pid: filled(options.pid),
    ipc: filled(options.ipc),
    uts: filled(options.uts),
    userns: filled(options.userns),
    hostname: filled(options.hostname),
    readonly: options.readonly,
    maskedPaths: options.maskedPaths,
    readonlyPaths: options.readonlyPaths,
    uid: options.uid,
    gid: options.gid,
    additionalGids: options.additionalGids,
    noNewPrivileges: options.noNewPrivileges,
    oomScoreAdj: options.oomScoreAdj,
    rootfsPropagation: options.rootfsPropagation,
    cgroupsPath: options.cgroupsPath,
    resources: options.resources && form.resources(options.resources),
    sysctl: options.sysctl && form.map(options.sysctl),
    rlimits: options.rlimits,
    uidMappings: options.uidMappings?.map(form.mapping),
    gidMappings: options.gidMappings?.map(form.mapping),
    annotations: options.annotations && form.map(options.annotations),
    runtime: runtime && runtimeOf(runtime, form),
  };
}

function runtimeOf(runtime: NonNullable<ContainerOptions['runtime']>, form: Form): unknown {
  return {
    cgroups: runtime.cgroups,
    mounts: runtime.mounts?.map(form.mount),
    mkdir: runtime.mkdir,
    interfaces: runtime.interfaces?.map(({ name, add, peer, createInRoot = false }) => ({ name: filled(name), add: filled(add), peer: filled(peer), createInRoot })),
    bindNS: form.bindNS(runtime.bindNS && { cgroup: runtime.bindNS.cgroup, ipc: runtime.bindNS.ipc, mnt: runtime.bindNS.mnt, net: runtime.bindNS.net, pid: runtime.bindNS.pid, user: runtime.bindNS.user, uts: runtime.bindNS.uts }),
    namespace: runtime.namespace,
  };
}

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
const some = <T>(list: readonly T[] | undefined): readonly T[] | undefined => (list === undefined || list.length === 0 ? undefined : list);

const json: Form = {
  list: (items) => items ?? null,
  mount: ({ destination = '', type, source, options, uidmappings, gidmappings }) => ({ destination, type: filled(type), source: filled(source), options: some(options), uidMappings: some(uidmappings?.map(json.mapping)), gidMappings: some(gidmappings?.map(json.mapping)) }),
  mapping: ({ containerID, hostID, size }) => ({ containerID, hostID, size }),
  resources: (resources) => ({
    ...(resourceLimits(resources, (resources.devices ?? []).map(({ allow, type, major, minor, access }) => ({ allow, type: filled(type), major, minor, access: filled(access) }))) as object),
    // In bytes, as the document has it.
    hugepageLimits: resources.hugepageLimits,
  }),
  map: (map) => new Map(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))),
  bindNS: (bound) => bound ?? {},
};

const yaml: Form = {
  list: (items) => items ?? [],
  mount: ({ destination = '', type = '', source = '', options = [], uidmappings = [], gidmappings = [] }) => ({ destination, type, source, options, uidmappings: uidmappings.map(yaml.mapping), gidmappings: gidmappings.map(yaml.mapping) }),
  mapping: ({ containerID, hostID, size }) => ({ containerid: containerID, hostid: hostID, size }),
  resources: yamlResources,
  map: (map) => new Map(Object.entries(map).sort(([a], [b]) => compareKeys(a, b))),
  bindNS: (bound) => (bound !== undefined && Object.values(bound).some((value) => value !== undefined) ? bound : undefined),
};

function yamlResources({ devices = [], memory, cpu, pids, blockio, hugepageLimits = [], network }: ResourceOptions): unknown {
  return {
    devices: devices.map(({ allow, type = '', major, minor, access = '' }) => ({ allow, type, major: major ?? null, minor: minor ?? null, access })),
    memory: struct(memory, ['limit', 'reservation', 'swap', 'kernel', 'kernelTCP', 'swappiness', 'disableOOMKiller', 'useHierarchy', 'checkBeforeUpdate']),
    cpu: struct(cpu && { cpus: '', mems: '', ...cpu }, ['shares', 'quota', 'burst', 'period', 'realtimeRuntime', 'realtimePeriod', 'cpus', 'mems', 'idle']),
    pids: pids === undefined ? null : { limit: pids.limit ?? 0 },
    blockio: blockio === undefined ? null : {
      weight: blockio.weight ?? null,
      leafweight: blockio.leafWeight ?? null,
      weightdevice: (blockio.weightDevice ?? []).map(({ major, minor, weight = null, leafWeight = null }) => ({ major, minor, weight, leafweight: leafWeight })),
      throttlereadbpsdevice: blockio.throttleReadBpsDevice ?? [],
      throttlewritebpsdevice: blockio.throttleWriteBpsDevice ?? [],
      throttlereadiopsdevice: blockio.throttleReadIOPSDevice ?? [],
      throttlewriteiopsdevice: blockio.throttleWriteIOPSDevice ?? [],
    },
    hugepagelimits: hugepageLimits.map(({ pageSize, limit }) => ({ pagesize: pageSize, limit })),
    network: network === undefined ? null : { classid: network.classID ?? null, priorities: network.priorities ?? [] },
    rdma: {},
    unified: {},
  };
}

/** Every field of a Go struct, in lower case; what is not given is null. */
function struct(value: Readonly<Record<string, unknown>> | undefined, keys: readonly string[]): unknown {
  return value === undefined ? null : Object.fromEntries(keys.map((key) => [key.toLowerCase(), value[key] ?? null]));
}
