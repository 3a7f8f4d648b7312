// Where a repository is served: mirrors first, then the registry of its name. The distribution specification puts
// everything below /v2/; a mirror's path comes before the repository's.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md
import { canonicalRegistry, mayBePlain, mirrorsOf, type RegistrySettings } from './settings.ts';

/** One server of a repository. */
export interface Endpoint {
  /** For messages: the registry, or the host of the mirror. */
  readonly name: string;
  /** host[:port] that answers. */
  readonly host: string;
  /** As written in a mirror's address; undefined: to be found out, https unless plain HTTP is allowed. */
  readonly scheme: 'https' | 'http' | undefined;
  readonly plainAllowed: boolean;
  /** Path of the repository on that server. */
  readonly repository: string;
  /** `host/path` under which credential files know it. */
  readonly account: string;
  readonly isMirror: boolean;
}

/** `docker.io/library/alpine` → registry and repository. A first part that is no host belongs to the repository. */
export function splitName(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  if (!/[.:]/.test(first) && first !== 'localhost') return { registry: 'docker.io', repository: name };
  return { registry: canonicalRegistry(first), repository: name.slice(slash + 1) };
}

/** The servers to ask for a name, in this order. */
export function endpointsOf(name: string, settings: RegistrySettings): readonly Endpoint[] {
  const { registry, repository } = splitName(name);
  const mirrors = mirrorsOf(registry, settings).map((url): Endpoint => {
    const path = [...url.pathname.split('/').filter((part) => part !== ''), repository].join('/');
    const plain = url.protocol === 'http:';
    return { name: `the mirror ${url.host}`, host: url.host, scheme: plain ? 'http' : 'https', plainAllowed: plain, repository: path, account: `${url.host}/${path}`, isMirror: true };
  });
  // Docker Hub serves its API under another name than images carry.
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const plainAllowed = mayBePlain(registry, settings.insecure);
  return [...mirrors, { name: registry, host, scheme: plainAllowed ? undefined : 'https', plainAllowed, repository, account: `${registry}/${repository}`, isMirror: false }];
}
