// A registry client as the tests use it: a cache of its own, no credential files but those of the test, short waits.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { openLockFile } from '../../../src/lock/file.ts';
import type { OciImage } from '../../../src/oci/image.ts';
import type { WantedPlatform } from '../../../src/oci/platform.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { openRegistry, type DockerReference, type Registry } from '../../../src/registry/registry.ts';
import type { RegistrySettings } from '../../../src/registry/settings.ts';
import { recordProgress, temporaryFolder, type Recorded } from '../cache/folder.ts';

export const amd64 = { architecture: 'amd64' };
export const arm = { architecture: 'arm', variant: 'v7' };
const never = new AbortController().signal;

export interface Workplace {
  readonly folder: string;
  readonly cache: Cache;
  readonly progress: Recorded;
  readonly lockPath: string;
  /** A client as a new process would have it. */
  readonly open: (settings?: Partial<RegistrySettings>, options?: { readonly frozen?: boolean; readonly documentMs?: number }) => Registry;
  /** The image of a reference by a new client. */
  readonly image: (reference: string, settings?: Partial<RegistrySettings>, platform?: WantedPlatform) => Promise<OciImage>;
}

export async function createWorkplace(): Promise<Workplace> {
  const folder = await temporaryFolder();
  const cache = await openCache(join(folder, 'cache'));
  const progress = recordProgress();
  const lockPath = join(folder, 'kit-test.lock');
  const open: Workplace['open'] = (settings = {}, { frozen = false, documentMs = 5_000 } = {}) =>
    openRegistry({
      cache, progress,
      settings: { mirrors: {}, insecure: [], ca: [], offline: false, env: {}, home: join(folder, 'home'), ...settings },
      lock: { ...openLockFile(lockPath, cache), frozen },
      timing: { backoffMs: 1, documentMs },
    });
  return { folder, cache, progress, lockPath, open, image: (reference, settings, platform = amd64) => open(settings).image(dockerReference(reference), platform, never) };
}

export function dockerReference(text: string): DockerReference {
  const reference = parseReference(text);
  if ('problem' in reference || reference.transport !== 'docker') throw new Error(`no reference of a registry: ${text}`);
  return reference;
}

/** The digests of layers: quicker to compare than their bytes. */
export const digestsOf = (layers: readonly Uint8Array[] | undefined): readonly string[] => (layers ?? []).map((bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** All layers of an image, read to their ends. */
export async function readLayers(image: OciImage, signal: AbortSignal = never): Promise<readonly Buffer[]> {
  return Promise.all(image.layers.map(async (layer) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of image.read(layer, signal)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }));
}
