// Fetches what a reference names, an index or a manifest, by tag or by digest: bounded, verified, checked to be one.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../model/errors.ts';
import type { Descriptor } from '../oci/manifest.ts';
import { MAX_DOCUMENT } from '../oci/pick.ts';
import { backoff, networkError, type HttpResponse } from '../sys/http.ts';
import type { RegistryClient } from './client.ts';
import { notARegistry, statusError } from './failure.ts';

/** A manifest or index, verified, with its bytes. */
export interface Document {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
}

/** The media types of manifests and indexes: those of OCI, and Docker's schema 2. */
export const manifestTypes: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const accept = manifestTypes.join(', ');

export interface DocumentOptions {
  readonly backoffMs?: number | undefined;
  /** A document must have arrived within this time. */
  readonly documentMs: number;
}

const tries = 3;

/**
 * What a tag or digest names.
 * @throws HarnessError `IMAGE_DIGEST_MISMATCH`, `IMAGE_MANIFEST_INVALID`, `IMAGE_SCHEMA_1`, and those of the client
 */
export async function fetchDocument(client: RegistryClient, name: string, options: DocumentOptions, parent: AbortSignal): Promise<Document> {
  const what = name.includes(':') ? `the manifest ${name}` : `${client.endpoint.repository}:${name}`;
  for (let attempt = 1; ; attempt += 1) {
    const limit = AbortSignal.timeout(options.documentMs);
    const signal = AbortSignal.any([parent, limit]);
    try {
      const response = await client.send({ path: `manifests/${name}`, what, headers: { accept }, retries: 4, signal });
      if (response.status !== 200) throw await statusError(client.endpoint, what, response);
      const bytes = await readBounded(response, what, client);
      return check(client, name, response, bytes);
    } catch (error) {
      parent.throwIfAborted();
      if (limit.aborted) throw new HarnessError('NETWORK', `${client.endpoint.name} does not deliver ${what} within ${options.documentMs / 1000} s`, { hint: 'the registry or the network is slow: try again, or name a mirror (images.mirrors)', cause: error });
      if (error instanceof HarnessError) throw error;
      if (attempt === tries) throw networkError(client.url(`manifests/${name}`), error);
    }
    await sleep(backoff(attempt - 1, options.backoffMs), undefined, { signal: parent });
  }
}

/**
 * The digest a tag names now, without its document, which registries that count pulls do not count.
 * undefined where the registry does not tell in this way.
 */
export async function askDigest(client: RegistryClient, tag: string, options: DocumentOptions, parent: AbortSignal): Promise<string | undefined> {
  const signal = AbortSignal.any([parent, AbortSignal.timeout(options.documentMs)]);
  try {
    const response = await client.send({ method: 'HEAD', path: `manifests/${tag}`, what: tag, headers: { accept }, retries: 0, signal });
    response.body.destroy();
    const digest = response.status === 200 ? response.headers['docker-content-digest'] : undefined;
    return digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  } catch (error) {
    parent.throwIfAborted();
    // Whatever is wrong, asking for the document itself tells better.
    if (error instanceof HarnessError) return undefined;
    throw error;
  }
}

/** A document's bytes as the document they are. @throws HarnessError `IMAGE_SCHEMA_1`, `IMAGE_MANIFEST_INVALID` */
export function toDocument(bytes: Buffer, claimedType = ''): Document {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new HarnessError('IMAGE_MANIFEST_INVALID', 'the registry answers with something that is no manifest: it is not JSON', { hint: 'check the name: is this a registry of container images?', cause });
  }
  const { schemaVersion, mediaType } = (typeof value === 'object' && value !== null ? value : {}) as { schemaVersion?: unknown; mediaType?: unknown };
  if (schemaVersion === 1) {
    throw new HarnessError('IMAGE_SCHEMA_1', 'the image is stored in the form of 2014 (manifest schema 1), which is not read any more', { hint: '`skopeo copy --format v2s2` from it to a registry makes a newer one' });
  }
  if (schemaVersion !== 2) {
    throw new HarnessError('IMAGE_MANIFEST_INVALID', 'the registry answers with something that is no manifest: its schemaVersion is not 2', { hint: 'check the name: is this a registry of container images?' });
  }
  const type = typeof mediaType === 'string' ? mediaType : claimedType;
  return { descriptor: { mediaType: type, digest, size: bytes.length }, bytes };
}

async function readBounded(response: HttpResponse, what: string, client: RegistryClient): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_DOCUMENT) throw new HarnessError('IMAGE_MANIFEST_INVALID', `${client.endpoint.name} sends more than ${MAX_DOCUMENT / 1024 / 1024} MiB for ${what}`, { hint: 'no manifest is that big: the registry is broken or hostile' });
      chunks.push(chunk);
    }
  } finally {
    response.body.destroy();
  }
  return Buffer.concat(chunks);
}

function check(client: RegistryClient, name: string, response: HttpResponse, bytes: Buffer): Document {
  if (/^\s*</.test(bytes.subarray(0, 64).toString('latin1'))) throw notARegistry(client.endpoint, client.url(`manifests/${name}`));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const promised = name.includes(':') ? name : response.headers['docker-content-digest'];
  if (promised?.startsWith('sha256:') === true && promised !== digest) {
    throw new HarnessError('IMAGE_DIGEST_MISMATCH', `${client.endpoint.name} sends a manifest that is not ${promised}: its digest is ${digest}`, { hint: 'the registry, a mirror or a proxy on the way changes what it sends; nothing was kept' });
  }
  return toDocument(bytes, (response.headers['content-type'] ?? '').replace(/;.*$/s, '').trim());
}
