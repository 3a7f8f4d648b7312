// From an image's configuration, its label and LinuxKit YAML to the two files of a bundle: config.json of the OCI
// runtime-spec (1.2.1) and runtime.json, what LinuxKit's init prepares before it. Key order is the specification's.
import { HarnessError, UsageError } from '../model/errors.ts';
import { capabilitySets, wrongCapability } from './capabilities.ts';
import type { Json } from './json.ts';
import type { ImageConfig } from './manifest.ts';
import { completeMount, defaultMounts, idMapping, isProblem, orderMounts, parseBind, parseTmpfs, type Mount, type Problem } from './mounts.ts';
import { mergeOptions, type ContainerOptions } from './options.ts';
import { resourceLimits, nodesAndRules } from './resources.ts';
import { parseRlimit } from './rlimits.ts';

export interface BundleInput {
  /** The entry of the YAML. */
  readonly yaml: ContainerOptions;
  /** The image's own label org.mobyproject.config. */
  readonly label: ContainerOptions;
  readonly image: ImageConfig | undefined;
  /** Number of a container's name (LinuxKit counts them from 100). */
  readonly idOf: (name: string) => number | undefined;
  /** Path at which a volume is mounted; undefined when there is none of that name. */
  readonly volumePath: (name: string) => string | undefined;
}

/** What holds for a container, with the image's command, environment and folder where nobody else says. */
export function effectiveOptions({ yaml, label, image }: Pick<BundleInput, 'yaml' | 'label' | 'image'>): ContainerOptions {
  const merged = mergeOptions(yaml, label);
  const { Entrypoint = [], Cmd = [], Env, WorkingDir } = image?.config ?? {};
  const cwd = text(merged.cwd) ?? text(WorkingDir) ?? '/';
  return { ...merged, command: merged.command ?? [...Entrypoint, ...Cmd], env: merged.env ?? Env ?? [], cwd };
}

/**
 * config.json.
 * @throws HarnessError `IMAGE_LABEL_INVALID` for what a label says wrong; the YAML has been checked before.
 */
export function containerConfig(input: BundleInput): Json {
  const options = effectiveOptions(input);
  const readonly = options.readonly ?? false;
  for (const list of [options.capabilities ?? [], options.ambient ?? []]) {
    const wrong = list[wrongCapability(list)];
    if (wrong !== undefined) throw invalid(`there is no capability "${wrong}"`);
  }
  const devices = nodesAndRules(options.devices ?? [], options.resources?.devices ?? [], invalid);
  const id = (value: number | string | undefined): number => resolveId(value, input.idOf);
  return {
    ociVersion: '1.2.1',
    process: {
      user: { uid: id(options.uid), gid: id(options.gid), additionalGids: filled(options.additionalGids?.map(id)) },
      args: filled(options.command),
      env: filled(options.env),
      cwd: options.cwd ?? '/',
      capabilities: capabilitySets(options.capabilities ?? [], options.ambient ?? []),
      rlimits: filled(options.rlimits?.map((text) => ({ ...must(parseRlimit(text)) }))),
      noNewPrivileges: options.noNewPrivileges === true ? true : undefined,
      oomScoreAdj: options.oomScoreAdj,
    },
    root: { path: 'rootfs', readonly: readonly ? true : undefined },
    hostname: text(options.hostname),
    mounts: containerMounts(options, input.volumePath).map(mountJson),
    annotations: sorted(options.annotations),
    linux: {
      uidMappings: filled(options.uidMappings?.map((mapping) => ({ ...idMapping(mapping) }))),
      gidMappings: filled(options.gidMappings?.map((mapping) => ({ ...idMapping(mapping) }))),
      sysctl: sorted(options.sysctl),
      resources: resourceLimits(options.resources ?? {}, devices.rules),
      cgroupsPath: text(options.cgroupsPath),
      namespaces: namespaces(options),
      devices: filled(devices.nodes),
      rootfsPropagation: text(options.rootfsPropagation),
      maskedPaths: filled(options.maskedPaths),
      readonlyPaths: filled(options.readonlyPaths),
    },
  };
}

