// What the corpus does not hold: LinuxKit's failures, files it writes, images nobody should have made.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMembers } from '../../../../src/archive/members.ts';
import type { CompatSystem } from '../../../../src/image/compat/build.ts';
import { toCompatFormat, writeCompat } from '../../../../src/image/compat/formats.ts';
import { compatSource } from '../../../../src/image/compat/source.ts';
import { HarnessError } from '../../../../src/model/errors.ts';
import type { WantedPlatform } from '../../../../src/oci/platform.ts';
import type { Source } from '../../../../src/source/source.ts';
import { rawTar, type RawEntry } from '../../archive/raw-tar.ts';
import { collect } from '../../archive/trees.ts';
import { createLayout } from '../../oci/layout-folder.ts';
import { archOf, createWorkplace, documentOf, type Workplace } from '../context.ts';
import { buildFrom, never } from './context.ts';

let place: Workplace;
beforeAll(async () => {
  place = await createWorkplace();
});
afterAll(() => place[Symbol.asyncDispose]());

let count = 0;
/** Builds a document; `layers` are those of its one image, example.example/a/x:1. */
async function build(yaml: string, layers: readonly (readonly RawEntry[])[] = [[]], config: object = {}): Promise<CompatSystem & { readonly folder: string }> {
  const folder = join(place.folder, `case-${count++}`);
  await mkdir(folder);
  const layout = await createLayout(join(folder, 'layout'));
  const manifest = await layout.image(layers.map((entries) => rawTar(entries)), 'linux/amd64', config);
  await layout.index([{ ...manifest, annotations: { 'org.opencontainers.image.ref.name': image } }]);
  return { ...(await buildFrom(place, documentOf(yaml), archOf('amd64'), folder)), folder };
}
const image = 'example.example/a/x:1';
const onboot = (more = ''): string => `onboot: [{name: a, image: "${image}"${more}}]\n`;
const inBundle = (name: string): string => `containers/onboot/000-a/lower/${name}`;
const names = ({ entries }: CompatSystem): string[] => entries.map(({ name }) => name);
const kernelFiles: readonly RawEntry[] = [{ name: 'kernel', content: 'the kernel' }, { name: 'kernel.tar', content: rawTar([{ name: './boot/dtb', content: 'd' }]) }, { name: 'ucode', content: 'micro' }];
const kernelYaml = `kernel: {image: "${image}", cmdline: "a=b c", ucode: ucode}\n`;

