// Resolutions through kit-test.lock: what is pinned is what is used, without an index and, once cached, without network.
// Mirrors drop old versions within weeks: then the newest of the series takes the pin's place, unless the run is frozen.
import type { Cache } from '../cache/store.ts';
import { offlineError } from '../cache/errors.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import { HarnessError, UsageError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import type { LockFile } from '../lock/file.ts';
import type { AptClient, AptRequest } from './client.ts';
import type { AptPackage } from './package.ts';

export interface LockOptions {
  /** Only what the lock says; a missing or vanished pin is an error. */
  readonly frozen: boolean;
  /** Resolve anew and record. */
  readonly update: boolean;
}

export interface LockedRequest extends AptRequest {
  /** Separates resolutions that keep different packages. Default `image`. */
  readonly purpose?: 'image' | 'kernel';
  /** Which packages of the resolution matter; the others are neither recorded nor fetched. */
  readonly keep?: (pkg: AptPackage) => boolean;
  /** Asked when the index has none of the packages any more: another request of the same series. */
  readonly successor?: (error: HarnessError, signal: AbortSignal | undefined) => Promise<readonly string[] | undefined>;
}

export interface LockedApt {
  /** The pinned packages, all of them in the cache when this returns. */
  resolve(request: LockedRequest, signal?: AbortSignal): Promise<readonly AptPackage[]>;
  /** Path of a package's file in the cache. */
  fetch(pkg: AptPackage, signal?: AbortSignal): Promise<string>;
  /** What the lock says now, without touching the network. */
  pinned(request: LockedRequest): Promise<readonly AptPackage[] | undefined>;
  names: AptClient['names'];
}

/** Downloads at once: a mirror is a shared thing. */
const parallelFetches = 4;

/** Key of a resolution in the lock file: purpose, suite, architecture and the packages asked for. */
export function lockKey(purpose: string, suite: string, arch: string, packages: readonly string[]): string {
  return [purpose, suite, arch, [...new Set(packages)].sort().join(' ')].join('/');
}

/** Puts a lock file in front of a client. */
export function lockedApt(context: { readonly client: AptClient; readonly cache: Cache; readonly lock: LockFile; readonly options: LockOptions; readonly progress: Progress }): LockedApt {
  const { client, cache, lock, options, progress } = context;
  const share = createSingleFlight();
  /** Resolved by this process: holds also where the lock file cannot be written. */
  const fresh = new Map<string, readonly AptPackage[]>();
  let readOnlyTold = false;

  const resolveNew = async (key: string, request: LockedRequest, signal: AbortSignal): Promise<readonly AptPackage[]> => {
    let all: readonly AptPackage[];
    try {
      all = await client.resolve(request, signal);
    } catch (error) {
      const successor = error instanceof HarnessError && error.code === 'APT_NO_PACKAGE' ? await request.successor?.(error, signal) : undefined;
      if (successor === undefined) throw error;
      all = await client.resolve({ ...request, packages: successor }, signal);
    }
    const packages = all.filter((pkg) => request.keep?.(pkg) ?? true);
    await fetchAll(client, packages, request.mirror, signal);
    if (!(await lock.apt.set(key, packages)) && !readOnlyTold) {
      readOnlyTold = true;
      progress.notice(`${lock.path} cannot be written: what was resolved is not recorded, the next run may take newer packages`);
    }
    fresh.set(key, packages);
    return packages;
  };

  const resolve = async (key: string, request: LockedRequest, signal: AbortSignal): Promise<readonly AptPackage[]> => {
    const pinned = fresh.get(key) ?? (options.update ? undefined : await lock.apt.get(key));
    const wanted = `${request.packages.join(' ')} of ${request.suite} for ${request.arch}`;
    if (pinned === undefined) {
      if (cache.offline) throw offlineError(`which packages ${wanted} means`);
      if (options.frozen) {
        throw new UsageError('FROZEN', `${lock.path} does not say which ${wanted} to take, and --frozen forbids to choose`, { hint: 'run once without --frozen and commit kit-test.lock' });
      }
      return resolveNew(key, request, signal);
    }
    try {
      await fetchAll(client, pinned, request.mirror, signal);
      return pinned;
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== 'DOWNLOAD_GONE') throw error;
      if (options.frozen) {
        throw new HarnessError('PIN_GONE', `the mirror no longer has what ${lock.path} pins for ${wanted}: ${describe(pinned)}`, {
          hint: 'run without --frozen to take the newest of the series, or name a mirror that keeps old packages (apt.mirror)',
          cause: error,
        });
      }
      const packages = await resolveNew(key, request, signal);
      progress.notice(`the mirror no longer has ${describe(pinned)}: ${describe(packages)} takes its place in ${lock.path}`);
      return packages;
    }
  };

  return {
    resolve: async (request, signal) => {
      const key = keyOf(request);
      return share(key, (shared) => resolve(key, request, shared), signal);
    },
    fetch: (pkg, signal) => client.fetch(pkg, signal),
    pinned: async (request) => fresh.get(keyOf(request)) ?? lock.apt.get(keyOf(request)),
    names: (request, prefix, signal) => client.names(request, prefix, signal),
  };
}

function keyOf(request: LockedRequest): string {
  return lockKey(request.purpose ?? 'image', request.suite, request.arch, request.packages);
}

/** The one package that says most to people: the largest. */
function describe(packages: readonly AptPackage[]): string {
  const main = [...packages].sort((a, b) => b.size - a.size)[0];
  return main === undefined ? 'nothing' : `${main.name} ${main.version}`;
}

async function fetchAll(client: AptClient, packages: readonly AptPackage[], mirror: string | undefined, signal: AbortSignal): Promise<void> {
  const rest = [...packages];
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const worker = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await client.fetch(next, either, mirror);
  };
  try {
    await Promise.all(Array.from({ length: parallelFetches }, worker));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}
