// What kernel sources get in tests: a cache in a folder of the test, and nothing that reaches a network.
import { join } from 'node:path';
import type { LockedApt } from '../../../src/apt/locked.ts';
import { openCache } from '../../../src/cache/store.ts';
import type { ResolverContext } from '../../../src/kernel/resolve.ts';
import { recordProgress } from '../cache/folder.ts';
import { noRegistry } from '../registry/refusing.ts';

/** These sources never ask apt. */
export async function kernelContext(folder: string): Promise<ResolverContext> {
  return { cache: await openCache(join(folder, 'cache')), apt: {} as LockedApt, registry: noRegistry, progress: recordProgress(), suite: 'trixie' };
}
