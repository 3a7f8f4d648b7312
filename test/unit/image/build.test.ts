import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, stat, truncate, utimes, writeFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImageBuilder, splitCmdline, type ImageRequest } from '../../../src/image/build.ts';
import { addSegment } from '../../../src/image/segment.ts';
import type { Image } from '../../../src/model/image.ts';
import type { Record } from '../archive/newc.ts';
import { createLayout, layerOf, type LayerEntry } from '../oci/layout-folder.ts';
import { archOf, createWorkplace, documentOf, type Workplace } from './context.ts';
import { imageRecords } from './unpack.ts';

const signal = AbortSignal.timeout(120_000);
let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
  await write('root/bin/tool', '#!/bin/sh\n');
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

async function write(path: string, content: string): Promise<void> {
  const full = join(place.folder, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, content);
}
const build = (yaml: string, more: Partial<ImageRequest> = {}): Promise<Image> =>
  createImageBuilder(place.context).rootfs({ yaml: documentOf(yaml), baseDir: place.folder, arch: archOf('amd64'), ...more }, signal);
/** Every name of an image, or of one of its segments. */
const entries = async (image: Image, index?: number): Promise<Map<string, Record>> =>
  new Map((await imageRecords(index === undefined ? image : { segments: image.segments.slice(index).slice(0, 1) })).map((record) => [record.name, record]));
const built = (kind: string): Promise<string[]> => readdir(join(place.folder, 'cache/entries', kind)).catch(() => []);
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

describe('the root file system', () => {
  it('lays the init images over one another and adds what every image has', async () => {
    await write('more/bin/tool', 'newer');
    await write('more/etc/hosts', 'replaced');
    await write('more/Dockerfile', 'FROM scratch');
    const image = await build('{kernel: {cmdline: "console=ttyS0 a=b"}, init: ["dir:root", "dir:more"]}');
    const all = await entries(image);
    expect([...all.keys()].sort()).toEqual(['.', 'TRAILER!!!', 'bin', 'bin/tool', 'dev', 'dev/pts', 'dev/shm', 'etc', 'etc/hosts', 'etc/mtab', 'etc/resolv.conf', 'proc', 'sys']);
    expect(all.get('bin/tool')?.data.toString()).toBe('newer');
    expect(all.get('etc/hosts')?.data.toString()).toContain('127.0.0.1       localhost\n');
    expect(all.get('etc/resolv.conf')?.data.toString()).toBe('/run/resolvconf/resolv.conf');
    expect(image.cmdline).toEqual(['console=ttyS0', 'a=b']);
    expect(image.sources.map(({ ref }) => ref)).toEqual(['dir:root', 'dir:more']);
  });

  it('places files with the modes and owners the YAML gives, and leaves folders that exist as they are', async () => {
    await write('script.sh', '#!/bin/sh\necho hi\n');
    await write('root/etc/keep', 'x');
    const all = await entries(await build(`
init: ["dir:root"]
services: [{name: web, image: "dir:root"}]
files:
  - {path: /etc/secret, contents: "s"}
  - {path: new/dir/file, contents: "f", mode: "0640", uid: web, gid: 7}
  - {path: usr/local/bin/script, source: script.sh, mode: "4755"}
  - {path: missing, source: not-there, optional: true}
  - {path: link, symlink: etc/secret}
  - {path: empty, directory: true, mode: "1777"}
  - {path: etc/linuxkit.json, metadata: json, mode: "0444"}
`));
    const look = (name: string): unknown => {
      const record = all.get(name);
      return record && [(record.mode & 0o7777).toString(8), record.uid, record.gid, record.data.toString()];
    };
    expect(look('etc')).toEqual(['755', 0, 0, '']);
    expect(look('etc/secret')).toEqual(['600', 0, 0, 's']);
    expect(look('new')).toEqual(['750', 100, 7, '']);
    expect(look('new/dir/file')).toEqual(['640', 100, 7, 'f']);
    expect(look('usr/local/bin')).toEqual(['755', 0, 0, '']);
    expect(look('usr/local/bin/script')).toEqual(['4755', 0, 0, '#!/bin/sh\necho hi\n']);
    expect(look('missing')).toBeUndefined();
    expect(look('link')).toEqual(['600', 0, 0, 'etc/secret']);
    expect(look('empty')).toEqual(['1777', 0, 0, '']);
    expect(JSON.parse(all.get('etc/linuxkit.json')?.data.toString() ?? '')).toMatchObject({ services: [{ name: 'web' }] });
  });

  it('makes folders for volumes, a writable layer only for writable ones', async () => {
    const all = await entries(await build('{volumes: [{name: data}, {name: fixed, image: "dir:root", readonly: true}], onboot: [{name: a, image: "dir:root", binds: ["data:/d"]}]}'));
    expect([...all.keys()].filter((name) => /^containers\/volumes\/[^/]*\/[^/]*$/.test(name))).toEqual(['containers/volumes/data/lower', 'containers/volumes/data/merged', 'containers/volumes/data/tmp', 'containers/volumes/fixed/lower', 'containers/volumes/fixed/merged']);
    expect(all.get('containers/onboot/000-a/config.json')?.data.toString()).toContain('"/containers/volumes/data/merged"');
  });

  it('tells builtin:init what is in a bundle as shell calls, with every word quoted', async () => {
    const yaml = (init: string): string => `{init: ${init}, onboot: [{name: check, image: "dir:root", command: ["/bin/sh", "-c", "echo 'a b' $HOME"], env: ["A=x y"], uid: 5, runtime: {mkdir: [/var/x]}, binds: ["/dev:/dev"]}]}`;
    const all = await entries(await build(yaml('["builtin:init"]')));
    const text = all.get('containers/onboot/000-check/entry')?.data.toString() ?? '';
    expect(text.split('\n')).toContain("container_start 5 / 'A=x y' /bin/sh -c 'echo '\\''a b'\\'' $HOME'");
    expect(text.split('\n')).toContain('container_mount bind /dev /dev rw,rbind,rshared');
    expect(text.split('\n')).toContain('runtime_mkdir /var/x');
    expect(text.split('\n')).toContain("runtime_mount tmpfs tmpfs /containers/onboot/000-check/tmp ''");
    execFileSync('sh', ['-n'], { input: text });
    expect((await entries(await build(yaml('["dir:root"]')))).has('containers/onboot/000-check/entry')).toBe(false);
  });

  it('says that a key of 2017 is not used', async () => {
    await build('{init: ["dir:root"], trust: {org: [linuxkit]}}');
    expect(place.notices).toEqual([expect.stringContaining('trust:')]);
  });
});

