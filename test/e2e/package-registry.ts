// A registry of npm packages on loopback that has what this checkout has: itself, packed, and the packages it is installed with.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version: string;
}

export interface PackageRegistry extends AsyncDisposable {
  readonly url: string;
  /** Files of our package, as npm lists them. */
  readonly files: readonly string[];
}

export async function servePackages(): Promise<PackageRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-pack-'));
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as readonly { readonly filename: string; readonly files: readonly { readonly path: string }[] }[];
  const own = { manifest: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest, tarball: () => readFile(join(folder, packed?.filename ?? '')) };
  const installed = await packagesIn(join(root, 'node_modules'));
  const packages = [own, ...installed.map((path) => ({ manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest, tarball: () => tarballOf(path) }))];
  const server = createServer((request, response) => {
    void (async () => {
      const [, name = '', version] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.+)\.tgz)?$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
      const found = packages.filter(({ manifest }) => manifest.name === name);
      if (found[0] === undefined) return response.writeHead(404).end('{}');
      if (version !== undefined) return response.end(await found.find(({ manifest }) => manifest.version === version)?.tarball());
      const versions = Object.fromEntries(found.map(({ manifest }) => [manifest.version, { ...manifest, dist: { tarball: `${url}/${name}/-/${manifest.version}.tgz` } }]));
      return response.setHeader('content-type', 'application/json').end(JSON.stringify({ name, 'dist-tags': { latest: found[0].manifest.version }, versions }));
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port ?? 0 : 0}`;
  return {
    url,
    files: packed?.files.map(({ path }) => path) ?? [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Folders of packages, at any depth. */
async function packagesIn(modules: string): Promise<readonly string[]> {
  const names = (await readdir(modules).catch(() => [])).filter((name) => !name.startsWith('.'));
  const scoped = await Promise.all(names.map(async (name) => (name.startsWith('@') ? (await readdir(join(modules, name))).map((each) => join(name, each)) : [name])));
  const paths = scoped.flat().map((name) => join(modules, name));
  return [...paths, ...(await Promise.all(paths.map((path) => packagesIn(join(path, 'node_modules'))))).flat()];
}

async function tarballOf(path: string): Promise<Buffer> {
  const archive = pack();
  const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.filter((each) => !each.startsWith(join(path, 'node_modules')))) archive.entry({ name: `package${file.slice(path.length)}`, mode: 0o755 }, readFileSync(file));
  archive.finalize();
  return gzipSync(await buffer(archive), { level: 1 });
}
