// The mounts of a container: LinuxKit's defaults, then tmpfs, binds and mounts, later ones replacing earlier ones of
// the same destination; sorted by destination, so that `/dev` comes before `/dev/pts`.
import type { MountOptions } from './options.ts';

/** A mount as config.json has it. */
export interface Mount {
  readonly destination: string;
  readonly type?: string;
  readonly source?: string;
  readonly options?: readonly string[];
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
}

export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

export interface Problem {
  readonly problem: string;
  readonly key?: string;
}

export const isProblem = (value: object): value is Problem => 'problem' in value;

/** `SOURCE:DESTINATION[:OPTIONS]`. */
export function parseBind(text: string): Mount | Problem {
  const [source = '', destination, options, ...more] = text.split(':');
  if (destination === undefined) return { problem: `expected SOURCE:DESTINATION or SOURCE:DESTINATION:OPTIONS, got "${text}"` };
  if (more.length > 0) return { problem: `too many ":" in "${text}": expected SOURCE:DESTINATION:OPTIONS` };
  return { destination, type: 'bind', source, options: options === undefined ? ['rw', 'rbind', 'rshared'] : [...options.split(','), 'rbind'] };
}

/** `DESTINATION[:OPTIONS]`. */
export function parseTmpfs(text: string): Mount | Problem {
  const [destination = '', options, ...more] = text.split(':');
  if (more.length > 0) return { problem: `too many ":" in "${text}": expected DESTINATION:OPTIONS` };
  return { destination, type: 'tmpfs', source: 'tmpfs', ...(options === undefined ? {} : { options: options.split(',') }) };
}

const destinations: Readonly<Record<string, string>> = { mqueue: '/dev/mqueue', devpts: '/dev/pts', proc: '/proc', sysfs: '/sys', cgroup: '/sys/fs/cgroup' };

/** Completes a mount: the type from a well-known source or destination, the destination from a well-known type. */
export function completeMount(mount: MountOptions): Mount | Problem {
  const given = mount.type !== undefined && mount.type !== '';
  const type = given ? (mount.type ?? '') : mount.source !== undefined && mount.source in destinations ? mount.source : mount.destination === '/dev' ? 'tmpfs' : '';
  if (type === '') return { problem: `the mount at ${mount.destination ?? '?'} needs a type: it cannot be guessed from its source or destination`, key: 'type' };
  const destination = mount.destination === undefined || mount.destination === '' ? destinations[type] : mount.destination;
  if (destination === undefined) return { problem: `a mount of type ${type} needs a destination`, key: 'destination' };
  return {
    destination,
    type,
    source: mount.source === undefined || mount.source === '' ? type : mount.source,
    ...(mount.options === undefined || mount.options.length === 0 ? {} : { options: mount.options }),
    ...(mount.uidmappings === undefined ? {} : { uidMappings: mount.uidmappings.map(idMapping) }),
    ...(mount.gidmappings === undefined ? {} : { gidMappings: mount.gidmappings.map(idMapping) }),
  };
}

/** The runtime-spec's key order. */
export const idMapping = ({ containerID, hostID, size }: IdMapping): IdMapping => ({ containerID, hostID, size });

/** What every container has unless a mount of its own takes the place. */
export function defaultMounts(readonly: boolean): readonly Mount[] {
  const ro = readonly ? ['ro'] : [];
  return [
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k', ...ro] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'] },
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'nodev', 'noexec', 'relatime'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', ...ro] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'] },
  ];
}

/** One mount for each destination, the last one given, in bytewise order. */
export function orderMounts(mounts: readonly Mount[]): readonly Mount[] {
  const last = new Map(mounts.map((mount) => [mount.destination, mount]));
  return [...last.values()].sort((a, b) => Buffer.compare(Buffer.from(a.destination), Buffer.from(b.destination)));
}
