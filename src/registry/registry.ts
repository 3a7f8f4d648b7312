// Images from registries: from a reference to a digest (by the lock file, the registry, or what is remembered), from the
// digest to the image an architecture can run. Everything lies in the cache; what is there is not asked for again.
import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { offlineError } from '../cache/errors.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import type { Cache } from '../cache/store.ts';
import type { LockSection } from '../lock/file.ts';
import { HarnessError, UsageError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import type { OciImage, ReadBlob } from '../oci/image.ts';
import type { Descriptor } from '../oci/manifest.ts';
import { MAX_DOCUMENT, pickImage } from '../oci/pick.ts';
import type { WantedPlatform } from '../oci/platform.ts';
import type { Reference } from '../oci/reference.ts';
import { createBlobs } from './blobs.ts';
import { createClient } from './client.ts';
import { credentialFinder } from './credentials.ts';
import { askDigest, fetchDocument, toDocument, type Document } from './documents.ts';
import { endpointsOf, splitName } from './endpoint.ts';
import { createLimit } from './limit.ts';
import { createServers, type Servers } from './servers.ts';
import type { RegistrySettings } from './settings.ts';
import { recallTag, rememberTag } from './tags.ts';

export type DockerReference = Extract<Reference, { readonly transport: 'docker' }>;

export interface Registry {
  /**
   * The image a reference names, for a platform. Its layers are fetched when they are read.
   * @throws HarnessError: `IMAGE_NOT_FOUND`, `IMAGE_PLATFORM`, `REGISTRY_LOGIN`, `OFFLINE`, `NETWORK` …; its message does not repeat the reference
   */
  image(reference: DockerReference, platform: WantedPlatform, signal: AbortSignal): Promise<OciImage>;
  /** As `image`, and puts all of it into the cache. */
  fetch(reference: DockerReference, platform: WantedPlatform, signal: AbortSignal): Promise<OciImage>;
  /** What the reference names: an index or a manifest. Asks the registry even where the lock file pins it when `anew`. */
  resolve(reference: DockerReference, options: { readonly anew: boolean }, signal: AbortSignal): Promise<Descriptor>;
}

export interface ImageLock {
  readonly path: string;
  readonly images: LockSection<string>;
  /** Only what the lock pins. */
  readonly frozen: boolean;
}

export interface RegistryContext {
  readonly cache: Cache;
  readonly progress: Progress;
  readonly settings: RegistrySettings;
  readonly lock?: ImageLock | undefined;
  /** For tests: first wait between tries, and the limit of a document. */
  readonly timing?: { readonly backoffMs?: number; readonly documentMs?: number };
}

/** Downloads at once: a registry is a shared thing. */
const parallelFetches = 4;

/** A reference in full, as the lock file has it: `docker.io/library/alpine:latest`. Its digest, if it has one, decides alone. */
export function fullReference(reference: DockerReference): string {
  const { registry, repository } = splitName(reference.name);
  return `${registry}/${repository}${reference.digest === undefined ? `:${reference.tag ?? 'latest'}` : `@${reference.digest}`}`;
}

/** Nothing is read or asked until the first image is wanted. */
export function openRegistry(context: RegistryContext): Registry {
  const { cache, settings, lock } = context;
  const timing = { backoffMs: context.timing?.backoffMs, documentMs: context.timing?.documentMs ?? 60_000 };
  const clientContext = { settings, findLogin: credentialFinder(settings, context.progress), backoffMs: timing.backoffMs };
  const blobs = createBlobs({ cache, progress: context.progress, limit: createLimit(parallelFetches), offline: settings.offline, backoffMs: timing.backoffMs });
  const dead = new Set<string>();
  const known = new Map<string, Servers>();
  const roots = new Map<string, Descriptor>();
  const share = createSingleFlight();

  const serversOf = (name: string): Servers => {
    const servers = known.get(name) ?? createServers(name, endpointsOf(name, settings).map((endpoint) => createClient(endpoint, clientContext)), dead);
    known.set(name, servers);
    return servers;
  };

  const byDigest = async (servers: Servers, digest: string, signal: AbortSignal): Promise<Descriptor> => {
    const kept = await cachedDocument(cache, digest);
    if (kept !== undefined) return kept;
    if (settings.offline) throw offlineError(`${servers.name}@${digest}`);
    return keep(cache, await servers.ask((client) => fetchDocument(client, digest, timing, signal), signal));
  };

  const byTag = async (servers: Servers, tag: string, signal: AbortSignal): Promise<Descriptor> => {
    const document = await servers.ask(async (client) => {
      const digest = await askDigest(client, tag, timing, signal);
      const kept = digest === undefined ? undefined : await cachedDocument(cache, digest);
      return kept ?? fetchDocument(client, tag, timing, signal);
    }, signal);
    return 'bytes' in document ? keep(cache, document) : document;
  };

  const resolve = async (reference: DockerReference, anew: boolean, signal: AbortSignal): Promise<Descriptor> => {
    const servers = serversOf(reference.name);
    if (reference.digest !== undefined) return byDigest(servers, sha256Only(reference.digest), signal);
    const full = fullReference(reference);
    const pinned = anew ? undefined : await lock?.images.get(full);
    if (pinned !== undefined) return byPin(full, servers, pinned, signal);
    if (lock?.frozen === true && !anew) throw new UsageError('FROZEN', `${lock.path} does not say which ${full} to take, and --frozen forbids to choose`, { hint: '`kit-test images lock` pins every image of the project' });
    if (settings.offline) {
      const tag = await recallTag(cache, full);
      if (tag === undefined) throw offlineError(full);
      return byDigest(servers, tag.digest, signal);
    }
    const root = await byTag(servers, reference.tag ?? 'latest', signal);
    await rememberTag(cache, full, root.digest);
    return root;
  };

  const byPin = async (full: string, servers: Servers, digest: string, signal: AbortSignal): Promise<Descriptor> => {
    try {
      return await byDigest(servers, digest, signal);
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== 'IMAGE_NOT_FOUND') throw error;
      throw new HarnessError('PIN_GONE', `the registry no longer has what ${lock?.path ?? 'the lock file'} pins for ${full}: ${digest}`, { hint: '`kit-test images lock` pins what it names now', cause: error });
    }
  };

  /** A tag that may move is asked for once in a process: all cells boot the same. */
  const rootOf = (reference: DockerReference, anew: boolean, signal: AbortSignal): Promise<Descriptor> => {
    const key = fullReference(reference);
    const root = roots.get(key);
    if (root !== undefined && !anew) return Promise.resolve(root);
    return share(`${key} ${anew}`, async (shared) => {
      const found = await resolve(reference, anew, shared);
      roots.set(key, found);
      return found;
    }, signal);
  };

  const image = async (reference: DockerReference, platform: WantedPlatform, signal: AbortSignal): Promise<OciImage> => {
    const servers = serversOf(reference.name);
    const root = await rootOf(reference, false, signal);
    const read: ReadBlob = (descriptor, inner) => blobs.read(servers, descriptor, inner ?? signal);
    return pickImage(root, read, platform, reference.text);
  };

  return {
    image,
    resolve: (reference, { anew }, signal) => rootOf(reference, anew, signal),
    fetch: async (reference, platform, signal) => {
      const found = await image(reference, platform, signal);
      const servers = serversOf(reference.name);
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      await Promise.all(found.layers.map((layer) => blobs.fetch(servers, layer, either))).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      });
      return found;
    },
  };
}

/** The descriptor of a document that the cache holds, unharmed. */
async function cachedDocument(cache: Cache, digest: string): Promise<Descriptor | undefined> {
  const path = cache.blobPath(digest);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size > MAX_DOCUMENT) return undefined;
  const bytes = await readFile(path);
  if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` === digest) return toDocument(bytes).descriptor;
  await rm(path, { force: true });
  return undefined;
}

async function keep(cache: Cache, { descriptor, bytes }: Document): Promise<Descriptor> {
  const draft = await cache.temporary();
  await writeFile(draft, bytes);
  await cache.adopt(descriptor.digest, draft);
  return descriptor;
}

function sha256Only(digest: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new HarnessError('IMAGE_DIGEST_UNSUPPORTED', `images of registries are named by sha256 digests here, not by ${digest.split(':')[0] ?? ''}`, { hint: '`skopeo inspect --format {{.Digest}}` prints the sha256 digest of a tag' });
}
