// The registry client of a project, loaded when the first image of a registry is wanted: most runs need none.
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Cache } from '../cache/store.ts';
import { openLockFile } from '../lock/file.ts';
import type { Progress } from '../model/events.ts';
import type { Project } from '../model/project.ts';
import type { Registry } from '../registry/registry.ts';

export interface RegistryOptions {
  readonly cache: Cache;
  readonly progress: Progress;
  readonly frozen: boolean;
  /** Path of kit-test.lock. */
  readonly lockPath: string;
}

/** Nothing is loaded, read or asked until an image is wanted. */
export function projectRegistry({ harness, root }: Project, options: RegistryOptions): Registry {
  const { cache, progress } = options;
  const open = async (): Promise<Registry> => {
    const { openRegistry } = await import('../registry/registry.ts');
    const { mirrors, insecure, ca } = harness.images;
    const lock = { ...openLockFile(options.lockPath, cache), frozen: options.frozen };
    return openRegistry({ cache, progress, lock, settings: { mirrors, insecure, ca: ca.map((file) => resolve(root, file)), offline: cache.offline, env: process.env, home: homedir() } });
  };
  let opened: Promise<Registry> | undefined;
  const registry = (): Promise<Registry> => (opened ??= open());
  return {
    image: async (...request) => (await registry()).image(...request),
    fetch: async (...request) => (await registry()).fetch(...request),
    resolve: async (...request) => (await registry()).resolve(...request),
  };
}