/** runtime.json: every key is always there. `mounts` come before those of the options. */
export function runtimeConfig(options: ContainerOptions, mounts: readonly Mount[]): Json {
  const { runtime } = options;
  const bound = runtime?.bindNS;
  return {
    cgroups: runtime?.cgroups ?? [],
    mounts: [...mounts, ...(runtime?.mounts ?? []).map(({ destination = '', type, source, options: given, uidmappings, gidmappings }) => ({
      destination,
      ...(text(type) === undefined ? {} : { type: type ?? '' }),
      ...(text(source) === undefined ? {} : { source: source ?? '' }),
      ...(given === undefined ? {} : { options: given }),
      ...(uidmappings === undefined ? {} : { uidMappings: uidmappings.map(idMapping) }),
      ...(gidmappings === undefined ? {} : { gidMappings: gidmappings.map(idMapping) }),
    }))].map(mountJson),
    mkdir: runtime?.mkdir ?? [],
    interfaces: (runtime?.interfaces ?? []).map(({ name, add, peer, createInRoot }) => ({ name: text(name), add: text(add), peer: text(peer), createInRoot: createInRoot ?? false })),
    bindNS: {
      cgroup: bound?.cgroup ?? '', ipc: bound?.ipc ?? '', mnt: bound?.mnt ?? '', net: bound?.net ?? '',
      pid: bound?.pid ?? '', user: bound?.user ?? '', uts: bound?.uts ?? '',
    },
    namespace: runtime?.namespace ?? '',
  };
}

function containerMounts(options: ContainerOptions, volumePath: BundleInput['volumePath']): readonly Mount[] {
  const given = [
    ...(options.tmpfs ?? []).map((item) => must(parseTmpfs(item))),
    ...(options.binds ?? []).map((item) => must(parseBind(item))),
    ...(options.mounts ?? []).map((item) => must(completeMount(item))),
  ];
  return orderMounts([...defaultMounts(options.readonly ?? false), ...given.map((mount) => fromVolume(mount, volumePath))]);
}

/** A bind whose source is no path names a volume, in `mounts` as well as in `binds` (LinuxKit forgets the former). */
function fromVolume(mount: Mount, volumePath: BundleInput['volumePath']): Mount {
  if (mount.type !== 'bind' || mount.source === undefined || mount.source.startsWith('/')) return mount;
  const path = volumePath(mount.source);
  if (path === undefined) throw invalid(`there is no volume "${mount.source}"`);
  return { ...mount, source: path };
}

function namespaces(options: ContainerOptions): readonly Json[] {
  const kinds = [['network', options.net, 'root'], ['ipc', options.ipc, 'root'], ['uts', options.uts, 'root'], ['pid', options.pid, 'new'], ['user', options.userns, 'root']] as const;
  const joined = kinds.flatMap(([type, given, usual]): Json[] => {
    const value = text(given) ?? usual;
    if (value === 'host' || value === 'root') return [];
    return [value === 'new' || (type === 'network' && value === 'none') ? { type } : { type, path: value }];
  });
  return [...joined, { type: 'mount' }];
}

function resolveId(value: number | string | undefined, idOf: BundleInput['idOf']): number {
  if (typeof value === 'number') return value;
  if (value === undefined || value === '' || value === 'root') return 0;
  const id = idOf(value);
  if (id === undefined) throw invalid(`no container is named "${value}"`);
  return id;
}

function must<T extends object>(value: T | Problem): T {
  if (isProblem(value)) throw invalid(value.problem);
  return value;
}

function invalid(problem: string): HarnessError {
  return new UsageError('IMAGE_LABEL_INVALID', `the label org.mobyproject.config is wrong: ${problem}`, { hint: 'set the key in the YAML, which then holds instead of the label, or correct the image' });
}

const filled = <T>(list: readonly T[] | undefined): readonly T[] | undefined => (list === undefined || list.length === 0 ? undefined : list);
const text = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
const mountJson = ({ destination, type, source, options, uidMappings, gidMappings }: Mount): Json => ({
  destination, type, source, options, uidMappings: uidMappings?.map((mapping) => ({ ...mapping })), gidMappings: gidMappings?.map((mapping) => ({ ...mapping })),
});
const sorted = (map: Readonly<Record<string, string>> | undefined): Json | undefined =>
  map === undefined || Object.keys(map).length === 0 ? undefined : new Map(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
