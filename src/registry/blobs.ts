// The blobs of images: fetched into the cache by digest, resumed and verified there, and read from it.
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { download, isPresent } from '../cache/download.ts';
import { offlineError } from '../cache/errors.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { verifyBlob } from '../oci/image.ts';
import type { Descriptor } from '../oci/manifest.ts';
import type { RegistryClient } from './client.ts';
import { manifestTypes } from './documents.ts';
import { connectionError } from './failure.ts';
import type { Limit } from './limit.ts';
import type { Servers } from './servers.ts';

export interface BlobContext {
  readonly cache: Cache;
  readonly progress: Progress;
  readonly limit: Limit;
  readonly offline: boolean;
  readonly backoffMs?: number | undefined;
}

export interface Blobs {
  /** Path of a blob in the cache, after it was put there. */
  fetch(servers: Servers, descriptor: Descriptor, signal: AbortSignal): Promise<string>;
  /** Its bytes, verified once more. */
  read(servers: Servers, descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export function createBlobs(context: BlobContext): Blobs {
  const { cache } = context;
  const share = createSingleFlight();
  const fetch = async (servers: Servers, descriptor: Descriptor, signal: AbortSignal): Promise<string> => {
    const sha256 = hexOf(descriptor);
    if (await isPresent(cache, { sha256, size: descriptor.size })) return cache.blobPath(descriptor.digest);
    if (context.offline) throw offlineError(`the blob ${descriptor.digest} of ${servers.name}`);
    return share(descriptor.digest, (shared) => context.limit(() => servers.ask((client) => fetchFrom(client, descriptor, context, shared), shared), shared), signal);
  };
  return {
    fetch,
    async *read(servers, descriptor, signal) {
      const path = await fetch(servers, descriptor, signal);
      try {
        yield* verifyBlob(descriptor, createReadStream(path, { highWaterMark: 256 * 1024, signal }), 'the file in the cache was damaged and is removed: try again');
      } catch (error) {
        if (error instanceof HarnessError && error.code === 'IMAGE_DIGEST_MISMATCH') await rm(path, { force: true });
        throw error;
      }
    },
  };
}

async function fetchFrom(client: RegistryClient, descriptor: Descriptor, context: BlobContext, signal: AbortSignal): Promise<string> {
  const { digest, size } = descriptor;
  const isManifest = manifestTypes.includes(descriptor.mediaType);
  const path = `${isManifest ? 'manifests' : 'blobs'}/${digest}`;
  const what = `the ${isManifest ? 'manifest' : 'blob'} ${digest}`;
  const accept = isManifest ? { accept: descriptor.mediaType } : {};
  const file = {
    url: client.url(path),
    sha256: hexOf(descriptor),
    size,
    name: `${client.endpoint.repository} ${digest.slice(7, 19)}`,
    send: (headers: Readonly<Record<string, string>>, inner: AbortSignal | undefined) => client.send({ path, what, size, headers: { ...accept, ...headers }, retries: 0, signal: inner ?? signal }),
  };
  try {
    return await download(context.cache, file, context.progress, signal, context.backoffMs === undefined ? {} : { backoffMs: context.backoffMs });
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    if (error.code !== 'DOWNLOAD_DIGEST') throw connectionError(client.endpoint, error);
    throw new HarnessError('IMAGE_DIGEST_MISMATCH', `${client.endpoint.name} sends other bytes for ${what} than its digest and its size of ${size} bytes promise`, {
      hint: 'the image is damaged, or the registry, a mirror or a proxy on the way changes what it sends; nothing was kept',
      cause: error,
    });
  }
}

function hexOf({ digest }: Descriptor): string {
  if (digest.startsWith('sha256:')) return digest.slice(7);
  throw new HarnessError('IMAGE_DIGEST_UNSUPPORTED', `the image names a blob by ${digest.split(':')[0] ?? ''}, and registries are read by sha256 only`, { hint: '`skopeo copy` to an oci: folder, and name that' });
}
