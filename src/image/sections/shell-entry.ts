// The facts of a bundle once more as shell calls, for builtin:init: a POSIX shell cannot read JSON. Each line calls one
// of the functions of guest/init/bundle.sh, every word quoted.
import { quoteWord } from '../../model/shell.ts';
import type { Mount } from '../../oci/mounts.ts';
import type { Bundle } from './containers.ts';

interface Runtime {
  readonly cgroups: readonly string[];
  readonly mounts: readonly Mount[];
  readonly mkdir: readonly string[];
  readonly interfaces: readonly { readonly name?: string; readonly add?: string; readonly peer?: string; readonly createInRoot: boolean }[];
  readonly bindNS: Readonly<Record<string, string>>;
  readonly namespace: string;
}

interface Config {
  readonly mounts: readonly Mount[];
  readonly process: { readonly user: { readonly uid: number }; readonly cwd: string; readonly env?: readonly string[]; readonly args?: readonly string[] };
}

/** The text of a bundle's file `entry`. */
export function shellEntry(bundle: Pick<Bundle, 'config' | 'runtime'>): string {
  const runtime = bundle.runtime as unknown as Runtime;
  const config = bundle.config as unknown as Config;
  const { user, cwd, env = [], args = [] } = config.process;
  const lines = [
    ...runtime.mounts.flatMap(runtimeMount),
    ...runtime.mkdir.map((path) => ['runtime_mkdir', path]),
    ...runtime.cgroups.map((path) => ['runtime_cgroup', path.replace(/^\/+/, '')]),
    ...(runtime.namespace === '' ? [] : [['runtime_namespace', runtime.namespace]]),
    ...runtime.interfaces.map(runtimeInterface),
    ...Object.entries(runtime.bindNS).filter(([, path]) => path !== '').map(([kind, path]) => ['runtime_bindns', kind, path]),
    ...config.mounts.map((mount) => ['container_mount', ...mountWords(mount)]),
    ['container_start', String(user.uid), cwd, ...env.filter((item) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(item)), ...args],
  ];
  return lines.map((words) => `${words.map(quoteWord).join(' ')}\n`).join('');
}

const propagations = ['shared', 'slave', 'private', 'unbindable'].flatMap((word) => [word, `r${word}`]);
const binds = ['bind', 'rbind'];
/** What mount(2) does without being told, and busybox would take for data of the file system. */
const unsaid = ['defaults', 'nostrictatime'];

/**
 * The kernel does one thing in a mount(2): it forgets `ro` of a bind, and `private` of everything but itself. LinuxKit
 * leaves it at that; here each is a call of its own. Of `remount` with a propagation nothing is left: a remount of
 * what has just been mounted.
 */
function runtimeMount(mount: Mount): readonly (readonly string[])[] {
  const options = (mount.options ?? []).filter((word) => !unsaid.includes(word));
  const propagation = options.filter((word) => propagations.includes(word));
  const others = options.filter((word) => !propagations.includes(word));
  const bind = others.filter((word) => binds.includes(word));
  const flags = others.filter((word) => !binds.includes(word) && word !== 'rw');
  const { type, ...typeless } = mount;
  const call = (given: Mount, words: readonly string[]): string[] => ['runtime_mount', ...mountWords({ ...given, options: words })];
  const again = (words: readonly string[]): string[] => call({ destination: mount.destination }, words);
  const change = propagation.map((word) => again([word]));
  if (bind.length > 0 && !others.includes('remount')) return [call(typeless, bind), ...(flags.length === 0 ? [] : [again(['remount', 'bind', ...flags])]), ...change];
  if (others.length === 1 && others[0] === 'remount') return [];
  if (type === undefined && mount.source === undefined) return others.length === 0 ? change : [again(others), ...change];
  return [call(mount, others), ...change];
}

/** A peer means a pair. A pair is made here and one half moved, as is what `createInRoot` says. */
function runtimeInterface({ name = '', add, peer = '', createInRoot }: Runtime['interfaces'][number]): string[] {
  const type = add ?? (peer === '' ? '' : 'veth');
  return ['runtime_interface', name, type, peer, createInRoot || type === 'veth' ? 'root' : 'container'];
}

const mountWords = ({ type = '', source = '', destination, options = [] }: Mount): string[] => [type, source, destination, options.join(',')];
