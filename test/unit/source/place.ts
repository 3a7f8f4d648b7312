// Resolves image references for real, in a temporary folder with a cache of its own; packages and registries are refused.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCache } from '../../../src/cache/store.ts';
import { resolveSource, type Source, type TransportContext } from '../../../src/source/source.ts';
import { archOf } from '../image/context.ts';
import { noRegistry } from '../registry/refusing.ts';

export interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly context: TransportContext;
  resolve(reference: string): Promise<Source>;
  /** What the cache keeps of one kind, and what lies about unfinished. */
  kept(kind: string): Promise<string[]>;
  unfinished(): Promise<string[]>;
}

export async function createPlace(architecture = 'amd64'): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-source-'));
  const refuse = (): never => {
    throw new Error('the network was asked');
  };
  const context: TransportContext = {
    cache: await openCache(join(folder, 'cache')),
    apt: { resolve: refuse, fetch: refuse },
    registry: noRegistry,
    suite: 'trixie',
    progress: { notice: () => undefined, download: () => undefined },
    arch: archOf(architecture),
    baseDir: folder,
  };
  return {
    folder,
    context,
    resolve: (reference) => resolveSource(reference, context, new AbortController().signal),
    kept: (kind) => readdir(join(folder, 'cache/entries', kind)).catch(() => []),
    unfinished: async () => (await readdir(join(folder, 'cache/tmp'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
