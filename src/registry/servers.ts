// The servers of one name in their order: a mirror that fails gives way to the next, and is left alone for the rest of
// the process where it could not be reached at all.
import { HarnessError } from '../model/errors.ts';
import type { RegistryClient } from './client.ts';

export interface Servers {
  /** The name as it is written in full, for messages. */
  readonly name: string;
  /** The first answer of a server that has one. */
  ask<T>(work: (client: RegistryClient) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Failures of this machine: another server does not help. */
const ours = new Set(['DISK_FULL', 'CACHE_READ_ONLY', 'CA_INVALID', 'CREDENTIALS_INVALID']);
const unreachable = new Set(['NETWORK', 'TLS_CERTIFICATE', 'TLS_MISSING']);

/** `dead` holds the hosts that could not be reached; it is shared by all names. */
export function createServers(name: string, clients: readonly RegistryClient[], dead: Set<string>): Servers {
  return {
    name,
    async ask(work, signal) {
      const failures: { readonly client: RegistryClient; readonly error: HarnessError }[] = [];
      const living = clients.filter(({ endpoint }) => !(endpoint.isMirror && dead.has(endpoint.host)));
      for (const client of living) {
        try {
          return await work(client);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof HarnessError) || ours.has(error.code)) throw error;
          if (unreachable.has(error.code)) dead.add(client.endpoint.host);
          failures.push({ client, error });
        }
      }
      throw combined(failures);
    },
  };
}

function combined(failures: readonly { readonly client: RegistryClient; readonly error: HarnessError }[]): HarnessError {
  const last = failures.at(-1)?.error ?? new HarnessError('REGISTRY_FAILED', 'no server is left to ask');
  const before = failures.slice(0, -1).map(({ client, error }) => `${client.endpoint.name}: ${error.message}`);
  if (before.length === 0) return last;
  return new HarnessError(last.code, `${last.message}; before that, ${before.join('; ')}`, { ...(last.hint === undefined ? {} : { hint: last.hint }), cause: last });
}
