// A small but real Debian archive: packages made by dpkg-deb, an index, signed by gpg, served on the loopback interface.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serve, type Loopback } from '../cache/loopback.ts';

export interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly depends?: string;
  /** Files by path, without a leading slash. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Archive {
  readonly folder: string;
  readonly keyring: string;
  /** Puts packages into a suite in place of what it had, and signs it. */
  publish(suite: string, packages: readonly TestPackage[]): Promise<void>;
  /** Takes a package's file off the archive. */
  remove(name: string, version: string, arch: string): Promise<void>;
  /** Signs a suite's Release with a key nobody knows. */
  signWrongly(suite: string): void;
  serve(): Promise<Loopback>;
}

/** What the archive needs from the machine; the reason to skip where it is missing. */
export function missingTools(): string | undefined {
  for (const [tool, option] of [['apt-get', '--version'], ['dpkg-deb', '--version'], ['gpg', '--version']] as const) {
    try {
      execFileSync(tool, [option], { stdio: 'ignore' });
    } catch {
      return `${tool} is not installed`;
    }
  }
  return undefined;
}

/** Two keys in a folder of their own: the archive's, and one nobody knows. */
export interface Keys {
  readonly keyring: string;
  readonly gpg: (...args: string[]) => Buffer;
  /** Ends the key agent that gpg started. */
  readonly stop: () => void;
}

/** Makes the keys below `root`. */
export async function createKeys(root: string): Promise<Keys> {
  const home = join(root, 'gnupg');
  const keyring = join(root, 'archive-keyring.gpg');
  await mkdir(home, { recursive: true });
  await chmod(home, 0o700);
  const gpg = (...args: string[]): Buffer => execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  for (const key of ['good@example.invalid', 'evil@example.invalid']) gpg('--quick-generate-key', key, 'ed25519', 'sign', 'never');
  await writeFile(keyring, gpg('--export', 'good@example.invalid'));
  return { keyring, gpg, stop: () => void execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'], { stdio: 'ignore' }) };
}

/** Makes an empty archive below `root`. */
export function createArchive(root: string, { keyring, gpg }: Keys): Archive {
  const folder = join(root, 'archive');
  const sign = (suite: string, key: string): void => {
    const dists = join(folder, 'dists', suite);
    gpg('--yes', '--local-user', key, '--clearsign', '--output', join(dists, 'InRelease'), join(dists, 'Release'));
  };

  return {
    folder,
    keyring,
    async publish(suite, packages) {
      const indexes = new Map<string, string>([['amd64', ''], ['arm64', ''], ['armhf', '']]);
      for (const pkg of packages) {
        const paragraph = await buildDeb(root, folder, pkg);
        for (const arch of pkg.arch === 'all' ? indexes.keys() : [pkg.arch]) indexes.set(arch, `${indexes.get(arch) ?? ''}${paragraph}\n`);
      }
      const sums: string[] = [];
      for (const [arch, text] of indexes) {
        const path = `main/binary-${arch}/Packages`;
        await mkdir(join(folder, 'dists', suite, dirname(path)), { recursive: true });
        await writeFile(join(folder, 'dists', suite, path), text);
        sums.push(` ${createHash('sha256').update(text).digest('hex')} ${Buffer.byteLength(text)} ${path}`);
      }
      const release = `Origin: Debian\nLabel: Debian\nSuite: ${suite}\nCodename: ${suite}\nDate: ${new Date().toUTCString()}\nArchitectures: amd64 arm64 armhf\nComponents: main\nSHA256:\n${sums.join('\n')}\n`;
      await writeFile(join(folder, 'dists', suite, 'Release'), release);
      sign(suite, 'good@example.invalid');
    },
    remove: (name, version, arch) => rm(join(folder, poolPath(name, version, arch))),
    signWrongly: (suite) => sign(suite, 'evil@example.invalid'),
    serve: () =>
      serve((request, response) => {
        const path = join(folder, decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
        stat(path).then(
          (found) => {
            if (!found.isFile()) return void response.writeHead(404).end();
            response.writeHead(200, { 'content-length': found.size });
            createReadStream(path).pipe(response);
          },
          () => response.writeHead(404).end(),
        );
      }),
  };
}

function poolPath(name: string, version: string, arch: string): string {
  return `pool/main/${name.slice(0, 1)}/${name}/${name}_${version.replace(/^\d+:/, '')}_${arch}.deb`;
}

async function buildDeb(root: string, folder: string, pkg: TestPackage): Promise<string> {
  const tree = join(root, 'tree');
  await rm(tree, { recursive: true, force: true });
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  const control = `Package: ${pkg.name}\nVersion: ${pkg.version}\nArchitecture: ${pkg.arch}\nMaintainer: Test <test@example.invalid>\n${pkg.depends === undefined ? '' : `Depends: ${pkg.depends}\n`}Description: test\n`;
  await writeFile(join(tree, 'DEBIAN/control'), control);
  for (const [path, content] of Object.entries(pkg.files ?? {})) {
    await mkdir(join(tree, dirname(path)), { recursive: true });
    await writeFile(join(tree, path), content);
  }
  const path = poolPath(pkg.name, pkg.version, pkg.arch);
  await mkdir(join(folder, dirname(path)), { recursive: true });
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, join(folder, path)], { stdio: 'ignore', env: { ...process.env, SOURCE_DATE_EPOCH: '0' } });
  const bytes = await readFile(join(folder, path));
  return `${control}Filename: ${path}\nSize: ${bytes.length}\nSHA256: ${createHash('sha256').update(bytes).digest('hex')}\n`;
}
