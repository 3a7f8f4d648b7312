// Private apt states: one folder for each archive, suite and architecture, in which "nothing is installed".
// The machine's own configuration (proxies, credentials, timeouts) keeps applying; nothing of it is changed.
import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { writeFileAtomic } from '../sys/fs.ts';
import type { Mirror } from './mirror.ts';

export interface AptState {
  readonly folder: string;
  /** Options to put before the verb of apt-get and apt-cache. */
  readonly options: readonly string[];
  /** Environment for them: messages in English, none of the caller's apt settings. */
  readonly env: Readonly<Record<string, string>>;
}

/** Name of the state's folder; equal for equal archives. */
export function stateKey(mirror: Mirror, suite: string, arch: string): string {
  const digest = createHash('sha256').update(JSON.stringify([mirror.uri, mirror.signedBy ?? '', suite, arch])).digest('hex');
  return `${suite.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-${arch}-${digest.slice(0, 16)}`;
}

/** Makes the folder and its files; what an earlier process downloaded into it stays. */
export async function prepareState(root: string, mirror: Mirror, suite: string, arch: string): Promise<AptState> {
  const folder = join(root, stateKey(mirror, suite, arch));
  for (const name of ['lists/partial', 'archives/partial', 'empty.d']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  let signedBy = mirror.signedBy;
  if (signedBy?.includes('\n') === true) {
    const file = join(folder, 'archive-key.asc');
    await writeFileAtomic(file, `${signedBy.trim()}\n`);
    signedBy = file;
  }
  await writeFileAtomic(join(folder, 'sources.list'), sourceLine(mirror.uri, suite, arch, signedBy));
  const conf = join(folder, 'apt.conf');
  const needed = [folder, ...(signedBy === undefined ? [] : signedBy.split(/[\s,]+/).filter((word) => isAbsolute(word)))];
  const open = (await Promise.all(needed.map(openToAll))).every(Boolean);
  await writeFileAtomic(conf, configuration(folder, arch, open));
  return { folder, options: ['-c', conf], env: { LC_ALL: 'C', LANGUAGE: 'C', DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' } };
}

/** Options for one resolution in which `names` count as installed, in a version that satisfies everybody. */
export async function assumeInstalled(state: AptState, arch: string, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const text = names.map((name) => `Package: ${name}\nStatus: install ok installed\nArchitecture: ${arch}\nMulti-Arch: foreign\nVersion: 99:99\nMaintainer: none\nDescription: assumed\n`).join('\n');
  const word = createHash('sha256').update(text).digest('hex').slice(0, 12);
  await writeFileAtomic(join(state.folder, `status-${word}`), text);
  return ['-o', `Dir::State::status=${join(state.folder, `status-${word}`)}`, '-o', `Dir::Cache::pkgcache=${join(state.folder, `pkgcache-${word}.bin`)}`];
}

/** The one source of a state: packages only, of one architecture, signatures checked. */
export function sourceLine(uri: string, suite: string, arch: string, signedBy: string | undefined): string {
  const options = [`arch=${arch}`, 'target=Packages', 'lang=none', ...(signedBy === undefined ? [] : [`signed-by=${signedBy.split(/\s+/).join(',')}`])];
  return `deb [${options.join(' ')}] ${uri} ${suite} main\n`;
}

/** Whether other users may read the path: apt, started by root, checks signatures as a user of its own. */
async function openToAll(path: string): Promise<boolean> {
  const readable = (await stat(path).catch(() => undefined))?.mode ?? 0;
  if ((readable & 0o004) === 0) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((((await stat(folder).catch(() => undefined))?.mode ?? 0) & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Read by apt after the machine's files, so that it can take back what must not apply here.
 * `sandboxed`: apt's own user can read what it needs; has no meaning where apt is not started by root.
 */
export function configuration(folder: string, arch: string, sandboxed: boolean): string {
  const path = (name: string): string => `"${join(folder, name).replaceAll('"', '')}"`;
  return `#clear APT::Architectures;
#clear APT::Default-Release;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
APT::Architecture "${arch}";
APT::Architectures { "${arch}"; };
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::AllowUnauthenticated "false";
${sandboxed ? '' : 'APT::Sandbox::User "root";\n'}APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::ForceHash "SHA256";
Acquire::Retries "2";
Acquire::Languages { "none"; };
Dir::State "${folder}";
Dir::State::lists ${path('lists')};
Dir::State::status ${path('status')};
Dir::State::extended_states ${path('extended_states')};
Dir::Cache "${folder}";
Dir::Cache::archives ${path('archives')};
Dir::Cache::pkgcache ${path('pkgcache.bin')};
Dir::Cache::srcpkgcache ${path('srcpkgcache.bin')};
Dir::Etc::sourcelist ${path('sources.list')};
Dir::Etc::sourceparts ${path('empty.d')};
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts ${path('empty.d')};
Dir::Log "${folder}";
Debug::NoLocking "false";
`;
}
