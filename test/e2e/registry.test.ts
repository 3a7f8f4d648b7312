// The way of an image from a real registry into a booted guest: listed, pinned, fetched, and then without the registry.
// Debian: docker-registry, skopeo.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, it, onTestFinished } from 'vitest';
import { extractDeb } from '../../src/apt/deb.ts';
import { openApt } from '../../src/apt/open.ts';
import { cacheLocation } from '../../src/cache/location.ts';
import { openCache } from '../../src/cache/store.ts';
import { collect } from '../unit/archive/trees.ts';
import { createLayout } from '../unit/oci/layout-folder.ts';
import { startRegistry } from '../unit/registry/real-registry.ts';
import { cellOf, createProject } from './project.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

async function busyboxOf(folder: string): Promise<Buffer> {
  const cache = await openCache(cacheLocation({ projectRoot: root, env: process.env, home: homedir(), platform: process.platform }));
  const progress = { notice: () => undefined, download: () => undefined };
  const apt = openApt({ cache, progress, settings: {}, env: process.env, lockPath: join(root, 'kit-test.lock'), lock: { frozen: true, update: false } });
  const [deb] = await apt.resolve({ suite: 'trixie', arch: 'arm64', packages: ['busybox-static'] });
  if (deb === undefined) throw new Error('no busybox-static');
  await mkdir(folder, { recursive: true });
  await extractDeb(await apt.fetch(deb), folder, new AbortController().signal);
  return readFile(execFileSync('find', [folder, '-path', '*/bin/busybox', '-type', 'f']).toString().split('\n')[0] ?? '');
}

async function layer(files: Readonly<Record<string, Buffer | string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  archive.finalize();
  return gzipSync(await collect(archive as AsyncIterable<Uint8Array>));
}

/** An index in which only the image for linux/arm64 can do what the case wants. */
async function makeImage(folder: string): Promise<string> {
  const layout = await createLayout(join(folder, 'layout'));
  const busybox = await busyboxOf(join(folder, 'busybox'));
  const gzipped = 'application/vnd.oci.image.layer.v1.tar+gzip';
  const image = async (architecture: string, layers: readonly Buffer[]): Promise<object> => {
    const config = await layout.json({ os: 'linux', architecture, config: { Entrypoint: ['/bin/busybox', 'sh', '/check.sh'] } }, 'application/vnd.oci.image.config.v1+json');
    const blobs = await Promise.all(layers.map((bytes) => layout.blob(bytes, gzipped)));
    return { ...(await layout.json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: blobs }, MANIFEST)), platform: { os: 'linux', architecture } };
  };
  const index = await layout.json({ schemaVersion: 2, mediaType: INDEX, manifests: [
    await image('amd64', [await layer({ 'check.sh': 'exit 1\n' })]),
    await image('arm64', [await layer({ 'bin/busybox': busybox, hidden: 'x' }), await layer({ 'check.sh': '[ ! -e /hidden ] && echo from the registry\n', '.wh.hidden': '' })]),
  ] }, INDEX);
  await layout.index([index]);
  return layout.folder;
}

it('pins, fetches and boots an image of a registry, and boots it again without the registry', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-registry-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const registry = await startRegistry(join(folder, 'registry'));
  await registry.push(await makeImage(folder), 'kt/check:1');
  const reference = `${registry.host}/kt/check:1`;
  await using project = await createProject({
    'cases/pulled/case.yaml': 'summary: an image of a registry\nimage: image.yml\n',
    'cases/pulled/image.yml': `init: ["builtin:init", "apt:busybox-static"]\nonboot:\n  - name: check\n    image: ${reference}\n`,
  });
  const json = async (...words: readonly string[]): Promise<readonly Record<string, unknown>[]> => JSON.parse((await project.run(['images', ...words, '--json'])).stdout) as Record<string, unknown>[];

  expect(await json('list')).toEqual([{ name: reference, usedBy: ['case pulled'], cached: { aarch64: false } }]);
  const frozen = await project.run(['run', '--matrix', '--frozen']);
  expect(frozen.code).toBe(3);
  expect((await project.report()).cells[0]?.verdict).toMatchObject({ kind: 'error', reason: expect.stringContaining(reference) as string });

  const before = JSON.parse(await project.read('kit-test.lock')) as { readonly apt: object };
  const [locked] = await json('lock');
  expect(locked).toMatchObject({ name: reference, digest: expect.stringMatching(/^sha256:/) as string, archs: ['aarch64'] });
  expect(JSON.parse(await project.read('kit-test.lock'))).toEqual({ version: 1, apt: before.apt, images: { [reference]: locked?.['digest'] } });
  expect(await json('fetch', '--frozen')).toMatchObject([{ name: reference, digest: locked?.['digest'] }]);
  expect(await json('list')).toMatchObject([{ pinned: locked?.['digest'], cached: { aarch64: true } }]);

  const run = await project.run(['run', '--matrix', '--frozen']);
  expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 });
  expect(cellOf(await project.report(), 'pulled').verdict.kind).toBe('pass');
  registry.stop();
  expect((await project.run(['run', '--matrix', '--offline', '--dry-run'])).code).toBe(0);

  await project.write({ 'cases/pulled/image.yml': `init: ["builtin:init", "apt:busybox-static"]\nonboot:\n  - name: check\n    image: ${registry.host}/kt/other:1\n` });
  expect((await project.run(['run', '--matrix'], { KIT_TEST_OFFLINE: '1' })).code).toBe(3);
  expect((await project.report()).cells[0]?.verdict).toMatchObject({ kind: 'error', reason: expect.stringContaining(`${registry.host}/kt/other:1 is not in the cache`) as string });
});
