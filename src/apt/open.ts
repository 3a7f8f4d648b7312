// apt for a project: the archive its settings name, and the lock file in its root.
import type { Cache } from '../cache/store.ts';
import { openLockFile } from '../lock/file.ts';
import type { Progress } from '../model/events.ts';
import { createAptClient } from './client.ts';
import { lockedApt, type LockedApt, type LockOptions } from './locked.ts';

export interface OpenAptOptions {
  readonly cache: Cache;
  readonly progress: Progress;
  /** `apt` of harness.config.ts. */
  readonly settings: { readonly mirror?: string | undefined; readonly keyring?: string | undefined };
  /** KIT_TEST_DEBIAN_MIRROR overrides the project's mirror: it speaks for this machine. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of kit-test.lock. */
  readonly lockPath: string;
  readonly lock: LockOptions;
}

/** Nothing is read or run until the first package is asked for. */
export function openApt(options: OpenAptOptions): LockedApt {
  const { cache, progress } = options;
  const fromEnv = options.env['KIT_TEST_DEBIAN_MIRROR'];
  const mirror = fromEnv === undefined || fromEnv === '' ? options.settings.mirror : fromEnv;
  const client = createAptClient({ cache, progress, settings: { mirror, keyring: options.settings.keyring } });
  return lockedApt({ client, cache, lock: openLockFile(options.lockPath, cache), options: options.lock, progress });
}