describe('the cache of segments', () => {
  const yaml = '{init: ["dir:root"], files: [{path: x, source: extra.txt}]}';
  beforeEach(() => write('extra.txt', 'extra'));

  it('makes an unchanged segment once and gives equal bytes when it has to make it again', async () => {
    const first = await build(yaml);
    const at = (await stat(first.segments[0]?.path ?? '')).ino;
    expect(await build(yaml)).toEqual(first);
    expect((await stat(first.segments[0]?.path ?? '')).ino).toBe(at);
    for (const kind of ['image', 'outline', 'segment']) await rm(join(place.folder, 'cache/entries', kind), { recursive: true });
    expect(await build(yaml)).toEqual(first);
  });

  it('makes equal bytes from a copy of the sources elsewhere', async () => {
    const first = await build(yaml);
    await using other = await createWorkplace();
    await mkdir(join(other.folder, 'root/bin'), { recursive: true });
    await copyFile(join(place.folder, 'root/bin/tool'), join(other.folder, 'root/bin/tool'));
    await copyFile(join(place.folder, 'extra.txt'), join(other.folder, 'extra.txt'));
    await utimes(join(other.folder, 'extra.txt'), 1, 1);
    const second = await createImageBuilder(other.context).rootfs({ yaml: documentOf(yaml), baseDir: other.folder, arch: archOf('amd64') }, signal);
    expect(second.digest).toBe(first.digest);
    expect(second.segments.map(({ digest, bytes }) => [digest, bytes])).toEqual(first.segments.map(({ digest, bytes }) => [digest, bytes]));
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a file of a folder', () => write('root/bin/tool', 'other'), yaml],
    ['a source of files', () => write('extra.txt', 'other'), yaml],
    ['the YAML', () => Promise.resolve(), yaml.replace('path: x', 'path: y')],
  ])('notices a change of %s', async (_, change, after) => {
    await settle();
    const { digest } = await build(yaml);
    await change();
    expect((await build(after)).digest).not.toBe(digest);
    expect(await built('image')).toHaveLength(2);
  });

  it('does not make the files anew for other kernel arguments', async () => {
    const first = await build(yaml);
    const second = await build(`{kernel: {cmdline: debug}, ${yaml.slice(1)}`);
    expect(second.segments).toEqual(first.segments);
    expect(second.digest).not.toBe(first.digest);
  });

  it.each([
    ['lost its end', (path: string) => truncate(path, 512)],
    ['is empty', (path: string) => writeFile(path, '')],
    ['lost its description', (path: string) => rm(join(path, '../segment.json'))],
    ['has half a description', (path: string) => writeFile(join(path, '../segment.json'), '{"digest": "sha')],
  ])('makes a segment again that %s', async (_, damage) => {
    const first = await build(yaml);
    const path = first.segments[0]?.path ?? '';
    const bytes = await readFile(path);
    await damage(path);
    expect(await build(yaml)).toEqual(first);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('keeps nothing of a build that failed', async () => {
    await rm(join(place.folder, 'root'), { recursive: true });
    await expect(build(yaml)).rejects.toMatchObject({ code: 'IMAGE_SOURCE_MISSING', message: expect.stringMatching(/^dir:root: /) as string });
    expect(await built('image')).toEqual([]);
  });

  it('shares one build among callers at the same time', async () => {
    const builder = createImageBuilder(place.context);
    const request: ImageRequest = { yaml: documentOf(yaml), baseDir: place.folder, arch: archOf('amd64') };
    const images = await Promise.all(Array.from({ length: 8 }, () => builder.rootfs(request, signal)));
    expect(new Set(images.map(({ digest }) => digest)).size).toBe(1);
    expect(await built('image')).toHaveLength(1);
  });

  it('stops when it is told to', async () => {
    await expect(createImageBuilder(place.context).rootfs({ yaml: documentOf(yaml), baseDir: place.folder, arch: archOf('amd64') }, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('extra files', () => {
  it('are a segment of their own behind an untouched root file system', async () => {
    await write('work/sub/data', 'payload');
    await write('single', 'one');
    const yaml = '{init: ["dir:root"]}';
    const plain = await build(yaml);
    const image = await build(yaml, { extra: [
      { path: 'etc/kit-test/run', mode: 0o755, content: 'echo hi\n' },
      { path: 'work', hostPath: join(place.folder, 'work') },
      { path: 'work/single', hostPath: join(place.folder, 'single') },
    ] });
    expect(image.segments.slice(0, -1)).toEqual(plain.segments);
    expect(image.digest).not.toBe(plain.digest);
    expect(image.unpackedBytes).toBeGreaterThan(plain.unpackedBytes);
    const all = await entries(image, -1);
    expect([...all.keys()]).toEqual(['etc/', 'etc/kit-test/', 'etc/kit-test/run', 'work/', 'work/single', 'work/sub/', 'work/sub/data', 'TRAILER!!!']);
    expect(all.get('work/sub/data')?.data.toString()).toBe('payload');
    expect(await built('image')).toHaveLength(1);
  });

  it('may not lead out of the image', async () => {
    await expect(build('{init: ["dir:root"]}', { extra: [{ path: '../x', mode: 0o644, content: '' }] })).rejects.toMatchObject({ code: 'ARCHIVE_NAME_UNSAFE' });
  });
});

describe('modules', () => {
  const request = (content = 'module'): Parameters<ReturnType<typeof createImageBuilder>['modules']>[0] => ({
    release: '6.1.0-x', kernelDigest: 'sha256:k',
    files: [{ path: 'kernel/fs/a.ko', read: () => Promise.resolve(Buffer.from(content)) }],
    texts: [{ name: 'modules.dep', content: 'kernel/fs/a.ko:\n' }],
  });

  it('are a segment with names that follow a link lib -> usr/lib', async () => {
    const segment = await createImageBuilder(place.context).modules(request(), signal);
    if (segment === undefined) throw new Error('expected a segment');
    const image = addSegment(await build('{init: ["dir:root"]}'), segment);
    expect([...(await entries(image, -1)).keys()]).toEqual(['lib/', 'lib/modules/', 'lib/modules/6.1.0-x/', 'lib/modules/6.1.0-x/kernel/', 'lib/modules/6.1.0-x/kernel/fs/', 'lib/modules/6.1.0-x/kernel/fs/a.ko', 'lib/modules/6.1.0-x/modules.dep', 'TRAILER!!!']);
  });

  it('are not read again for the same kernel, and are none where none are asked for', async () => {
    const builder = createImageBuilder(place.context);
    const first = await builder.modules(request(), signal);
    expect(await builder.modules({ ...request(), files: [{ path: 'kernel/fs/a.ko', read: () => Promise.reject(new Error('read again')) }] }, signal)).toEqual(first);
    expect(await builder.modules({ ...request(), files: [], texts: [] }, signal)).toBeUndefined();
  });
});

describe('transports', () => {

  it.each([
    ['dir:nothing', 'IMAGE_SOURCE_MISSING'],
    ['dir:root/bin/tool', 'IMAGE_SOURCE_NOT_FOLDER'],
    ['builtin:initt', 'IMAGE_NOT_FOUND'],
    ['oci:root', 'IMAGE_LAYOUT_INVALID'],
  ])('refuses %s with %s', async (ref, code) => {
    await expect(build(`{init: ["${ref}"]}`)).rejects.toMatchObject({ code, message: expect.stringMatching(new RegExp(`^${ref}: `)) as string });
  });

  it('picks the folder of the architecture', async () => {
    await write('builds/arm/x', 'for arm');
    await write('builds/amd64/x', 'for amd64');
    expect((await entries(await build('{init: ["dir:builds/{arch}"]}', { arch: archOf('arm') }))).get('x')?.data.toString()).toBe('for arm');
  });

  it('gives programs in folders a PATH', async () => {
    const all = await entries(await build('{onboot: [{name: a, image: "dir:root", command: [tool]}]}'));
    expect(JSON.parse(all.get('containers/onboot/000-a/config.json')?.data.toString() ?? '')).toMatchObject({ process: { env: [expect.stringContaining('/usr/bin:')] } });
  });

  it.each([['amd64', 62], ['arm64', 183], ['arm', 40], ['riscv64', 243]])('makes builtin:init of what lies beside the code, with a program for %s', async (architecture, machine) => {
    const all = await entries(await build('{init: ["builtin:init"]}', { arch: archOf(architecture) }));
    const init = all.get('init');
    expect(init?.mode).toBe(0o100755);
    expect([init?.data.toString('latin1', 0, 4), init?.data.readUInt16LE(18)]).toEqual(['\x7fELF', machine]);
    expect(all.get('usr/lib/kit-test/main.sh')?.data.toString()).toMatch(/^#!\/bin\/sh/);
  });
});

describe('hostile layers', () => {
  const fromLayer = async (layer: Buffer): Promise<Image> => {
    const layout = await createLayout(join(place.folder, 'layout'));
    await layout.index([await layout.image([layer])]);
    return build('{init: ["oci:layout"]}');
  };

  it.each<[string, LayerEntry, string]>([
    ['a name that leads out', { name: '../../etc/cron.d/x', content: 'x' }, 'ARCHIVE_NAME_UNSAFE'],
    ['a name that leads out in the middle', { name: 'a/../../x', content: 'x' }, 'ARCHIVE_NAME_UNSAFE'],
    ['a hard link out', { name: 'x', type: 'link', linkname: '../../../etc/shadow' }, 'ARCHIVE_NAME_UNSAFE'],
    ['a hard link to nowhere', { name: 'x', type: 'link', linkname: 'nothing' }, 'ARCHIVE_LINK_DANGLING'],
  ])('with %s are refused, with the image and the layer named, and nothing is kept', async (_, entry, code) => {
    await expect(fromLayer(await layerOf([entry]))).rejects.toMatchObject({ code, message: expect.stringMatching(/^oci:layout: layer 1 of 1 \(sha256:[0-9a-f]{12}…\): /) as string });
    expect(await built('image')).toEqual([]);
  });

  it('with absolute names and links that lead out stay inside the image', async () => {
    const all = await entries(await fromLayer(await layerOf([
      { name: '/abs/file', content: '1' },
      { name: 'out', type: 'symlink', linkname: '/../../../tmp' },
      { name: 'out/evil', content: '2' },
    ])));
    expect(all.get('abs/file')?.data.toString()).toBe('1');
    expect(all.get('tmp/evil')?.data.toString()).toBe('2');
    expect(await stat('/tmp/evil').catch(() => undefined)).toBeUndefined();
  });

  it('whose bytes are not those of their digest are refused and not kept', async () => {
    const layout = await createLayout(join(place.folder, 'layout'));
    const layer = await layerOf([{ name: 'a', content: '1' }]);
    const image = await layout.image([layer]);
    await layout.index([image]);
    const path = join(place.folder, 'layout/blobs', ...(await layout.blob(layer)).digest.split(':'));
    await writeFile(path, await layerOf([{ name: 'a', content: '2' }]));
    await expect(build('{init: ["oci:layout"]}')).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
    expect(await built('tar')).toEqual([]);
    await writeFile(path, layer);
    expect((await entries(await build('{init: ["oci:layout"]}'))).get('a')?.data.toString()).toBe('1');
  });

  it('that are no tar are refused', async () => {
    await expect(fromLayer(Buffer.from('<html>not found</html>'.repeat(100)))).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
  });

  it('with names of newlines and escapes reach the image as they are', async () => {
    const all = await entries(await fromLayer(await layerOf([{ name: 'new\nline', content: '1' }, { name: '\u001b[31mred', content: '2' }])));
    expect([...all.keys()]).toEqual(expect.arrayContaining(['new\nline', '\u001b[31mred']));
  });
});

describe('splitCmdline', () => {
  it.each([
    ['', []],
    ['  a  b=c\t d ', ['a', 'b=c', 'd']],
    ['a="b c" d', ['a="b c"', 'd']],
    ['dyndbg="file x +p; file y" panic=-1', ['dyndbg="file x +p; file y"', 'panic=-1']],
    ['open="never closed here', ['open="never closed here']],
  ])('splits %j', (text, words) => {
    expect(splitCmdline(text)).toEqual(words);
  });
});
