// Which modules a name needs.
import fc from 'fast-check';
import { mkdir, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chooseModules, globToRegExp, parseModuleIndex } from '../../../src/kernel/module-index.ts';
import { readModule, requireModules, selectModules } from '../../../src/kernel/modules.ts';
import type { Kernel } from '../../../src/model/kernel.ts';
import { temporaryFolder } from '../cache/folder.ts';

const texts = {
  'modules.dep': `kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz kernel/fs/mbcache.ko.xz
kernel/fs/jbd2/jbd2.ko.xz:
kernel/fs/mbcache.ko.xz:
kernel/arch/x86/crypto/crc32c-intel.ko.xz:
kernel/crypto/crc32c_generic.ko.xz: kernel/lib/libcrc.ko.xz
kernel/lib/libcrc.ko.xz:
kernel/drivers/net/virtio_net.ko.xz: kernel/drivers/net/net_failover.ko.xz kernel/net/core/failover.ko.xz
kernel/drivers/net/net_failover.ko.xz: kernel/net/core/failover.ko.xz
kernel/net/core/failover.ko.xz:
`,
  'modules.softdep': '# Soft dependencies\nsoftdep ext4 pre: crypto-crc32c not-there\nsoftdep virtio_net ext4 post: jbd2\n',
  'modules.alias': `alias fs-ext4 ext4
alias crypto-crc32c crc32c_intel
alias crypto-crc32c crc32c_generic
alias virtio:d00000001v* virtio_net
alias ghost no_such_file
`,
  'modules.builtin': 'kernel/fs/overlayfs/overlay.ko\nkernel/fs/squashfs/squashfs.ko\n',
  'modules.builtin.modinfo': 'overlay.alias=fs-overlay\0overlay.license=GPL\0squashfs.alias=fs-squashfs\0',
};
const index = parseModuleIndex(texts);

it.each([
  { names: ['jbd2'], modules: ['jbd2'], builtin: [], missing: [] },
  { names: ['ext4'], modules: ['crc32c_generic', 'crc32c_intel', 'ext4', 'jbd2', 'libcrc', 'mbcache'], builtin: [], missing: [] },
  { names: ['fs-ext4'], modules: ['crc32c_generic', 'crc32c_intel', 'ext4', 'jbd2', 'libcrc', 'mbcache'], builtin: [], missing: [] },
  { names: ['crc32c-intel'], modules: ['crc32c_intel'], builtin: [], missing: [] },
  { names: ['virtio:d00000001v00001AF4'], modules: ['crc32c_generic', 'crc32c_intel', 'ext4', 'failover', 'jbd2', 'libcrc', 'mbcache', 'net_failover', 'virtio_net'], builtin: [], missing: [] },
  { names: ['overlay', 'fs-squashfs'], modules: [], builtin: ['fs-squashfs', 'overlay'], missing: [] },
  { names: ['ghost', 'ext5'], modules: [], builtin: [], missing: ['ext5', 'ghost'] },
  { names: [], modules: [], builtin: [], missing: [] },
])('chooses $modules for $names', ({ names, modules, builtin, missing }) => {
  expect(chooseModules(index, names)).toEqual({ modules, builtin, missing });
});

it('chooses the same for any order and repetition of names', () => {
  const names = fc.array(fc.constantFrom('ext4', 'fs-ext4', 'virtio-net', 'overlay', 'nope', 'jbd2'));
  fc.assert(fc.property(names, (list) => {
    expect(chooseModules(index, [...list].reverse().concat(list))).toEqual(chooseModules(index, list));
  }));
});

it('always brings every hard dependency of what it chooses', () => {
  fc.assert(fc.property(fc.subarray([...index.paths.keys()]), (names) => {
    const { modules } = chooseModules(index, names);
    for (const module of modules) for (const need of index.needs.get(module) ?? []) expect(modules).toContain(need);
  }));
});

