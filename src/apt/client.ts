// Asks the machine's own apt which packages (with all dependencies) a suite offers, and fetches them into the cache.
// As an ordinary user, with a private state: nothing of the system is read as installed, nothing is changed.
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '../cache/store.ts';
import { isPresent } from '../cache/download.ts';
import { cacheError } from '../cache/errors.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { closest } from '../model/suggest.ts';
import { runProgram, type RunResult } from '../sys/process.ts';
import { fetchPackage } from './fetch.ts';
import { aptFailure, missingPackage, type AptContext } from './failure.ts';
import { findMirror, type Mirror, type MirrorSettings } from './mirror.ts';
import { parsePrintUris, type AptPackage } from './package.ts';
import { assumeInstalled, prepareState, type AptState } from './state.ts';

export interface AptRequest {
  readonly suite: string;
  /** Debian architecture: `amd64`, `arm64`, `armhf`. */
  readonly arch: string;
  readonly packages: readonly string[];
  /** Archive instead of the machine's. */
  readonly mirror?: string | undefined;
  /** Packages that count as installed: neither they nor what only they need is resolved. */
  readonly assume?: readonly string[];
}

export interface AptClient {
  /** Newest candidates of the packages with all dependencies, for one suite and architecture. */
  resolve(request: AptRequest, signal?: AbortSignal): Promise<readonly AptPackage[]>;
  /** Path of the package's file in the cache. */
  fetch(pkg: AptPackage, signal?: AbortSignal, mirror?: string): Promise<string>;
  /** All package names of a suite, for suggestions and series. */
  names(request: Omit<AptRequest, 'packages'>, prefix: string, signal?: AbortSignal): Promise<readonly string[]>;
}

export interface AptClientContext {
  readonly cache: Cache;
  readonly progress: Progress;
  readonly settings: MirrorSettings;
}

/** Creates a client. It does nothing until asked; each index is brought up to date at most once in its life. */
export function createAptClient(context: AptClientContext): AptClient {
  const { cache } = context;
  const states = new Map<string, Promise<AptState>>();
  const share = createSingleFlight();
  const mirrors = new Map<string, Promise<Mirror>>();

  const mirrorOf = (asked: string | undefined): Promise<Mirror> => {
    const key = asked ?? '';
    const known = mirrors.get(key);
    if (known !== undefined) return known;
    // The keyring setting belongs to the mirror setting; another mirror of the archive is signed by the same keys.
    const found = findMirror({ mirror: asked ?? context.settings.mirror, keyring: context.settings.keyring });
    mirrors.set(key, found);
    found.catch(() => mirrors.delete(key));
    return found;
  };

  const updated = async (mirror: Mirror, request: Omit<AptRequest, 'packages'>, signal: AbortSignal | undefined): Promise<AptState> => {
    const key = JSON.stringify([mirror.uri, request.suite, request.arch]);
    const done = states.get(key);
    if (done !== undefined) return done;
    return share(key, async (shared) => {
      const state = await update(context, mirror, request, shared);
      states.set(key, Promise.resolve(state));
      return state;
    }, signal);
  };

  const run = async (state: AptState, program: string, args: readonly string[], signal: AbortSignal | undefined): Promise<RunResult> =>
    cache.exclusive(lockName(state), () => runProgram(program, [...state.options, ...args], { env: state.env, signal, okCodes: [0, 100] }), signal);

  const client: AptClient = {
    async resolve(request, signal) {
      const mirror = await mirrorOf(request.mirror);
      const state = await updated(mirror, request, signal);
      const names = request.packages.map((name) => checkName(name));
      const assumed = await assumeInstalled(state, request.arch, request.assume ?? []);
      const result = await run(state, 'apt-get', [...assumed, 'install', '--print-uris', '-q', '-y', '--no-install-recommends', '--', ...names], signal);
      const where: AptContext = { mirror: mirror.uri, suite: request.suite, arch: request.arch, packages: names };
      if (result.code !== 0) {
        const missing = missingPackage(result.stderr);
        throw missing === undefined ? aptFailure(`${result.stdout}\n${result.stderr}`, where) : await noSuchPackage(client, missing, request, signal);
      }
      const packages = parsePrintUris(result.stdout, mirror.uri);
      if (packages === undefined || packages.length === 0) throw aptFailure(`E: unexpected answer of apt-get\n${result.stdout.slice(0, 300)}`, where);
      return packages;
    },
    async names(request, prefix, signal) {
      const state = await updated(await mirrorOf(request.mirror), request, signal);
      const { stdout } = await run(state, 'apt-cache', ['pkgnames', prefix], signal);
      return stdout.split('\n').filter((name) => name !== '').sort();
    },
    async fetch(pkg, signal, mirror) {
      // Without asking for the mirror: what is here needs none.
      if (await isPresent(cache, pkg)) return cache.blobPath(`sha256:${pkg.sha256}`);
      return fetchPackage(cache, (await mirrorOf(mirror)).uri, pkg, context.progress, signal);
    },
  };
  return client;
}

