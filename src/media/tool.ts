// The programs that formats are made with, each with the Debian package that has it. They run as an ordinary user on
// plain files: nothing is mounted, no device is asked for. Their clock stands still, so that equal input gives equal bytes.
import { delimiter } from 'node:path';
import { defaultMtime } from '../archive/entry.ts';
import { HarnessError } from '../model/errors.ts';
import { findProgram } from '../sys/programs.ts';
import { runProgram, type RunOptions, type RunResult } from '../sys/process.ts';

export interface Tool {
  readonly program: string;
  /** Debian package. */
  readonly package: string;
}

const tool = (program: string, pkg: string): Tool => ({ program, package: pkg });

/** Every program a format may need. */
export const tools = {
  xorriso: tool('xorriso', 'xorriso'),
  mformat: tool('mformat', 'mtools'),
  mmd: tool('mmd', 'mtools'),
  mcopy: tool('mcopy', 'mtools'),
  sfdisk: tool('sfdisk', 'fdisk'),
  syslinux: tool('syslinux', 'syslinux'),
  qemuImg: tool('qemu-img', 'qemu-utils'),
  fakeroot: tool('fakeroot', 'fakeroot'),
  sqfstar: tool('sqfstar', 'squashfs-tools'),
  tar: tool('tar', 'tar'),
  gzip: tool('gzip', 'gzip'),
} as const;

// An ordinary user's PATH may leave these out.
const searchPath = (): string => [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);

/** Path of a program; undefined where it is not installed. */
export const findTool = ({ program }: Tool): string | undefined => findProgram(program, searchPath());

/** @throws HarnessError `TOOL_MISSING` that names all that are missing, and the line that installs them. */
export function requireTools(purpose: string, needed: readonly Tool[], find: (tool: Tool) => string | undefined = findTool): void {
  const missing = needed.filter((each) => find(each) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((each) => each.package))];
  throw new HarnessError('TOOL_MISSING', `${purpose} is made with ${missing.map(({ program }) => program).join(', ')}, not installed here`, {
    hint: `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  });
}

/** Time of all that has none of its own, in seconds since 1970: mkfs times, FAT entries, volume dates. */
export const sourceDate = defaultMtime;

/** Runs a tool to its end. */
export async function runTool({ program }: Tool, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const env = { PATH: searchPath(), SOURCE_DATE_EPOCH: `${sourceDate}`, TZ: 'UTC', LC_ALL: 'C', MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1' };
  return runProgram(program, args, { ...options, env: { ...env, ...options.env } });
}
