// Kernels from images: the layouts people publish, found without being told, and refused with the next action.
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import aarch64 from '../../../src/arch/aarch64.ts';
import { readEmbeddedConfig } from '../../../src/kernel/ikconfig.ts';
import { createKernelResolver } from '../../../src/kernel/resolve.ts';
import { unxz } from '../../../src/kernel/xz.ts';
import type { Kernel } from '../../../src/model/kernel.ts';
import { KernelFileSchema } from '../../../src/model/kernel.ts';
import { collect } from '../archive/trees.ts';
import { temporaryFolder } from '../cache/folder.ts';
import { createLayout } from '../oci/layout-folder.ts';
import { arm64Image, bzImage, gzipped, zboot } from './bytes.ts';
import { kernelContext } from './context.ts';

const signal = new AbortController().signal;
type Files = Readonly<Record<string, string | Buffer | { readonly link: string }>>;

async function tar(files: Files): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'object' && 'link' in content) archive.entry({ name, type: 'symlink', linkname: content.link });
    else archive.entry({ name }, content);
  }
  archive.finalize();
  return collect(archive as AsyncIterable<Uint8Array>);
}

async function resolveFrom(files: Files, more: Readonly<Record<string, string>> = {}): Promise<Kernel> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'image'));
  const layout = await createLayout(join(folder, 'image'));
  await layout.index([await layout.image([await tar(files)], 'linux/arm64')]);
  const spec = { ...KernelFileSchema.parse({ release: '6.12', source: { type: 'oci', image: 'oci:./image', ...more } }), name: 'mine', file: join(folder, 'mine.yaml') };
  return createKernelResolver(await kernelContext(folder))(spec, aarch64, signal);
}

const kernel = arm64Image('6.6.71-linuxkit');
const depmodSaysNothing = { 'lib/modules/6.6.71-linuxkit/modules.order': '' };

it.each<readonly [string, Files, Partial<{ config: string; release: string }>]>([
  ["LinuxKit's", { kernel, 'kernel.tar': await tar({ './lib/modules/6.6.71-linuxkit/modules.order': 'a\n' }), 'kernel-dev.tar': 'x' }, { release: '6.6.71-linuxkit' }],
  ["LinuxKit's of 2017", { bzImage: kernel, 'kernel.tar': '' }, {}],
  ["LinuxKit's since 6.12, an EFI zboot file", { kernel: zboot(gzipSync(kernel)) }, {}],
  ["LinuxKit's before that, in gzip", { kernel: gzipped(kernel) }, {}],
  ["cilium's ci-kernels", { 'boot/vmlinuz': kernel, ...depmodSaysNothing }, { release: '6.6.71-linuxkit' }],
  ["little-vm-helper's", { 'bin/busybox': 'x', 'data/kernels/6.6/boot/vmlinuz-6.6.71': kernel, 'data/kernels/6.6/boot/config-6.6.71': 'CONFIG_A=y\n', 'data/kernels/6.6/boot/System.map-6.6.71': 'x', 'data/kernels/6.6/lib/modules/6.6.71/modules.order': '' }, { config: 'CONFIG_A=y\n', release: '6.6.71' }],
  ["a distribution's", { 'boot/vmlinuz-6.6.71-arm64': kernel, 'boot/vmlinuz': { link: 'vmlinuz-6.6.71-arm64' }, 'boot/config-6.6.71-arm64': 'CONFIG_B=m\n' }, { config: 'CONFIG_B=m\n' }],
  ['one whose kernel lies beside its modules', { 'usr/lib/modules/6.6.71/vmlinuz': kernel, 'usr/lib/modules/6.6.71/modules.order': '', 'usr/lib/modules/6.6.71/config': 'CONFIG_C=y\n' }, { config: 'CONFIG_C=y\n', release: '6.6.71' }],
])('finds the kernel in an image like %s', async (_, files, expected) => {
  const found = await resolveFrom(files);
  expect(await readFile(found.image)).toEqual(kernel);
  expect(found.release).toBe('6.6.71-linuxkit');
  expect(found.config === undefined ? undefined : await readFile(found.config, 'utf8')).toBe(expected.config);
  expect(found.modules === undefined ? undefined : basename(found.modules)).toBe(expected.release);
  expect(found.origin).toMatch(/^\S+ of oci:\.\/image \(sha256:[0-9a-f]{12}\)$/);
});

it('takes the kernel and the archive that are named', async () => {
  const archive = await tar({ 'lib/modules/6.6.71-rt/modules.order': '' });
  const found = await resolveFrom({ kernel: 'not this', 'kernel-rt': kernel, 'kernel.tar': 'nor this', 'kernel-rt.tar': archive }, { kernel: '/kernel-rt', tar: 'kernel-rt.tar' });
  expect(await readFile(found.image)).toEqual(kernel);
  expect(basename(found.modules ?? '')).toBe('6.6.71-rt');
});

it('leaves the archive out where "none" is asked for', async () => {
  const found = await resolveFrom({ kernel, 'kernel.tar': await tar(depmodSaysNothing) }, { tar: 'none' });
  expect(found.modules).toBeUndefined();
});

it.each<readonly [string, Files, Readonly<Record<string, string>>, RegExp]>([
  ['has none', { 'etc/passwd': '' }, {}, /^kernel .*|oci:\.\/image: the image holds no kernel$/],
  ['has several', { 'boot/vmlinuz-6.1': arm64Image('6.1'), 'boot/vmlinuz-6.6': kernel }, {}, /several kernels: boot\/vmlinuz-6\.1(,| and) boot\/vmlinuz-6\.6/],
  ['lacks the one that is named', { kernel }, { kernel: 'boot/vmlinux' }, /has no kernel file boot\/vmlinux/],
  ['holds one for another architecture', { kernel: bzImage() }, {}, /for x86_64, not for aarch64/],
  ['holds what is no kernel', { kernel: 'hello' }, {}, /no kernel that is known/],
])('refuses an image that %s', async (_, files, more, message) => {
  await expect(resolveFrom(files, more)).rejects.toThrow(message);
});

it('reads the configuration that a kernel carries in itself, also out of a bzImage', async () => {
  const text = 'CONFIG_IKCONFIG=y\nCONFIG_OVERLAY_FS=m\n';
  const inside = Buffer.concat([arm64Image(), Buffer.from('IKCFG_ST'), gzipSync(text), Buffer.from('IKCFG_ED'), Buffer.from('more')]);
  const packed = Buffer.concat([gzipSync(inside), Buffer.from([1, 2, 3, 4])]);
  const image = Buffer.concat([bzImage(), packed]);
  image[0x1f1] = bzImage().length / 512 - 1;
  image.writeUInt32LE(0, 0x248);
  image.writeUInt32LE(packed.length, 0x24c);
  expect(String(await readEmbeddedConfig(inside, unxz))).toBe(text);
  expect(String(await readEmbeddedConfig(image, unxz))).toBe(text);
  expect(await readEmbeddedConfig(arm64Image(), unxz)).toBeUndefined();
});
