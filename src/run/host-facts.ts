// What a script is told of this machine, as rtf tells it: the system, its version, and where rtf's own files lie.
import { readFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface HostFacts {
  /** GOOS: `linux`, `darwin`. */
  readonly os: string;
  /** Version of the distribution. */
  readonly version: string;
  /** What rtf calls this machine in labels: system, distribution, version, GOARCH. */
  readonly labels: readonly string[];
  /** Folder with rtf's lib/ and bin/: the user's own, or ours with the library alone. */
  readonly rtfRoot: string;
  readonly path: string;
}

const goArchs: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

export async function hostFacts(env: Readonly<Record<string, string | undefined>>): Promise<HostFacts> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const release = parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''));
  const name = release.get('ID') ?? 'UNKNOWN';
  const version = release.get('VERSION_ID') ?? 'UNKNOWN';
  const own = fileURLToPath(new URL('../../rtf', import.meta.url));
  const { RT_ROOT: theirs = '' } = env;
  return { os, version, labels: [os, name, version, goArchs[arch()] ?? arch()], rtfRoot: theirs === '' ? own : theirs, path: env['PATH'] ?? '' };
}

/** os-release(5): a variable a line, in shell's quotes where needed. */
function parseOsRelease(text: string): ReadonlyMap<string, string> {
  return new Map(text.split('\n').flatMap((line) => {
    const { key, value } = /^(?<key>[A-Z_]+)=["']?(?<value>[^"']*)["']?$/.exec(line)?.groups ?? {};
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  }));
}
