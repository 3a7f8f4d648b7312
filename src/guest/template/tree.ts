// What `builtin:template` puts into the root file system of a template: enough to wait, and to enter the root of a case.
import type { GuestFile } from '../init/tree.ts';

const folder = (path: string): GuestFile => ({ path, mode: 0o755 });
const link = (path: string, symlink: string): GuestFile => ({ path, mode: 0o777, symlink });
const library = (source: string): GuestFile => ({ path: `usr/lib/kit-test/${source}`, mode: 0o644, source });

export const tree: readonly GuestFile[] = [
  { path: 'init', mode: 0o755, source: 'init.sh' },
  folder('dev'),
  folder('proc'),
  folder('sys'),
  folder('root'),
  folder('layers'),
  link('usr/bin/sh', 'busybox'),
  link('usr/sbin/modprobe', '../bin/busybox'),
  library('kernel.fstab'),
];
