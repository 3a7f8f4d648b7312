import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainDirectory, textFile, type Content } from '../../../src/archive/entry.ts';
import { createTree, list, put, type Tree } from '../../../src/archive/rootfs.ts';
import { kernelFiles, kernelTree, type KernelSection } from '../../../src/image/sections/kernel.ts';
import { addApplets, appletLinks, appletNames } from '../../../src/image/sections/applets.ts';
import { packageDatabase } from '../../../src/image/sections/packages.ts';
import { volumeLayout } from '../../../src/image/sections/volume-layout.ts';
import type { Volume } from '../../../src/image/linuxkit/schema.ts';
import { addStandardFiles, dropLeftovers } from '../../../src/image/standard-files.ts';
import { openSlices } from '../../../src/source/slices.ts';
import { resolveSource, type Source } from '../../../src/source/source.ts';
import { findProgram } from '../../../src/sys/programs.ts';
import { createLayout, layerOf, type LayerEntry } from '../oci/layout-folder.ts';
import { archOf, createWorkplace, type Workplace } from './context.ts';

const signal = AbortSignal.timeout(60_000);
let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

const source = (ref: string): Promise<Source> => resolveSource(ref, { ...place.context, arch: archOf('amd64'), baseDir: place.folder }, signal);
async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(place.folder, path)), { recursive: true });
  await writeFile(join(place.folder, path), content);
}
/** An image of one layer in a layout. */
async function layered(name: string, entries: readonly LayerEntry[]): Promise<Source> {
  const layout = await createLayout(join(place.folder, name));
  await layout.index([await layout.image([await layerOf(entries)])]);
  return source(`oci:${name}`);
}
async function bytesOf(content: Content): Promise<string> {
  await using slices = openSlices(signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.kind === 'inline' ? [content.bytes] : slices.read(content)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
const textsOf = async (tree: Tree): Promise<Record<string, string>> => Object.fromEntries(await Promise.all([...list(tree)].filter(({ path }) => path !== '').map(async ({ path, inode }) => [path, inode.type === 'file' ? await bytesOf(inode.content) : inode.type] as const)));

describe('kernelFiles', () => {
  const files = async (entries: readonly LayerEntry[], section: KernelSection): Promise<Record<string, string | undefined>> => {
    const { kernel, ucode } = await kernelFiles(await layered('k', entries), section, place.context, signal);
    return { kernel: await readFile(kernel, 'utf8'), ucode: ucode === undefined ? undefined : await readFile(ucode, 'utf8') };
  };

  it.each<[string, LayerEntry[], KernelSection, string]>([
    ['kernel', [{ name: 'kernel', content: 'new' }, { name: 'bzImage', content: 'old' }], {}, 'new'],
    ['the name of 2017', [{ name: 'bzImage', content: 'old' }], {}, 'old'],
    ['what binary names', [{ name: 'kernel', content: 'k' }, { name: 'vmlinuz', content: 'v' }], { binary: 'vmlinuz' }, 'v'],
    ['kernel where binary is empty', [{ name: 'kernel', content: 'k' }], { binary: '' }, 'k'],
    ['where a link leads', [{ name: 'boot/vmlinuz', content: 'v' }, { name: 'kernel', type: 'symlink', linkname: 'boot/vmlinuz' }], {}, 'v'],
    ['what a hard link names', [{ name: 'vmlinuz', content: 'v' }, { name: 'kernel', type: 'link', linkname: 'vmlinuz' }], {}, 'v'],
  ])('takes %s', async (_, entries, section, content) => {
    expect((await files(entries, section)).kernel).toBe(content);
  });

  it('takes the microcode where the image has it, and says where it has none', async () => {
    const image = [{ name: 'kernel', content: 'k' }, { name: 'ucode.cpio', content: 'u' }];
    expect((await files(image, { ucode: 'ucode.cpio' })).ucode).toBe('u');
    expect((await files(image, { ucode: '' })).ucode).toBeUndefined();
    expect(place.notices).toEqual([]);
    expect((await files(image, { ucode: 'other.cpio' })).ucode).toBeUndefined();
    expect(place.notices).toEqual([expect.stringContaining('the image has no file other.cpio')]);
  });

  it.each<[LayerEntry[], KernelSection, RegExp]>([
    [[{ name: 'linux.efi', content: 'k' }], {}, /^it has linux\.efi;/],
    [[{ name: 'kernel', content: 'k' }, { name: 'bzimage', content: 'k' }], { binary: 'bzimagee' }, /^did you mean bzimage\?/],
    [[{ name: 'kernel/x', content: 'k' }], {}, /^it has no files at its root;/],
  ])('refuses an image without the kernel, and says what it has (%#)', async (entries, section, hint) => {
    await expect(kernelFiles(await layered('k', entries), section, { ...place.context, place: 'image.yml:2:10' }, signal)).rejects.toMatchObject({
      code: 'IMAGE_KERNEL_MISSING', message: expect.stringMatching(/^image\.yml:2:10: kernel\.image oci:k: the image does not hold a kernel/) as string, hint: expect.stringMatching(hint) as string,
    });
  });
});

describe('kernelTree', () => {
  const modules = (): Promise<Buffer> => layerOf([{ name: './lib/modules/6.1/x.ko', content: 'module' }, { name: './lib/modules/6.1/.wh.odd', content: 'plain' }, { name: './boot/dtb/a.dtb', content: 'dtb' }]);
  const tree = async (archive: Buffer | undefined, section: KernelSection, name = 'kernel.tar'): Promise<Record<string, string>> => {
    await write('k/kernel', 'k');
    if (archive !== undefined) await write(`k/${name}`, archive);
    return textsOf(await kernelTree(await source('dir:k'), section, place.context).tree(signal));
  };

  it.each<[string, (plain: Buffer) => Buffer]>([['plain', (plain) => plain], ['compressed', (plain) => gzipSync(plain)]])('lays the %s archive into the root, names as they are', async (_, pack) => {
    expect(await tree(pack(await modules()), {})).toEqual({
      boot: 'directory', 'boot/dtb': 'directory', 'boot/dtb/a.dtb': 'dtb', lib: 'directory', 'lib/modules': 'directory', 'lib/modules/6.1': 'directory', 'lib/modules/6.1/.wh.odd': 'plain', 'lib/modules/6.1/x.ko': 'module',
    });
  });

  it.each<[string, KernelSection]>([['none', { tar: 'none' }], ['an empty name', { tar: '' }]])('lays nothing for %s', async (_, section) => {
    expect(await tree(undefined, section)).toEqual({ boot: 'directory' });
  });

  it('accepts an empty archive, as LinuxKit does', async () => {
    expect(await tree(Buffer.alloc(0), {})).toEqual({ boot: 'directory' });
  });

  it('takes the archive that tar names', async () => {
    expect(Object.keys(await tree(await modules(), { tar: 'mine.tar' }, 'mine.tar'))).toContain('lib/modules/6.1/x.ko');
  });

  it('refuses an image without the archive', async () => {
    await expect(tree(undefined, {})).rejects.toMatchObject({ code: 'IMAGE_KERNEL_MISSING', message: expect.stringContaining("does not hold the kernel's archive: it has no file kernel.tar") as string, hint: expect.stringContaining('kernel.tar: none') as string });
  });

  it.each<[string, () => Promise<Buffer>, string]>([
    ['leads out', () => layerOf([{ name: '../../etc/x', content: 'x' }]), 'ARCHIVE_NAME_UNSAFE'],
    ['is no archive', () => Promise.resolve(Buffer.alloc(2000, 'x')), 'ARCHIVE_CORRUPT'],
    ['links to nothing', () => layerOf([{ name: 'a', type: 'link', linkname: 'b' }]), 'ARCHIVE_LINK_DANGLING'],
  ])('refuses an archive that %s', async (_, archive, code) => {
    await expect(tree(await archive(), {})).rejects.toMatchObject({ code });
  });

  it('has another digest for another archive of the same image', async () => {
    await write('k/kernel', 'k');
    const image = await source('dir:k');
    const digests = [{}, { tar: 'none' }, { tar: 'b.tar' }].map((section) => kernelTree(image, section, place.context).digest);
    expect(new Set(digests).size).toBe(3);
  });
});

describe('packageDatabase', () => {
  it('joins the databases of the init images, and has none where only one has one', async () => {
    await write('a/lib/apk/db/installed', 'P:a\n');
    await write('b/etc/x', '');
    await write('c/lib/apk/db/installed', 'P:c\n\n');
    const [a, b, c] = await Promise.all(['dir:a', 'dir:b', 'dir:c'].map(source));
    if (a === undefined || b === undefined || c === undefined) throw new Error('no sources');
    expect((await textsOf(await packageDatabase([a, b, c]).tree(signal)))['lib/apk/db/installed']).toBe('P:a\n\n\nP:c\n\n\n\n');
    expect(await textsOf(await packageDatabase([a, b]).tree(signal))).toEqual({});
    expect(packageDatabase([a, c]).digest).not.toBe(packageDatabase([c, a]).digest);
  });
});

describe('appletLinks', () => {
  const program = (...names: readonly string[]): Buffer => Buffer.from(`code\0text of usage\0[\0[[\0${names.map((name) => `${name}\0`).join('')}and what follows\0`);

  it.skipIf(findProgram('busybox') === undefined)('finds the names of a real busybox', async () => {
    const path = findProgram('busybox') ?? '';
    const names = execFileSync(path, ['--list'], { encoding: 'utf8' }).trim().split('\n');
    expect(appletNames(await readFile(path))).toEqual([...names].sort());
  });

  it.each([
    ['no names', Buffer.from('a program\0'), []],
    ['names that end with it', Buffer.from('[\0[[\0ash'), ['[', '[[']],
    ['names until they no longer ascend', program('ash', 'cat', 'awk'), ['[', '[[', 'ash', 'cat']],
    ['names until something else comes', program('ash', 'a name', 'cat'), ['[', '[[', 'ash']],
  ])('reads of a program with %s', (_, bytes, names) => {
    expect(appletNames(bytes)).toEqual(names);
  });

  it('links each name where busybox would, and says that it has', async () => {
    await write('box/usr/bin/busybox', program('ash', 'ip'));
    const links = await appletLinks([await source('dir:box')]).tree(signal);
    expect([...list(links)].flatMap(({ path, inode }) => (inode.type === 'symlink' ? [[path, inode.target]] : []))).toEqual(['usr/bin/[', 'usr/bin/[[', 'usr/bin/ash', 'usr/lib/kit-test/applets', 'usr/sbin/ip'].map((path) => [path, '/usr/bin/busybox']));
  });

  it('links nothing where there is no busybox', async () => {
    await write('plain/usr/bin/program', program('ash'));
    expect(await textsOf(await appletLinks([await source('dir:plain')]).tree(signal))).toEqual({});
  });
});

describe('addApplets', () => {
  const link = (target: string): Parameters<typeof put>[2] => ({ ...plainDirectory, mode: 0o777, type: 'symlink', target });
  const links = createTree();
  for (const name of ['ash', 'cat']) put(links, `usr/bin/${name}`, link('/usr/bin/busybox'));
  const rootWith = (bin: Parameters<typeof put>[2]): Tree => {
    const root = createTree();
    for (const path of ['bin', 'sbin']) put(root, path, bin);
    put(root, 'usr/bin/cat', textFile('the real one'));
    return root;
  };

  it('keeps what the image has', async () => {
    const root = rootWith(link('usr/bin'));
    addApplets(root, links);
    expect(await textsOf(root)).toMatchObject({ 'usr/bin/ash': 'symlink', 'usr/bin/cat': 'the real one' });
  });

  it('adds nothing where /bin is a folder of its own', async () => {
    const root = rootWith(plainDirectory);
    const before = await textsOf(root);
    addApplets(root, links);
    expect(await textsOf(root)).toEqual(before);
  });
});

describe('volumeLayout', () => {
  const shared = layerOf([{ name: 'shared', content: 's' }]);
  async function image(): Promise<Source> {
    const layout = await createLayout(join(place.folder, 'layout'));
    const manifests = [];
    for (const platform of ['linux/amd64', 'linux/arm/v7', 'linux/arm64/v8']) manifests.push(await layout.image([await shared, await layerOf([{ name: 'own', content: platform }])], platform));
    const index = await layout.json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }, 'application/vnd.oci.image.index.v1+json');
    await layout.index([{ ...index, annotations: { 'org.opencontainers.image.ref.name': 'docker.io/kt/x:1' } }]);
    return source('oci:layout:kt/x:1');
  }
  const volume = (platforms?: string[]): Volume => ({ name: 'v', image: 'x', format: 'oci', ...(platforms === undefined ? {} : { platforms }) });
  const blobs = async (from: Source, wanted: Volume): Promise<string[]> => Object.keys(await textsOf(await volumeLayout(from, wanted, place.context.cache).tree(signal))).filter((path) => path.startsWith('blobs/sha256/'));

  it('holds the whole image, each blob once, and can be read as a layout', async () => {
    const from = await image();
    const tree = await volumeLayout(from, volume(), place.context.cache).tree(signal);
    // Index, three manifests, three configurations, three layers and the one they share.
    expect(await blobs(from, volume())).toHaveLength(11);
    for (const { path, inode } of list(tree)) if (inode.type === 'file') await write(`copy/${path}`, await rawOf(inode.content));
    expect(JSON.parse(await readFile(join(place.folder, 'copy/index.json'), 'utf8'))).toMatchObject({ manifests: [{ digest: from.image?.root.digest, annotations: { 'org.opencontainers.image.ref.name': 'docker.io/kt/x:1' } }] });
    const again = await source('oci:copy:kt/x:1');
    expect(again.digest).toBe(from.digest);
    expect(Object.keys(await textsOf(await again.tree(signal)))).toEqual(['own', 'shared']);
  });

  it.each([
    [['linux/amd64'], 7],
    [['linux/arm64'], 7],
    [['linux/arm/v7', 'linux/amd64'], 9],
  ])('leaves out the layers of platforms other than %j, but no manifest', async (platforms, count) => {
    expect(await blobs(await image(), volume(platforms))).toHaveLength(count);
  });

  it('names the platform that the image does not have', async () => {
    await expect(blobs(await image(), volume(['linux/amd64', 'linux/riscv64']))).rejects.toMatchObject({ code: 'IMAGE_PLATFORM', message: expect.stringMatching(/^volume v: .*no manifest for linux\/riscv64$/) as string });
  });

  it('takes an image without an index, where LinuxKit stops', async () => {
    const single = await layered('single', [{ name: 'x', content: 'x' }]);
    expect(await blobs(single, volume())).toHaveLength(3);
    expect(await blobs(single, volume(['linux/amd64']))).toHaveLength(3);
    await expect(blobs(single, volume(['linux/arm64']))).rejects.toMatchObject({ code: 'IMAGE_PLATFORM' });
  });

  it('needs an image: a folder has no layout', async () => {
    await write('plain/x', '');
    const plain = await source('dir:plain');
    expect(() => volumeLayout(plain, volume(), place.context.cache)).toThrow(expect.objectContaining({ code: 'IMAGE_VOLUME_NO_IMAGE' }));
  });
});

