// Where LinuxKit's config.json differs from what was asked for: keys it accepts and loses. Each is taken out of the
// options before the configuration is made, so that what remains is made by the same code as ever (linuxkit.md §1.3, §2.7).
import type { Json } from '../../oci/json.ts';
import type { ContainerOptions, MountOptions, ResourceOptions } from '../../oci/options.ts';
import { linuxkitFails } from './entry.ts';

/** The options as LinuxKit's structures hold them: keys it cannot read are lost, ids of mappings are 0. */
export function sizesOnly<T extends ContainerOptions>(options: T): T {
  const { mounts, uidMappings, gidMappings, resources, runtime } = options;
  return {
    ...options,
    ...(mounts === undefined ? {} : { mounts: mounts.map(mountSizes) }),
    ...(uidMappings === undefined ? {} : { uidMappings: uidMappings.map(onlySize) }),
    ...(gidMappings === undefined ? {} : { gidMappings: gidMappings.map(onlySize) }),
    ...(resources === undefined ? {} : { resources: keptResources(resources) }),
    ...(runtime?.mounts === undefined ? {} : { runtime: { ...runtime, mounts: runtime.mounts.map(mountSizes) } }),
  };
}

/** The options as LinuxKit uses them for config.json: mappings of mounts are lost on the way (quirk mount-idmap). */
export function asLinuxkitReads(options: ContainerOptions): ContainerOptions {
  const read = sizesOnly(options);
  if (read.mounts === undefined) return read;
  return { ...read, mounts: read.mounts.map((mount) => without(mount, 'uidmappings', 'gidmappings')) };
}

/** Volumes in binds become their paths; those in `mounts` are looked at and left (quirk mount-volume). */
export function bindVolumes(options: ContainerOptions, volumePath: (name: string) => string | undefined): ContainerOptions {
  const place = (bind: string): string => {
    const [source = '', ...rest] = bind.split(':');
    if (source.startsWith('/')) return bind;
    return [volumePath(source) ?? source, ...rest].join(':');
  };
  return {
    ...options,
    ...(options.binds === undefined ? {} : { binds: options.binds.map(place) }),
    ...(options['binds.add'] === undefined ? {} : { 'binds.add': options['binds.add'].map(place) }),
  };
}

/** Capabilities that were listed twice stay twice (quirk caps-duplicate). `given` and `ambient` are the merged lists. */
export function repeatCapabilities(config: Json, given: readonly string[], ambient: readonly string[]): Json {
  const spec = config as { readonly process: { readonly capabilities: Readonly<Record<string, Json>> } };
  const { capabilities } = spec.process;
  return { ...spec, process: { ...spec.process, capabilities: { ...capabilities, ...repeated('effective', given), ...repeated('ambient', ambient) } } };
}

/** LinuxKit adds to a label's ["all"] and then finds no capability of that name. */
export function refuseAllAndMore(where: string, yaml: ContainerOptions, label: ContainerOptions): void {
  const all = label.capabilities?.length === 1 && label.capabilities[0]?.toLowerCase() === 'all';
  if (all && yaml.capabilities === undefined && (yaml['capabilities.add'] ?? []).length > 0) {
    throw linuxkitFails(`${where}: capabilities.add cannot add to the label's "all"`, `unknown capability: ${label.capabilities?.[0] ?? ''}`, 'leave capabilities.add out: the label has them all');
  }
}

function repeated(key: string, list: readonly string[]): Readonly<Record<string, Json>> {
  return new Set(list).size < list.length ? { [key]: list } : {};
}

const onlySize = ({ size }: { readonly size: number }): { hostID: number; containerID: number; size: number } => ({ hostID: 0, containerID: 0, size });

function mountSizes({ uidmappings, gidmappings, ...mount }: MountOptions): MountOptions {
  return { ...mount, ...(uidmappings === undefined ? {} : { uidmappings: uidmappings.map(onlySize) }), ...(gidmappings === undefined ? {} : { gidmappings: gidmappings.map(onlySize) }) };
}

/** Keys that need capitals are accepted and lost (quirk resource-key). */
function keptResources(resources: ResourceOptions): ResourceOptions {
  const { memory, cpu, blockio, network, ...rest } = without(resources, 'hugepageLimits');
  return {
    ...rest,
    ...(memory === undefined ? {} : { memory: without(memory, 'kernelTCP', 'disableOOMKiller') }),
    ...(cpu === undefined ? {} : { cpu: without(cpu, 'realtimeRuntime', 'realtimePeriod') }),
    ...(blockio === undefined ? {} : { blockio: { weight: blockio.weight } }),
    ...(network === undefined ? {} : { network: { priorities: network.priorities } }),
  };
}

function without<T extends object, K extends keyof T & string>(value: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>;
}
