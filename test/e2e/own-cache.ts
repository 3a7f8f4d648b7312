// A cache of a test's own that begins with what the user's cache has, by hard links, so that nothing is fetched twice.
import { createHash } from 'node:crypto';
import { cp, link, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheLocation } from '../../src/cache/location.ts';
import { createProject, scriptCase } from './project.ts';

const users = cacheLocation({ projectRoot: '.', env: process.env, home: homedir(), platform: process.platform });
/** Kinds of entries that are made from packages and files, not fetched. */
const imageKinds = ['image', 'segment', 'outline', 'extra', 'initrd', 'gzip', 'folder', 'tar'];

export interface OwnCache extends AsyncDisposable {
  readonly root: string;
  /** Takes away everything that was built for images. */
  forgetImages(): Promise<void>;
  /** SHA-256 of every file that was built for images, by its path in the cache. */
  images(): Promise<ReadonlyMap<string, string>>;
}

/** With kernel 6.1 and the packages of built-in images for aarch64, and no image. */
export async function seedCache(): Promise<OwnCache> {
  await using project = await createProject(scriptCase('warm', 'true'));
  const { code, stderr } = await project.run(['run', '--matrix', '--dry-run']);
  if (code !== 0) throw new Error(stderr);
  const root = await mkdtemp(join(tmpdir(), 'kit-test-cache-'));
  for (const part of ['blobs', 'entries/kernel', 'entries/modules']) await linkTree(join(users, part), join(root, part));
  return {
    root,
    async forgetImages() {
      for (const kind of imageKinds) await rm(join(root, 'entries', kind), { recursive: true, force: true });
    },
    async images() {
      const files = (await Promise.all(imageKinds.map((kind) => filesBelow(root, join('entries', kind))))).flat().sort();
      return new Map(await Promise.all(files.map(async (path) => [path, createHash('sha256').update(await readFile(join(root, path))).digest('hex')] as const)));
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    // Another file system, or a symbolic link.
    else await link(source, target).catch(() => cp(source, target, { verbatimSymlinks: true }));
  }
}

export async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