async function update(context: AptClientContext, mirror: Mirror, request: Omit<AptRequest, 'packages'>, signal: AbortSignal): Promise<AptState> {
  const { cache } = context;
  try {
    const state = await prepareState(join(cache.root, 'apt'), mirror, request.suite, request.arch);
    await cache.exclusive(lockName(state), async () => {
      // Another process that waited for the same lock has just done it.
      const stamp = join(state.folder, 'updated');
      const age = Date.now() - ((await stat(stamp).catch(() => undefined))?.mtimeMs ?? 0);
      if (age < 60_000) return;
      context.progress.notice(`reading the package index of Debian ${request.suite} (${request.arch})`);
      const { code, stdout, stderr } = await runUpdate(state, signal);
      if (code !== 0) throw aptFailure(`${stderr}\n${stdout}`, { mirror: mirror.uri, suite: request.suite, arch: request.arch, packages: [] });
      await writeFile(stamp, '');
    }, signal);
    return state;
  } catch (error) {
    if (error instanceof HarnessError && error.code === 'PROGRAM_NOT_FOUND') {
      throw new HarnessError('APT_NOT_FOUND', 'apt is not installed here: Debian packages cannot be looked up', {
        hint: 'kernels with source type file or url, and images without apt:, work without it; on Debian and Ubuntu apt is always there',
        cause: error,
      });
    }
    throw cacheError(cache.root, error);
  }
}

/** A killed process of ours may have left an apt-get that still holds its own lock: it ends soon. */
async function runUpdate(state: AptState, signal: AbortSignal): Promise<RunResult> {
  for (let tries = 0; ; tries++) {
    const result = await runProgram('apt-get', [...state.options, '-q', 'update'], { env: state.env, signal, okCodes: [0, 100] });
    if (tries === 60 || !/Could not get lock|Unable to lock/.test(result.stderr)) return result;
    await sleep(500, undefined, { signal });
  }
}

async function noSuchPackage(client: AptClient, name: string, request: AptRequest, signal: AbortSignal | undefined): Promise<HarnessError> {
  const names = await client.names(request, '', signal);
  if (names.length === 0) {
    return new HarnessError('APT_NO_PORT', `Debian ${request.suite} has no packages for ${request.arch}`, {
      hint: 'take a suite that has this port: apt.suite in harness.config.ts, apt:PACKAGES@SUITE in an image, source.suite of a kernel',
    });
  }
  const meant = closest(name, names);
  return new HarnessError('APT_NO_PACKAGE', `Debian ${request.suite} has no package "${name}" for ${request.arch}`, {
    hint: meant === undefined ? 'check the name, the suite and the architecture' : `did you mean "${meant}"?`,
  });
}

/** A name that begins with a dash would be an option; one with other signs is a pattern or a file to apt. */
function checkName(name: string): string {
  if (/^[a-z0-9][a-z0-9+.-]*(=[A-Za-z0-9.+:~-]+)?$/.test(name) && !/[+-]$/.test(name)) return name;
  throw new HarnessError('APT_NO_PACKAGE', `"${name}" is not the name of a Debian package`, { hint: 'names are lower-case letters, digits, "+", "-" and "."; NAME=VERSION asks for one version' });
}

function lockName(state: AptState): string {
  return `apt-${state.folder.slice(state.folder.lastIndexOf('/') + 1)}`;
}