describe('buildCompat', () => {
  it.each<[string, string, readonly RawEntry[], string]>([
    ['a link as etc/hosts', onboot(), [{ name: 'etc/hosts', kind: '2', target: 'x' }], 'archive/tar: write too long'],
    ['a folder as etc/resolv.conf of a container', onboot(), [{ name: 'etc/resolv.conf', kind: '5' }], 'archive/tar: write too long'],
    ['an image without a kernel', kernelYaml, [{ name: 'bzImage' }], 'did not find kernel in kernel image'],
    ['an image without modules', kernelYaml, [{ name: 'kernel' }], 'did not find kernel tar in kernel image'],
    ['a volume of an image without index', `volumes: [{name: v, image: "${image}", format: oci}]\n`, [], 'index out of range'],
    ['the same with platforms', `volumes: [{name: v, image: "${image}", format: oci, platforms: [linux/amd64]}]\n`, [], 'no image index found for example.example/a/x:1'],
    ['contents of a folder', 'files: [{path: a/b/, contents: x}]\n', [], 'archive/tar: write too long'],
    ['a file of nothing', 'files: [{path: a}]\n', [], 'contents of file (a) not specified'],
    ['two ways to say what a file holds', 'files: [{path: a, contents: x, source: y}]\n', [], 'specified Contents and Source for file: a'],
    ['an unknown kind of metadata', 'files: [{path: a, metadata: toml}]\n', [], 'unsupported metadata type: toml'],
    ['an owner nobody knows', 'files: [{path: a, contents: x, uid: nobody}]\n', [], 'cannot find id: nobody'],
  ])('refuses %s in LinuxKit\'s words', async (_what, yaml, entries, words) => {
    const failure: unknown = await build(yaml, [entries]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'COMPAT_LINUXKIT_FAILS', message: expect.stringContaining(`"${words}"`) as string });
    expect((failure as HarnessError).hint).toBeTruthy();
  });

  it('refuses to add to a label that has all capabilities', async () => {
    await expect(build(onboot(', capabilities.add: [CAP_CHOWN]'), [[]], { Labels: { 'org.mobyproject.config': '{"capabilities": ["all"]}' } })).rejects.toMatchObject({ code: 'COMPAT_LINUXKIT_FAILS', message: expect.stringContaining('unknown capability: all') as string });
  });

  it('lets a link as etc/resolv.conf be replaced in the system', async () => {
    const { entries } = await build(`init: ["${image}"]\n`, [[{ name: 'etc/resolv.conf', kind: '2', target: 'x' }]]);
    expect(entries[0]).toMatchObject({ name: 'etc/resolv.conf', type: 'symlink', target: '/run/resolvconf/resolv.conf' });
  });

  it('passes a global header into the tar and refuses it in the initrd, naming the image', async () => {
    const system = await build(onboot(), [[{ name: 'pax_global_header', kind: 'g', content: '13 comment=a\n' }, { name: 'x' }]]);
    expect((await collect(system.tar(never))).length % 512).toBe(0);
    expect(system.entries.find(({ type }) => type === 'global')?.pax).toMatchObject({ comment: 'a', 'LINUXKIT.source': image });
    await expect(collect(system.cpio(never))).rejects.toMatchObject({ code: 'COMPAT_LINUXKIT_FAILS', message: expect.stringContaining('onboot[0]') as string });
  });

  it('keeps hostile names as LinuxKit does, inside the archives', async () => {
    const system = await build(onboot(), [[{ name: '/abs/x' }, { name: '../up' }, { name: 'a\nb' }, { name: Buffer.from([0xff, 0x2f, 0xfe]) }, { name: 'l', kind: '1', target: './../../etc/shadow' }]]);
    expect(names(system)).toEqual(expect.arrayContaining([inBundle('/abs/x'), inBundle('../up'), inBundle('a\nb'), inBundle('\xff/\xfe')]));
    expect(system.entries.find(({ type }) => type === 'hardlink')?.target).toBe(inBundle('./../../etc/shadow'));
  });

  it('lets files replace kernel and command line, as LinuxKit does', async () => {
    const system = await build(`${kernelYaml}files: [{path: boot/cmdline, contents: mine}, {path: boot/kernel, contents: ""}]\n`, [kernelFiles]);
    expect(system.cmdline).toBe('mine');
    expect(system.kernel).toBeUndefined();
  });

  it('writes parents of a path with two slashes in front, and once for all files', async () => {
    const { entries } = await build('files: [{path: //x, contents: "", mode: "4711"}, {path: d/a, contents: ""}, {path: d/b, contents: ""}]\n');
    expect(entries.map(({ name, type, mode }) => [name, type, mode])).toEqual([['', 'directory', 0o4711], ['/x', 'file', 0o4711], ['d', 'directory', 0o700], ['d/a', 'file', 0o600], ['d/b', 'file', 0o600]]);
  });

  it('reads sources from the working directory and notices their change', async () => {
    const folder = join(place.folder, 'sources');
    await mkdir(folder);
    await writeFile(join(folder, 'f'), 'before');
    await (await createLayout(join(folder, 'layout'))).index([]);
    const system = await buildFrom(place, documentOf('files: [{path: f, source: f}, {path: g, source: gone, optional: true}]\n'), archOf('amd64'), folder);
    expect(names(system)).toEqual(['f']);
    expect((await collect(system.tar(never))).toString('latin1')).toContain('before');
    await writeFile(join(folder, 'f'), 'afterwards');
    await expect(collect(system.tar(never))).rejects.toMatchObject({ code: 'IMAGE_SOURCE_CHANGED' });
    await expect(buildFrom(place, documentOf('files: [{path: f, source: gone}]\n'), archOf('amd64'), folder)).rejects.toMatchObject({ code: 'IMAGE_SOURCE_MISSING' });
  });

  it('says which image is no image of LinuxKit\'s', async () => {
    const source = { ref: 'dir:.', digest: 'x', tree: () => Promise.reject(new Error('never')) } satisfies Source;
    const { buildCompat } = await import('../../../../src/image/compat/build.ts');
    await expect(buildCompat({ yaml: { init: ['dir:.'] }, workingDir: '/', arch: archOf('amd64'), sources: new Map([['dir:.', source]]), cache: place.context.cache, parseYaml: JSON.parse }, never)).rejects.toMatchObject({ code: 'COMPAT_IMAGE_UNSUPPORTED', message: expect.stringContaining('dir:.: ') as string });
  });
});

