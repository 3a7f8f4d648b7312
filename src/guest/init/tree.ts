// What `builtin:init` puts into the root file system: our guest side, POSIX sh over busybox.
// Follow it from set-up.ts to main.sh; what they print is the console protocol in ARCHITECTURE.md.
import { folder, library, link, program, type GuestFile } from '../files.ts';
import { powerOff } from './power-off.ts';
import { sealRunc } from './seal-runc.ts';
import { setUp } from './set-up.ts';

export const tree: readonly GuestFile[] = [
  { path: 'init', mode: 0o755, calls: setUp },
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

  library('main.sh', 0o755),
  program('power-off', powerOff),
  library('report.sh'),
  library('entry.sh'),
  library('indent.awk'),
  library('bundle.sh'),
  program('seal-runc', sealRunc),
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
];
