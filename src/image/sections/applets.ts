// Busybox is one program of many names. What a program of a case executes must be a file, so builtin:init makes a link for each name,
// which costs an emulated guest up to a second: where the names can be read from busybox itself, the image has the links.
import { createHash } from 'node:crypto';
import { plainDirectory } from '../../archive/entry.ts';
import { createTree, list, lookup, put, type Tree } from '../../archive/rootfs.ts';
import type { Source } from '../../source/source.ts';
import { readFromEach } from './content.ts';

const BUSYBOX = 'usr/bin/busybox';
/** Where it is, builtin:init makes no links. */
const MARK = 'usr/lib/kit-test/applets';
/** Changes with what is made of the same busybox. */
const VERSION = 1;

/** Applets that `busybox --install` puts where only the administrator looks (BB_DIR_SBIN and BB_DIR_USR_SBIN in its sources). */
const ofAdministrator = new Set([
  ...['acpid', 'adjtimex', 'arp', 'arping', 'blkid', 'blockdev', 'brctl', 'chroot', 'crond', 'depmod', 'devmem', 'fdisk', 'findfs', 'freeramdisk', 'fsfreeze', 'fstrim'],
  ...['getty', 'halt', 'httpd', 'hwclock', 'i2cdetect', 'i2cdump', 'i2cget', 'i2cset', 'i2ctransfer', 'ifconfig', 'ifdown', 'ifup', 'init', 'insmod', 'ip', 'ipneigh', 'klogd'],
  ...['loadfont', 'loadkmap', 'logread', 'losetup', 'lsmod', 'mdev', 'mim', 'mkdosfs', 'mke2fs', 'mkswap', 'modinfo', 'modprobe', 'nameif', 'nbd-client', 'nologin', 'partprobe'],
  ...['pivot_root', 'poweroff', 'rdate', 'reboot', 'rmmod', 'route', 'run-init', 'start-stop-daemon', 'sulogin', 'swapoff', 'swapon', 'switch_root', 'sysctl', 'syslogd', 'tc'],
  ...['telnetd', 'tunctl', 'ubirename', 'udhcpc', 'udhcpd', 'uevent', 'vconfig', 'watchdog'],
]);

/** The links for the busybox of the init images, in folders of a merged /usr; an empty tree where there is none, or one whose names are not found. */
export function appletLinks(init: readonly Source[]): Source {
  const digest = createHash('sha256').update(JSON.stringify(['applets', VERSION, init.map((source) => source.digest)])).digest('hex');
  return {
    ref: 'init',
    digest: `sha256:${digest}`,
    async tree(signal) {
      // Of several the last one is in the image.
      const program = (await readFromEach(init, BUSYBOX, signal)).at(-1);
      const names = program === undefined ? [] : appletNames(program);
      const tree = createTree();
      const link = (path: string): void => put(tree, path, { ...plainDirectory, mode: 0o777, type: 'symlink', target: `/${BUSYBOX}` });
      for (const name of names) link(`usr/${ofAdministrator.has(name) ? 'sbin' : 'bin'}/${name}`);
      if (names.length > 0) link(MARK);
      return tree;
    },
  };
}

/** Lays the links under `root`: what it has of these names stays. Nothing where /bin and /sbin are folders of their own. */
export function addApplets(root: Tree, links: Tree): void {
  if (!['bin', 'sbin'].every((path) => lookup(root, path)?.inode.type === 'symlink')) return;
  for (const { path, inode } of list(links)) {
    if (inode.type === 'symlink' && lookup(root, path) === undefined) put(root, path, inode);
  }
}

/**
 * Names of the applets of a busybox: its sources join them in ascending order, each with a NUL behind it, and the first two are
 * always the same. Empty where that is not found.
 */
export function appletNames(program: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = program.indexOf('[\0[[\0'); at >= 0; ) {
    const end = program.indexOf(0, at);
    const name = program.toString('latin1', at, end);
    if (end < 0 || !/^[\w.+[-]+$/.test(name) || name <= (names.at(-1) ?? '')) break;
    names.push(name);
    at = end + 1;
  }
  return names;
}
