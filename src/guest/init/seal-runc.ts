// runc copies itself for each container that it makes, so that none can write to the host's (CVE-2019-5736), unless it runs
// from a sealed memfd already. For an emulated guest that copy is half of a container's start: it lies in other pages each
// time, and the emulator translates all that runs of it anew. So init holds one for all of them.
import { AT_FDCWD, type Call } from '../calls.ts';

/** What main.sh has opened. */
const runc = 3;
const copy = 4;
const MFD_ALLOW_SEALING = 2;
/** As many bytes as sendfile(2) moves at most. */
const all = 0x7fff_f000;
const F_ADD_SEALS = 1033;
/** Against more seals, shrinking, growing and writing: what runc asks for. */
const seals = 0xf;

/** Init finds it by the link, and takes runc itself where the kernel knows no memfd. */
export const sealRunc: readonly Call[] = [
  { name: 'memfd_create', args: ['runc', MFD_ALLOW_SEALING] },
  { name: 'sendfile', args: [copy, runc, 0, all] },
  { name: 'close', args: [runc] },
  { name: 'fcntl', args: [copy, F_ADD_SEALS, seals] },
  { name: 'symlinkat', args: [`/proc/1/fd/${copy}`, AT_FDCWD, '/run/kit-test/runc'] },
  { name: 'enter', args: ['/usr/lib/kit-test/main.sh'] },
];
