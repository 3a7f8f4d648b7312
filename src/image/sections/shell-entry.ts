// The facts of a bundle once more as shell calls, for builtin:init: a POSIX shell cannot read JSON. Each line calls one
// of the functions of guest/init/bundle.sh, every word quoted.
import { quoteWord } from '../../model/shell.ts';
import type { Mount } from '../../oci/mounts.ts';
import type { Bundle } from './containers.ts';

/** The text of a bundle's file `entry`. */
export function shellEntry(bundle: Bundle): string {
  const runtime = bundle.runtime as unknown as { readonly mounts: readonly Mount[]; readonly mkdir: readonly string[] };
  const config = bundle.config as unknown as {
    readonly mounts: readonly Mount[];
    readonly process: { readonly user: { readonly uid: number }; readonly cwd: string; readonly env?: readonly string[]; readonly args?: readonly string[] };
  };
  const { user, cwd, env = [], args = [] } = config.process;
  const lines = [
    ...runtime.mounts.map((mount) => ['runtime_mount', ...mountWords(mount)]),
    ...runtime.mkdir.map((path) => ['runtime_mkdir', path]),
    ...config.mounts.map((mount) => ['container_mount', ...mountWords(mount)]),
    ['container_start', String(user.uid), cwd, ...env.filter((item) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(item)), ...args],
  ];
  return lines.map((words) => `${words.map(quoteWord).join(' ')}\n`).join('');
}

const mountWords = ({ type = '', source = '', destination, options = [] }: Mount): string[] => [type, source, destination, options.join(',')];
