// Everything `kit-test doctor` looks at, as data.
import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { Check } from './check.ts';
import { checkDisk, checkMemory, checkNode } from './host.ts';
import { checkPrograms } from './programs.ts';
import { checkQemus, type QemuChecks } from './qemu.ts';

export interface DoctorContext extends QemuChecks {
  readonly cacheRoot: string;
  /** Folder of runs. */
  readonly output: string;
}

const GiB = 1024 ** 3;

/** All checks, in the order they are shown. Never throws for what it finds. */
export async function runChecks(context: DoctorContext, signal: AbortSignal): Promise<readonly Check[]> {
  return [
    checkNode(process.version),
    ...(await checkQemus(context, signal)),
    ...checkPrograms(context.platform),
    checkMemory(totalmem(), await availableMemory()),
    // Kernels and images of the default matrix take about a gigabyte and a half.
    await checkDisk('the cache', context.cacheRoot, 3 * GiB),
    await checkDisk('runs', context.output, GiB / 4),
  ];
}

// What the page cache holds is to be had too: Linux says so, Node's freemem does not.
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}