it('ends although soft dependencies run in circles', () => {
  const circle = parseModuleIndex({ 'modules.dep': 'a.ko:\nb.ko:\n', 'modules.softdep': 'softdep a pre: b\nsoftdep b pre: a\n' });
  expect(chooseModules(circle, ['a']).modules).toEqual(['a', 'b']);
});

it.each([
  ['pci:v*d0001', 'pci:v1AF4d0001', true],
  ['pci:v*d0001', 'pci:v1AF4d0002', false],
  ['a?c', 'abc', true],
  ['a[bc]d', 'acd', true],
  ['a[!bc]d', 'acd', false],
  ['a.c', 'abc', false],
  ['usb:v04B3p4482d*dc*', 'usb:v04B3p4482d0100dc00', true],
])('matches alias pattern %s with %s: %s', (glob, text, expected) => {
  expect(globToRegExp(glob).test(text)).toBe(expected);
});

it('survives any text in the files', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '.ko', '/', 'alias ', 'softdep ', '\0', '=', '*', '[') }), (text) => {
    const odd = parseModuleIndex({ 'modules.dep': text, 'modules.alias': text, 'modules.softdep': text, 'modules.builtin': text, 'modules.builtin.modinfo': text });
    expect(chooseModules(odd, ['a', 'aa', '*']).modules).toEqual([...chooseModules(odd, ['a', 'aa', '*']).modules].sort());
  }));
});

async function kernelWith(folder: string): Promise<Kernel> {
  const modules = join(folder, '6.1.0');
  await mkdir(modules, { recursive: true });
  for (const [name, text] of Object.entries(texts)) await writeFile(join(modules, name), text);
  return { name: 'k', arch: 'x86_64', release: '6.1.0', digest: 'sha256:0', image: '/k', modules, origin: 'test' };
}

it('gives files, and tables limited to them with the paths the guest has', async () => {
  const kernel = await kernelWith(await temporaryFolder());
  const { files, tables } = await selectModules(kernel, ['fs-ext4', 'fs-overlay']);
  expect(files[2]).toEqual({ name: 'ext4', path: 'kernel/fs/ext4/ext4.ko', file: join(kernel.modules ?? '', 'kernel/fs/ext4/ext4.ko.xz') });
  expect(tables['modules.dep']).toContain('kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/fs/mbcache.ko\n');
  expect(tables['modules.dep']).not.toMatch(/virtio|\.xz/);
  expect(tables['modules.alias']).toBe('alias fs-ext4 ext4\nalias crypto-crc32c crc32c_intel\nalias crypto-crc32c crc32c_generic\nalias fs-overlay overlay\n');
  expect(tables['modules.softdep']).toBe('softdep ext4 pre: crypto-crc32c not-there\n');
  expect(tables['modules.builtin']).toContain('overlay.ko\n');
});

it('names every missing module with the one that may be meant', async () => {
  const kernel = await kernelWith(await temporaryFolder());
  await expect(requireModules(kernel, ['ext4', 'virtio-nett', 'overlai'])).rejects.toMatchObject({
    code: 'MODULE_NOT_FOUND',
    message: 'kernel k (6.1.0) for x86_64 has no module "overlai", "virtio-nett"',
    hint: expect.stringMatching(/"overlay", "virtio_net"/) as string,
  });
  const bare: Kernel = { name: 'k', arch: 'x86_64', release: '6.1.0', digest: 'sha256:0', image: '/k', origin: 'test' };
  await expect(requireModules(bare, ['ext4'])).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND', message: expect.stringContaining('without modules') as string });
  expect(await requireModules(bare, [])).toMatchObject({ files: [], missing: [] });
});

it.each(['none', 'xz', 'zstd', 'gzip'])('reads a module packed with %s', async (packer) => {
  const content = Buffer.from('\x7fELF a module '.repeat(1000));
  const file = join(await temporaryFolder(), 'm.ko');
  await writeFile(file, packer === 'none' ? content : execFileSync(packer, ['-c'], { input: content }));
  expect((await readModule(file)).equals(content)).toBe(true);
});
