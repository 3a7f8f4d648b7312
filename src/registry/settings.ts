// What a project and this machine say about registries, read once.
import { isIP } from 'node:net';
import { UsageError } from '../model/errors.ts';

/** How registries are reached. */
export interface RegistrySettings {
  /** Registry (`*` for all) to the address that serves it. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** Registries (host or host:port) that may be read by plain HTTP, besides loopback. */
  readonly insecure: readonly string[];
  /** Absolute paths of PEM files with authorities to trust. */
  readonly ca: readonly string[];
  /** Only what the cache holds. */
  readonly offline: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Home folder, for credential files. */
  readonly home: string;
}

/** Whether a host (with or without port) is this machine. */
export function isLoopback(host: string): boolean {
  const name = hostName(host);
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Whether a host may be talked to without TLS. */
export function mayBePlain(host: string, insecure: readonly string[]): boolean {
  return isLoopback(host) || insecure.includes(host) || insecure.includes(hostName(host));
}

function hostName(host: string): string {
  return (/^\[(.*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, '')).toLowerCase();
}

/**
 * Mirrors of a registry, the most telling first: LINUXKIT_MIRROR (entries `REGISTRY=URL` or `URL` for all, separated by
 * commas or spaces) speaks for this machine, the project's setting comes next; a registry's own before that of all.
 * @throws UsageError `MIRROR_INVALID`
 */
export function mirrorsOf(registry: string, settings: Pick<RegistrySettings, 'mirrors' | 'env'>): readonly URL[] {
  const lists = [environmentMirrors(settings.env['LINUXKIT_MIRROR'] ?? ''), Object.entries(settings.mirrors).map(([name, address]) => ({ name, address }))];
  const found = (name: string): string[] => lists.flatMap((list) => list.filter((mirror) => canonicalRegistry(mirror.name) === name).slice(-1)).map(({ address }) => address);
  const own = found(canonicalRegistry(registry));
  const [first] = own.length > 0 ? own : found('*');
  return first === undefined ? [] : [mirrorUrl(first)];
}

function environmentMirrors(text: string): readonly { readonly name: string; readonly address: string }[] {
  return text.split(/[\s,]+/).filter((part) => part !== '').map((part) => {
    const match = /^([^=/]+)=(.*)$/.exec(part);
    return match === null ? { name: '*', address: part } : { name: match[1] ?? '', address: match[2] ?? '' };
  });
}

/** Docker Hub goes by three names. */
export function canonicalRegistry(name: string): string {
  return ['index.docker.io', 'registry-1.docker.io'].includes(name) ? 'docker.io' : name;
}

/** What is wrong with the address of a mirror; undefined when nothing is. */
export function mirrorProblem(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') return 'expected an address that begins with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'expected an address without a login: that belongs into the credential file of docker or podman';
  return url.search === '' && url.hash === '' ? undefined : 'expected an address without "?" and "#"';
}

function mirrorUrl(address: string): URL {
  const problem = mirrorProblem(address);
  // The address itself may hold a password: it is not repeated.
  if (problem !== undefined) throw new UsageError('MIRROR_INVALID', `a mirror of LINUXKIT_MIRROR or images.mirrors is wrong: ${problem}`, { hint: 'LINUXKIT_MIRROR is a list such as "docker.io=https://mirror.example/hub"' });
  return new URL(address);
}
