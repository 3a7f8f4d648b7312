// Locks between processes. A lock is a symbolic link whose target names its holder: made in one step, complete or absent,
// so a killed process leaves a lock that the next one recognises as nobody's.
import { mkdir, lstat, lutimes, readlink, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../sys/fs.ts';
import { holderToText, isAlive, parseHolder, self } from './process-id.ts';

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when somebody else holds the lock. */
  readonly onWait?: (pid: number | undefined) => void;
}

const heartbeatMs = 10_000;
/** A holder that cannot be asked (another machine) is believed dead after this time without a heartbeat. */
const silentMs = 120_000;
/** Taking a lock over lasts microseconds; whoever left this mark is dead. */
const takeoverMs = 10_000;

/** Runs `work` while no other process holds `path`. Locks of dead processes are taken over. */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const me = holderToText(await self());
  let waited = false;
  for (let waitMs = 20; !(await take(path, me)); waitMs = Math.min(waitMs * 1.5, 250)) {
    if (await dropStale(path)) continue;
    if (!waited) options.onWait?.(await holderPid(path));
    waited = true;
    await sleep(waitMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  const heartbeat = setInterval(() => void lutimes(path, new Date(), new Date()).catch(() => undefined), heartbeatMs).unref();
  try {
    options.signal?.throwIfAborted();
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await target(path)) === me) await unlink(path).catch(() => undefined);
  }
}

async function take(path: string, me: string): Promise<boolean> {
  try {
    await symlink(me, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock if its holder is dead. True when it may be free now. */
export async function dropStale(path: string): Promise<boolean> {
  const seen = await target(path);
  if (seen === undefined) return true;
  if (!(await isStale(path, seen))) return false;
  // Two processes may find the same dead holder: without this mark the slower would remove the faster one's new lock.
  const mark = `${path}.takeover`;
  if (!(await take(mark, '-'))) {
    if ((await ageMs(mark)) > takeoverMs) await unlink(mark).catch(() => undefined);
    await sleep(20);
    return true;
  }
  try {
    if ((await target(path)) === seen) await unlink(path).catch(() => undefined);
    return true;
  } finally {
    await unlink(mark).catch(() => undefined);
  }
}

async function isStale(path: string, text: string): Promise<boolean> {
  const holder = parseHolder(text);
  const alive = holder === undefined ? false : await isAlive(holder);
  return alive === undefined ? (await ageMs(path)) > silentMs : !alive;
}

async function holderPid(path: string): Promise<number | undefined> {
  return parseHolder((await target(path)) ?? '')?.pid;
}

async function target(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}

async function ageMs(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => undefined);
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}
