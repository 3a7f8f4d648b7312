// What `builtin:init` puts into the root file system: our guest side, POSIX sh over busybox.
// Follow it from init.sh to main.sh; what they print is the console protocol in ARCHITECTURE.md.
import { folder, library, link, type GuestFile } from '../files.ts';

// Folders for mounts are part of the tree because each `mkdir` would cost the guest a process.
export const tree: readonly GuestFile[] = [
  { path: 'init', mode: 0o755, source: 'init.sh' },
  folder('dev'),
  folder('proc'),
  folder('root', 0o700),
  folder('run'),
  folder('sys'),
  folder('tmp', 0o1777),
  folder('var/log'),
  link('usr/bin/sh', 'busybox'),
  // The kernel calls it to load modules on demand.
  link('usr/sbin/modprobe', '../bin/busybox'),

  library('root.fstab'),
  library('kernel.fstab'),
  library('dev.fstab'),
  library('main.sh'),
  library('report.sh'),
  library('entry.sh'),
  library('indent.awk'),
  library('bundle.sh'),
  library('enter.sh'),
  library('prepare.sh'),
  library('service.awk'),
  library('network.sh'),
  library('port.sh'),
  library('find-drive.sh'),
  library('drives.sh'),
  library('volumes.sh'),
  library('cgroup1.sh'),
  library('artifacts.sh'),
  library('ktap.sh'),

  // Copied to /dev, for devtmpfs knows nothing of them.
  folder('usr/lib/kit-test/dev/pts'),
  folder('usr/lib/kit-test/dev/shm', 0o1777),
  folder('usr/lib/kit-test/dev/mqueue'),
  link('usr/lib/kit-test/dev/fd', '/proc/self/fd'),
  link('usr/lib/kit-test/dev/stdin', '/proc/self/fd/0'),
  link('usr/lib/kit-test/dev/stdout', '/proc/self/fd/1'),
  link('usr/lib/kit-test/dev/stderr', '/proc/self/fd/2'),
];
