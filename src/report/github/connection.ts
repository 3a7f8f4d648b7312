// One client for everything that a run reports to GitHub: limits and refusals hold for all of it.
import type { ReporterContext } from '../reporter.ts';
import { createClient, type GithubClient } from './client.ts';
import { findPlace, type GithubPlace } from './place.ts';

export interface Connection {
  readonly place: GithubPlace;
  readonly client: GithubClient;
}

/** How long the end of a run may wait for GitHub; who cancels a workflow kills it after 10 s. */
export const endLimitMs = (interrupted: boolean): number => (interrupted ? 6_000 : 30_000);

const connections = new WeakMap<ReporterContext, Promise<Connection | undefined>>();

/** The connection that the reporters of a run share; undefined where the environment names no place or no token, which is told once. */
export function openConnection(context: ReporterContext): Promise<Connection | undefined> {
  const known = connections.get(context) ?? connect(context);
  connections.set(context, known);
  return known;
}

async function connect({ env, warn }: ReporterContext): Promise<Connection | undefined> {
  const token = env['GITHUB_TOKEN']?.trim() ?? '';
  const place = await findPlace(env);
  const missing = [...(token === '' ? ['GITHUB_TOKEN (in a workflow: `env: { GITHUB_TOKEN: ${{ github.token }} }`)'] : []), ...('missing' in place ? place.missing : [])];
  if (missing.length > 0 || 'missing' in place) {
    warn(`GitHub: nothing is reported: set ${missing.join(', ')}`);
    return undefined;
  }
  return { place, client: createClient({ url: `${place.apiUrl}/repos/${place.repository}`, token, warn }) };
}