describe('writeCompat', () => {
  it('leaves LinuxKit\'s files: kernel, initrd with microcode in front, command line', async () => {
    const system = await build(kernelYaml, [kernelFiles]);
    const base = join(system.folder, 'out');
    expect(await writeCompat(system, 'kernel+initrd', base, place.context, never)).toEqual([`${base}-kernel`, `${base}-initrd.img`, `${base}-cmdline`]);
    expect(await readFile(`${base}-kernel`, 'utf8')).toBe('the kernel');
    expect(await readFile(`${base}-cmdline`, 'utf8')).toBe('a=b c');
    const initrd = await readFile(`${base}-initrd.img`);
    expect(initrd.toString('latin1', 0, 5)).toBe('micro');
    expect((initrd.length - 5) % 4).toBe(0);
    expect(gunzipSync(initrd.subarray(5)).equals(await collect(system.cpio(never)))).toBe(true);
  });

  it('leaves out what is empty', async () => {
    const system = await build(onboot());
    const base = join(system.folder, 'out');
    expect(await writeCompat(system, 'kernel+initrd', base, place.context, never)).toEqual([`${base}-initrd.img`]);
    expect(await writeCompat(system, 'tar', base, place.context, never)).toEqual([`${base}.tar`]);
    expect((await readFile(`${base}.tar`)).equals(await collect(system.tar(never)))).toBe(true);
  });

  it('puts kernel, initrd, command line and microcode into one archive', async () => {
    const system = await build(kernelYaml, [kernelFiles]);
    const base = join(system.folder, 'out');
    expect(await writeCompat(system, 'tar-kernel-initrd', base, place.context, never)).toEqual([`${base}-initrd.tar`]);
    const archive = await readFile(`${base}-initrd.tar`);
    const members = await readMembers({ path: `${base}-initrd.tar` });
    expect(members.map(({ name, mode, mtime, pax }) => [name, mode, mtime.seconds, pax])).toEqual(['kernel', 'initrd.img', 'cmdline', 'ucode.cpio'].map((name) => [name, 0o644, 1_492_533_000, {}]));
    const { content } = members[1] ?? {};
    expect(gunzipSync(archive.subarray(content?.offset, (content?.offset ?? 0) + (content?.size ?? 0))).equals(await collect(system.cpio(never)))).toBe(true);
  });

  it('names the formats there are', () => {
    expect(() => toCompatFormat('iso-efi')).toThrow(expect.objectContaining({ code: 'COMPAT_FORMAT', hint: expect.stringContaining('kernel+initrd, tar, tar-kernel-initrd') as string }));
  });
});

describe('compatSource', () => {
  const only = (architecture: string) => (platform: WantedPlatform): Promise<Source> =>
    platform.architecture === architecture ? Promise.resolve({ ref: 'x', digest: architecture, tree: () => Promise.reject(new Error('never')) }) : Promise.reject(new HarnessError('IMAGE_PLATFORM', 'not made for it'));

  it('finds an image that is made for another machine', async () => {
    expect((await compatSource({ architecture: 'arm64' }, only('amd64'))).digest).toBe('amd64');
  });

  it('gives the first reason where there is none', async () => {
    await expect(compatSource({ architecture: 'arm64' }, only('z80'))).rejects.toMatchObject({ code: 'IMAGE_PLATFORM' });
    await expect(compatSource({ architecture: 'arm64' }, () => Promise.reject(new HarnessError('IMAGE_NOT_FOUND', 'gone')))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });
});
