// What an image is, wherever it was found: a layout, an archive, a registry, a daemon. Readers differ only in how they
// get the bytes of a blob. https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
import { createHash } from 'node:crypto';
import { HarnessError } from '../model/errors.ts';
import type { Descriptor, ImageConfig } from './manifest.ts';

/** Reads a blob. Fails at its end when digest or size are not what the descriptor says. */
export type ReadBlob = (descriptor: Descriptor, signal?: AbortSignal) => AsyncIterable<Uint8Array>;

/** An image found in a layout, archive, registry or daemon. Every blob is verified while it is read. */
export interface OciImage {
  /** Digest of the manifest that was picked. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** The lowest first. */
  readonly layers: readonly Descriptor[];
  /** What the reference names: an index, or the manifest itself. */
  readonly root: Descriptor;
  /**
   * The bytes of any blob that can be reached from root: index, manifests, configuration, layers, attestations.
   * Fails at its end when digest or size differ.
   */
  readonly read: ReadBlob;
}

/**
 * Passes on the bytes of a blob and compares them with its descriptor; never more than it promises.
 * `hint` is the next action when they differ.
 * @throws HarnessError `IMAGE_DIGEST_MISMATCH`
 */
export async function* verifyBlob(descriptor: Pick<Descriptor, 'digest' | 'size'>, chunks: AsyncIterable<Uint8Array>, hint: string): AsyncGenerator<Uint8Array> {
  const [algorithm = ''] = descriptor.digest.split(':');
  const hash = createHash(algorithm);
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > descriptor.size) break;
    hash.update(chunk);
    yield chunk;
  }
  if (size !== descriptor.size || `${algorithm}:${hash.digest('hex')}` !== descriptor.digest) {
    throw new HarnessError('IMAGE_DIGEST_MISMATCH', `the blob ${descriptor.digest} does not have the bytes its name promises`, { hint });
  }
}
