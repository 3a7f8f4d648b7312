// /init, the guest's first process: sets up what a container host needs, and hands over to main.sh. What this kernel lacks
// is passed over.
import { AT_FDCWD, type Call, room, write } from '../calls.ts';
import { mount } from '../mount.ts';

/** IFF_UP, and IFF_LOOPBACK which it has. */
const loopbackUp = '0x9\n';
/** The first descriptor behind those of the console. */
const next = 3;
const O_RDONLY = 0;
const O_WRONLY = 1;
const hostname = 'kit-test';
const CONSOLE_LEVEL = 8;
/** Of the kernel's messages. Notices ("eth0: link becomes ready") would cut into the results; warnings and worse stay visible. */
const aboveNotices = 5;

const mkdir = (path: string): Call => ({ name: 'mkdirat', args: [AT_FDCWD, path, 0o755] });
const link = (path: string, target: string): Call => ({ name: 'symlinkat', args: [target, AT_FDCWD, path] });

/** The program that the kernel calls for a module that it lacks: its name ends with a newline, and so does what it reads. */
const helper = '/proc/sys/kernel/modprobe';
const helperBytes = 256;
const openHelper = (flags: number): Call => ({ name: 'openat', args: [AT_FDCWD, helper, flags] });
const close: Call = { name: 'close', args: [next] };

/** The kernel would ask for a module that serves its own debugging, and start a process that finds none. */
const mountBpf: readonly Call[] = [
  openHelper(O_RDONLY),
  { name: 'read', args: [next, room, helperBytes] },
  close,
  openHelper(O_WRONLY),
  write(next, '\n'),
  close,
  mount('bpf', '/sys/fs/bpf', 'bpf', 'nosuid,nodev,noexec,mode=700'),
  openHelper(O_WRONLY),
  { name: 'write', args: [next, room, helperBytes] },
  close,
];

export const setUp: readonly Call[] = [
  write(1, 'kit-test: init 1\n'),

  // A root that can be pivoted. The kernel unpacks an initramfs into `rootfs`, which pivot_root(2) refuses to leave; runc, and
  // what `run:` may bring along, need a mount above it. So / is bound to a folder and that mount moved onto /, and no file is
  // copied. /.. leads there: only a look-up of .. crosses the mounts that lie on the root.
  mount('/', '/run', 'none', 'bind'),
  mount('/run', '/', 'none', 'move'),
  { name: 'chroot', args: ['/..'] },
  { name: 'chdir', args: ['/'] },

  mount('proc', '/proc', 'proc', 'nosuid,nodev,noexec'),
  mount('sysfs', '/sys', 'sysfs', 'nosuid,nodev,noexec'),
  mount('devtmpfs', '/dev', 'devtmpfs', 'nosuid,mode=755'),
  mount('run', '/run', 'tmpfs', 'nosuid,nodev,mode=755'),
  mount('tmp', '/tmp', 'tmpfs', 'nosuid,nodev,mode=1777'),
  mount('cgroup2', '/sys/fs/cgroup', 'cgroup2', 'nosuid,nodev,noexec'),
  ...mountBpf,
  mount('securityfs', '/sys/kernel/security', 'securityfs', 'nosuid,nodev,noexec'),
  mount('tracefs', '/sys/kernel/tracing', 'tracefs', 'nosuid,nodev,noexec'),

  // What devtmpfs lacks.
  link('/dev/fd', '/proc/self/fd'),
  link('/dev/stdin', '/proc/self/fd/0'),
  link('/dev/stdout', '/proc/self/fd/1'),
  link('/dev/stderr', '/proc/self/fd/2'),
  mkdir('/dev/pts'),
  mount('devpts', '/dev/pts', 'devpts', 'nosuid,noexec,gid=5,mode=620,ptmxmode=666'),
  mkdir('/dev/shm'),
  mount('shm', '/dev/shm', 'tmpfs', 'nosuid,nodev,mode=1777'),
  mkdir('/dev/mqueue'),
  mount('mqueue', '/dev/mqueue', 'mqueue', 'nosuid,nodev,noexec'),

  mkdir('/run/kit-test'),
  { name: 'syslog', args: [CONSOLE_LEVEL, 0, aboveNotices] },
  { name: 'sethostname', args: [hostname, hostname.length] },
  // A socket does so too, for four times the work.
  { name: 'openat', args: [AT_FDCWD, '/sys/devices/virtual/net/lo/flags', O_WRONLY] },
  write(next, loopbackUp),
  close,

  { name: 'enter', args: ['/usr/lib/kit-test/main.sh'] },
];
