// What `builtin:template` puts into the root file system of a template: enough to wait, and to enter the root of a case.
import { folder, library, link, program, type GuestFile } from '../files.ts';
import { keepTerminal } from './enter.ts';

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
  program('keep-terminal', keepTerminal),
];
