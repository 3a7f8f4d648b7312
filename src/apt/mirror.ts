// Which Debian archive is read, and the keys that sign it: a setting, else the one this machine installs from,
// else what Debian's own tools on this machine know. The project itself names no mirror.
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../model/errors.ts';
import { runProgram } from '../sys/process.ts';
import { parseDeb822Sources, parseOneLineSources, type AptSourceEntry } from './sources-list.ts';

export interface Mirror {
  /** Base of the archive, without slash at the end. */
  readonly uri: string;
  /** Path or fingerprints for signed-by, or a key block; undefined: the keys apt trusts anyway. */
  readonly signedBy?: string;
  /** For people: where the choice came from. */
  readonly from: string;
}

export interface MirrorSettings {
  readonly mirror?: string | undefined;
  readonly keyring?: string | undefined;
}

/** Where this machine keeps what we look at; another root for tests. */
export interface MirrorPlaces {
  readonly root: string;
  /** Base URIs that apt knows by their Release file as Debian's main archive, and all it knows anything of. */
  readonly known: () => Promise<{ readonly debian: ReadonlySet<string>; readonly other: ReadonlySet<string> }>;
}

const debianSuite = /^(buster|bullseye|bookworm|trixie|forky|duke|sid|(old)*stable|testing|unstable|experimental)(-updates|-backports|-proposed-updates)?$/;

/** Finds the archive. @throws HarnessError `APT_NO_MIRROR` with the setting's name. */
export async function findMirror(settings: MirrorSettings, places: MirrorPlaces = thisMachine): Promise<Mirror> {
  const mirror = await choose(settings, places);
  const list = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(mirror.uri)?.[1];
  if (list === undefined) return mirror;
  // Packages are fetched one by one, for which apt's helper does not understand lists of mirrors.
  const first = parseMirrorList(await readFile(list, 'utf8').catch(() => ''))[0];
  return first === undefined ? mirror : { ...mirror, uri: first, from: `${mirror.from}, ${list}` };
}

/** The mirrors of a list file, those of the best priority first (apt-transport-mirror(1)). */
export function parseMirrorList(text: string): readonly string[] {
  const entries = text.split('\n').flatMap((line) => {
    const [uri = '', ...options] = line.trim().split(/\s+/);
    if (uri === '' || uri.startsWith('#')) return [];
    const priority = options.map((option) => /^priority:(\d+)$/.exec(option)?.[1]).find((value) => value !== undefined);
    return [{ uri: uri.replace(/\/+$/, ''), priority: priority === undefined ? Infinity : Number(priority) }];
  });
  return entries.sort((a, b) => (a.priority === b.priority ? 0 : a.priority - b.priority)).map(({ uri }) => uri);
}

async function choose(settings: MirrorSettings, places: MirrorPlaces): Promise<Mirror> {
  const entries = await readSources(places.root);
  const keyring = settings.keyring ?? (await firstExisting(keyrings.map((path) => join(places.root, path))));
  const withKeyring = keyring === undefined ? {} : { signedBy: keyring };
  if (settings.mirror !== undefined) {
    const uri = settings.mirror.replace(/\/+$/, '');
    const same = settings.keyring === undefined ? entries.find((entry) => entry.uri === uri)?.signedBy : undefined;
    return { uri, from: 'setting', ...(same === undefined ? withKeyring : { signedBy: same }) };
  }
  const entry = chooseDebian(entries, await places.known());
  if (entry !== undefined) {
    const signedBy = settings.keyring ?? entry.signedBy;
    return { uri: entry.uri, from: "this machine's apt sources", ...(signedBy === undefined ? withKeyring : { signedBy }) };
  }
  const uri = (await fromDebootstrap(places.root)) ?? (await fromPythonApt(places.root));
  if (uri !== undefined) return { uri, from: "Debian's own tools on this machine", ...withKeyring };
  throw new HarnessError('APT_NO_MIRROR', "no Debian archive is known here: this machine's apt sources name none", {
    hint: 'set KIT_TEST_DEBIAN_MIRROR, or apt.mirror in harness.config.ts, to the URL of a Debian archive (the folder that holds dists/ and pool/), and install debian-archive-keyring',
  });
}

/** The entry that most surely is Debian's main archive. */
export function chooseDebian(entries: readonly AptSourceEntry[], known: { readonly debian: ReadonlySet<string>; readonly other: ReadonlySet<string> }): AptSourceEntry | undefined {
  const certainty = (entry: AptSourceEntry): number => {
    if (!debianSuite.test(entry.suite) || !entry.components.includes('main')) return 0;
    if (known.debian.has(entry.uri)) return 3;
    if (known.other.has(entry.uri)) return 0;
    if (/debian-archive-/.test(entry.signedBy ?? '')) return 2;
    return /\/debian$/.test(entry.uri) ? 1 : 0;
  };
  return entries.map((entry) => ({ entry, rank: certainty(entry) })).filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank)[0]?.entry;
}

const keyrings = ['usr/share/keyrings/debian-archive-keyring.gpg', 'usr/share/keyrings/debian-archive-keyring.pgp'];

const thisMachine: MirrorPlaces = {
  root: '/',
  known: async () => {
    const debian = new Set<string>();
    const other = new Set<string>();
    const { stdout } = await runProgram('apt-get', ['indextargets', '--format', '$(REPO_URI) $(ORIGIN) $(LABEL)'], { okCodes: [0, 100] });
    for (const line of stdout.split('\n')) {
      const [uri = '', origin = '', ...label] = line.split(' ');
      // Without a downloaded Release file apt leaves the variables as they are.
      if (origin === '' || origin.startsWith('$')) continue;
      (origin === 'Debian' && ['Debian', 'Debian Backports'].includes(label.join(' ')) ? debian : other).add(uri.replace(/\/+$/, ''));
    }
    return { debian, other };
  },
};

async function readSources(root: string): Promise<readonly AptSourceEntry[]> {
  const folder = join(root, 'etc/apt/sources.list.d');
  const names = (await readdir(folder).catch(() => [])).sort();
  const files = [join(root, 'etc/apt/sources.list'), ...names.map((name) => join(folder, name))];
  const read = files.map(async (file): Promise<readonly AptSourceEntry[]> => {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.sources')) return parseDeb822Sources(text);
    return file.endsWith('.list') ? parseOneLineSources(text) : [];
  });
  return (await Promise.all(read)).flat();
}

async function fromDebootstrap(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, 'usr/sbin/debootstrap'), 'utf8').catch(() => '');
  const uris = [...text.matchAll(/^\s*DEF_(?:HTTPS_)?MIRROR=["']?(https?:\/\/[^\s"']+)/gm)].map((match) => (match[1] ?? '').replace(/\/+$/, ''));
  // Ubuntu's build of debootstrap names Ubuntu's archive here.
  return uris.find((uri) => uri.endsWith('/debian'));
}

async function fromPythonApt(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, 'usr/share/python-apt/templates/Debian.info'), 'utf8').catch(() => '');
  const uris = [...text.matchAll(/^BaseURI:\s*(https?:\/\/\S+)/gm)].map((match) => (match[1] ?? '').replace(/\/+$/, ''));
  return uris.find((uri) => uri.endsWith('/debian'));
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await access(path).then(() => true, () => false)) return path;
  return undefined;
}
