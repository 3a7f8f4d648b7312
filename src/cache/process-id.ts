// Who holds something in a cache that several processes, containers and machines may share, and whether that one still lives.
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process, named so that neither a reused pid nor another machine is taken for it. */
export interface Holder {
  readonly pid: number;
  /** Start time in clock ticks since boot; empty where /proc does not tell. */
  readonly start: string;
  /** Boot and pid namespace: pids compare only within the same place. */
  readonly place: string;
}

let mine: Promise<Holder> | undefined;

/** This process. */
export function self(): Promise<Holder> {
  mine ??= describe();
  return mine;
}

/** The holder as one word that is safe in file names. */
export function holderToText(holder: Holder): string {
  return `${holder.pid}.${holder.start}.${holder.place}`;
}

/** Reads what `holderToText` wrote; undefined for anything else. */
export function parseHolder(text: string): Holder | undefined {
  const match = /^(\d+)\.(\d*)\.([A-Za-z0-9_-]+)$/.exec(text);
  if (match === null) return undefined;
  const [, pid = '', start = '', place = ''] = match;
  return { pid: Number(pid), start, place };
}

/** Whether the process still runs; undefined when that cannot be known from here. */
export async function isAlive(holder: Holder): Promise<boolean | undefined> {
  const here = await self();
  if (holder.place !== here.place) return undefined;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const stat = await readStat(holder.pid);
  if (stat === undefined) return true;
  return stat.state !== 'Z' && (holder.start === '' || stat.start === holder.start);
}

async function describe(): Promise<Holder> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  const place = `${boot.trim()}-${namespace}`.replaceAll(/[^A-Za-z0-9_-]/g, '');
  return { pid: process.pid, start: (await readStat(process.pid))?.start ?? '', place };
}

async function readStat(pid: number): Promise<{ state: string; start: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // proc_pid_stat(5): the name in parentheses may hold anything, so fields are counted from the last one.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : { state: fields[0] ?? '', start: fields[19] ?? '' };
}
