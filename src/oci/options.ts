// What can be said of a container: by LinuxKit YAML, and by the image itself in the label org.mobyproject.config.
// Keys and types follow LinuxKit's schema (`moby/schema.go`, `docs/yaml.md`); every level refuses unknown keys.
import * as z from 'zod';

const words = z.array(z.string());
/** A number, or the name of a container of the same YAML. */
const Id = z.union([z.int().min(0).max(0xffff_fffe), z.string()]);

const IdMapping = z.strictObject({ hostID: z.int().min(0).default(0), containerID: z.int().min(0).default(0), size: z.int().min(0).default(0) });

const Mount = z.strictObject({
  destination: z.string().optional(),
  type: z.string().optional(),
  source: z.string().optional(),
  options: words.optional(),
  uidmappings: z.array(IdMapping).optional(),
  gidmappings: z.array(IdMapping).optional(),
});
export type MountOptions = z.infer<typeof Mount>;

const Device = z.strictObject({
  path: z.string(),
  type: z.string(),
  major: z.int().optional(),
  minor: z.int().optional(),
  mode: z.string().optional().describe('octal digits in quotes'),
});

const Throttle = z.array(z.strictObject({ major: z.int(), minor: z.int(), rate: z.int() })).optional();

const Resources = z.strictObject({
  devices: z.array(z.strictObject({ allow: z.boolean(), type: z.string().optional(), major: z.int().optional(), minor: z.int().optional(), access: z.string().optional() })).optional(),
  memory: z
    .strictObject({
      limit: z.int().optional(), reservation: z.int().optional(), swap: z.int().optional(), kernel: z.int().optional(),
      kernelTCP: z.int().optional(), swappiness: z.int().optional(), disableOOMKiller: z.boolean().optional(),
    })
    .optional(),
  cpu: z
    .strictObject({
      shares: z.int().optional(), quota: z.int().optional(), period: z.int().optional(), realtimeRuntime: z.int().optional(),
      realtimePeriod: z.int().optional(), cpus: z.string().optional(), mems: z.string().optional(),
    })
    .optional(),
  pids: z.strictObject({ limit: z.int().optional() }).optional(),
  blockio: z
    .strictObject({
      weight: z.int().optional(),
      leafWeight: z.int().optional(),
      weightDevice: z.array(z.strictObject({ major: z.int(), minor: z.int(), weight: z.int().optional(), leafWeight: z.int().optional() })).optional(),
      throttleReadBpsDevice: Throttle, throttleWriteBpsDevice: Throttle, throttleReadIOPSDevice: Throttle, throttleWriteIOPSDevice: Throttle,
    })
    .optional(),
  hugepageLimits: z.array(z.strictObject({ pageSize: z.int(), limit: z.int() })).optional(),
  network: z.strictObject({ classID: z.int().optional(), priorities: z.array(z.strictObject({ name: z.string(), priority: z.int() })).optional() }).optional(),
});
export type ResourceOptions = z.infer<typeof Resources>;

const Runtime = z.strictObject({
  cgroups: words.optional(),
  mounts: z.array(Mount).optional(),
  mkdir: words.optional(),
  interfaces: z.array(z.strictObject({ name: z.string().optional(), add: z.string().optional(), peer: z.string().optional(), createInRoot: z.boolean().optional() })).optional(),
  bindNS: z
    .strictObject({
      cgroup: z.string().optional(), ipc: z.string().optional(), mnt: z.string().optional(), net: z.string().optional(),
      pid: z.string().optional(), user: z.string().optional(), uts: z.string().optional(),
    })
    .optional(),
  namespace: z.string().optional(),
});

const namespace = z.string().optional().describe('`new`, `host`, or the path of a namespace');

/** The keys of a container without its name and image: the whole of a label, most of an entry in YAML. */
export const containerOptionKeys = {
  capabilities: words.optional(),
  'capabilities.add': words.optional(),
  ambient: words.optional(),
  mounts: z.array(Mount).optional(),
  binds: words.optional(),
  'binds.add': words.optional(),
  devices: z.array(Device).optional(),
  tmpfs: words.optional(),
  command: words.optional(),
  env: words.optional(),
  cwd: z.string().optional(),
  net: namespace,
  ipc: namespace,
  uts: namespace,
  userns: namespace,
  pid: namespace,
  hostname: z.string().optional(),
  readonly: z.boolean().optional(),
  maskedPaths: words.optional(),
  readonlyPaths: words.optional(),
  uid: Id.optional(),
  gid: Id.optional(),
  additionalGids: z.array(Id).optional(),
  noNewPrivileges: z.boolean().optional(),
  oomScoreAdj: z.int().optional(),
  rootfsPropagation: z.string().optional(),
  cgroupsPath: z.string().optional(),
  resources: Resources.optional(),
  sysctl: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  rlimits: words.optional(),
  uidMappings: z.array(IdMapping).optional(),
  gidMappings: z.array(IdMapping).optional(),
  runtime: Runtime.optional(),
} as const;

export const ContainerOptionsSchema = z.strictObject(containerOptionKeys);
export type ContainerOptions = z.infer<typeof ContainerOptionsSchema>;

/** Keys whose empty string means "not given". */
const texts = ['cwd', 'net', 'ipc', 'uts', 'userns', 'pid', 'hostname'] as const;

/**
 * What holds for a container: the YAML's word where it has one, else the label's. Lists are replaced, never joined,
 * but for `capabilities.add` and `binds.add`; `runtime` and its `bindNS` are merged key by key.
 */
export function mergeOptions(yaml: ContainerOptions, label: ContainerOptions): ContainerOptions {
  const merged: ContainerOptions = { ...label, ...yaml };
  for (const key of texts) {
    const text = yaml[key] === undefined || yaml[key] === '' ? label[key] : yaml[key];
    if (text !== undefined) merged[key] = text;
  }
  // A label of ["all"] has everything that could be added.
  const all = label.capabilities?.length === 1 && label.capabilities[0]?.toLowerCase() === 'all';
  if (yaml.capabilities === undefined && yaml['capabilities.add'] !== undefined && !all) merged.capabilities = [...(label.capabilities ?? []), ...yaml['capabilities.add']];
  if (yaml.binds === undefined && yaml['binds.add'] !== undefined) merged.binds = [...(label.binds ?? []), ...yaml['binds.add']];
  if (label.runtime !== undefined || yaml.runtime !== undefined) {
    merged.runtime = { ...label.runtime, ...yaml.runtime, bindNS: { ...label.runtime?.bindNS, ...yaml.runtime?.bindNS } };
  }
  return merged;
}