const rawOf = (content: Content): Promise<Uint8Array> => (content.kind === 'inline' ? Promise.resolve(content.bytes) : readFile(content.path));

describe('layers', () => {
  it('may have a global PAX header, as git archive writes it', async () => {
    const git = (...args: readonly string[]): Buffer => execFileSync('git', ['-C', place.folder, '-c', 'user.name=t', '-c', 'user.email=t@t.example', ...args]);
    await write('file', 'content');
    git('init', '-q');
    git('add', 'file');
    git('commit', '-qm', 'one');
    const layout = await createLayout(join(place.folder, 'l'));
    await layout.index([await layout.image([git('archive', 'HEAD')])]);
    expect(await textsOf(await (await source('oci:l')).tree(signal))).toEqual({ file: 'content' });
  });
});

describe('standard files', () => {
  it.each<['system' | 'container', LayerEntry[]]>([
    ['system', [{ name: 'etc/hosts', type: 'symlink', linkname: '../run/hosts' }, { name: 'etc/resolv.conf/x', content: 'x' }]],
    ['container', [{ name: 'etc/real', content: 'r' }, { name: 'etc/hosts', type: 'link', linkname: 'etc/real' }, { name: 'etc/resolv.conf', type: 'symlink', linkname: '/nowhere' }]],
  ])('replace hosts and resolv.conf of a %s whatever they were', async (role, entries) => {
    const tree = await (await layered('image', entries)).tree(signal);
    dropLeftovers(tree, role);
    addStandardFiles(tree, role);
    const texts = await textsOf(tree);
    expect(texts['etc/hosts']).toMatch(/^127\.0\.0\.1 {7}localhost\n/);
    expect(texts['etc/resolv.conf']).toBe(role === 'system' ? 'symlink' : '\n# no resolv.conf configured\n');
    expect(texts['etc/real']).toBe(role === 'system' ? undefined : 'r');
    expect(Object.keys(texts).filter((path) => path.startsWith('etc/resolv.conf/'))).toEqual([]);
  });
});
