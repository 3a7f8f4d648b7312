// mount(2) with options as fstab(5) has them.
import type { Call } from './calls.ts';

/** From linux/mount.h. */
const flagOf: Readonly<Record<string, number>> = { ro: 1, nosuid: 2, nodev: 4, noexec: 8, bind: 4096, move: 8192 };

/** The call for a line of fstab; what the kernel has no flag for is for the file system. */
export function mount(source: string, target: string, type: string, options = ''): Call {
  const words = options.split(',').filter((word) => word !== '');
  const flags = words.reduce((sum, word) => sum | (flagOf[word] ?? 0), 0);
  const data = words.filter((word) => !(word in flagOf)).join(',');
  return { name: 'mount', args: [source, target, type, flags, ...(data === '' ? [] : [data])] };
}
