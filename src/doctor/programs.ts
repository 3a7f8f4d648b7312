// The programs kit-test calls: each with what it is for and the Debian package that has it.
import { findProgram } from '../sys/programs.ts';
import type { Check } from './check.ts';

interface Program {
  readonly name: string;
  readonly purpose: string;
  readonly debian: string;
  /** Not needed elsewhere. */
  readonly platform?: 'linux';
  /** Something else does the work where it is missing. */
  readonly optional?: string;
}

const programs: readonly Program[] = [
  { name: 'apt-get', purpose: 'kernels and images from Debian packages', debian: 'apt' },
  { name: 'dpkg-deb', purpose: 'unpacking of Debian packages', debian: 'dpkg' },
  { name: 'depmod', purpose: 'dependencies of kernel modules', debian: 'kmod' },
  { name: 'xz', purpose: 'kernel modules packed with xz', debian: 'xz-utils' },
  { name: 'tar', purpose: 'modules of kernels from a URL', debian: 'tar' },
  { name: 'setpriv', purpose: 'ending QEMU with the harness', debian: 'util-linux', platform: 'linux', optional: 'a shell keeps watch instead' },
];

export function checkPrograms(platform: string, find: (name: string) => string | undefined = findProgram): readonly Check[] {
  return programs
    .filter((program) => program.platform === undefined || program.platform === platform)
    .map(({ name, purpose, debian, optional }): Check => {
      const path = find(name);
      if (path !== undefined) return { name, status: 'ok', detail: `${path}: ${purpose}` };
      return {
        name,
        status: optional === undefined ? 'missing' : 'warn',
        detail: `not installed: ${purpose}${optional === undefined ? '' : `; ${optional}`}`,
        ...(platform === 'linux' ? { fix: `sudo apt-get install -y --no-install-recommends ${debian}` } : {}),
      };
    });
}
