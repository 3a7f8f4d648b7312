// What a failing disk means for the cache, with the next action.
import { HarnessError } from '../model/errors.ts';
import { errorCode } from '../sys/fs.ts';

/** The network may not be used, and the cache has not got `what`. */
export function offlineError(what: string): HarnessError {
  return new HarnessError('OFFLINE', `${what} is not in the cache, and --offline forbids to fetch it`, {
    hint: '`kit-test images fetch` and `kit-test kernels fetch`, with network, put what the project needs into the cache',
  });
}

/** Turns "no space" and "read-only" into errors people can act on; everything else passes through. */
export function cacheError(root: string, error: unknown): unknown {
  if (error instanceof HarnessError) return error;
  switch (errorCode(error) ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
      return new HarnessError('DISK_FULL', `no space left for the cache in ${root}`, {
        hint: 'make room ("kit-test cache prune" removes what was not used lately) or set KIT_TEST_CACHE to a folder on another disk',
        cause: error,
      });
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new HarnessError('CACHE_READ_ONLY', `cannot write to the cache in ${root}`, {
        hint: 'make the folder writable or set KIT_TEST_CACHE to one that is: what is needed now is not in it yet',
        cause: error,
      });
    default:
      return error;
  }
}
