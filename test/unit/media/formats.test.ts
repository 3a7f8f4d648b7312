import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { writeFatImage } from '../../../src/media/fat.ts';
import { checkFormat, listFormats, loadFormat, writeFormat, type SystemParts } from '../../../src/media/format.ts';
import { requireTools, tools } from '../../../src/media/tool.ts';
import { cmdline, digestOf, never, output, sample, type Sample } from './system.ts';

const make = async (name: string, changes: Partial<SystemParts> = {}): Promise<Sample & { readonly paths: readonly string[] }> => {
  const made = await sample('x86_64', changes);
  const paths = await writeFormat(await loadFormat(name), made.system, join(made.folder, 'out'), made.context, never);
  return { ...made, paths };
};
const only = ({ paths: [path = ''] }: { readonly paths: readonly string[] }): string => path;
/** The kernel as `mcopy` reads it from a FAT file system. */
const kernelOf = async ({ folder, system }: Sample, image: string): Promise<boolean> => {
  await output('mcopy', '-i', image, '::/kernel', join(folder, 'kernel-again'));
  return (await digestOf(join(folder, 'kernel-again'))) === (await digestOf(system.kernel ?? ''));
};

const made: Readonly<Record<string, readonly string[]>> = {
  'kernel+initrd': ['out-kernel', 'out-initrd.img', 'out-cmdline'],
  tar: ['out.tar'],
  'tar-kernel-initrd': ['out-initrd.tar'],
  'kernel+squashfs': ['out-kernel', 'out-squashfs.img', 'out-cmdline'],
  'kernel+erofs': ['out-kernel', 'out-erofs.img', 'out-cmdline'],
  'iso-bios': ['out.iso'],
  'iso-efi': ['out-efi.iso'],
  'raw-bios': ['out-bios.img'],
  'raw-efi': ['out-efi.img'],
  'qcow2-bios': ['out.qcow2'],
  'qcow2-efi': ['out-efi.qcow2'],
  vhd: ['out.vhd'],
  vmdk: ['out.vmdk'],
};

describe('every format', () => {
  it('is one file of the folder', async () => {
    expect(await listFormats()).toEqual([...Object.keys(made), 'gcp'].sort());
  });

  it.each(Object.entries(made))('%s writes the files that LinuxKit names', async (name, files) => {
    const { paths, system, folder } = await make(name);
    expect(paths.map((path) => basename(path))).toEqual(files);
    expect((await loadFormat(name)).files(join(folder, 'out'), system.arch)).toEqual(paths);
    for (const path of paths) expect((await stat(path)).size).toBeGreaterThan(0);
  });

  it.each(Object.keys(made))('%s has equal bytes for equal input, in another folder too', async (name) => {
    const [a, b] = [await make(name), await make(name)];
    for (const [index, path] of a.paths.entries()) expect(await digestOf(path), basename(path)).toBe(await digestOf(b.paths[index] ?? ''));
  });

  it('is unknown by a wrong name, with the ones there are', async () => {
    await expect(loadFormat('iso-bois')).rejects.toMatchObject({ code: 'UNKNOWN_FORMAT', hint: expect.stringContaining('iso-bios') as string });
  });

  it('names programs, packages and the line that installs them where they are missing', () => {
    expect(() => requireTools('iso-efi', [tools.xorriso, tools.mcopy, tools.mformat], () => undefined)).toThrow(
      expect.objectContaining({ code: 'TOOL_MISSING', message: expect.stringContaining('xorriso, mcopy, mformat') as string, hint: 'sudo apt-get install -y --no-install-recommends xorriso mtools' }) as Error,
    );
  });

  it('for a BIOS exists only where there is one', async () => {
    const archs = await loadArchs();
    const formats = await Promise.all(['iso-bios', 'raw-bios', 'qcow2-bios'].map(loadFormat));
    for (const format of formats) {
      for (const arch of archs) {
        if (arch.name === 'x86_64') expect(() => checkFormat(format, arch)).not.toThrow();
        else expect(() => checkFormat(format, arch)).toThrow(/has a BIOS/);
      }
    }
  });

  it.each(['iso-bios', 'raw-efi', 'kernel+squashfs'])('%s says so when there is no kernel', async (name) => {
    await expect(make(name, { kernel: undefined })).rejects.toMatchObject({ code: 'FORMAT_NEEDS_KERNEL' });
  });

  it('that a boot loader starts refuses a command line of two lines', async () => {
    await expect(make('iso-bios', { cmdline: 'a\nTIMEOUT 1' })).rejects.toMatchObject({ code: 'CMDLINE_UNFIT' });
  });
});

describe('kernel+initrd', () => {
  it('holds the segments one after another, compressed, behind the microcode', async () => {
    const { folder, system, context } = await sample();
    const [first = { path: '', digest: '', bytes: 0 }] = system.segments;
    const ucode = join(folder, 'ucode.cpio');
    await writeFile(ucode, 'microcode');
    const format = await loadFormat('kernel+initrd');
    const [, initrd = '', line = ''] = await format.write({ ...system, segments: [first, first], ucode }, join(folder, 'out'), context, never);
    const whole = await readFile(initrd);
    const archive = await readFile(first.path);
    expect(whole.subarray(0, 'microcode'.length).toString()).toBe('microcode');
    expect(gunzipSync(whole.subarray('microcode'.length)).equals(Buffer.concat([archive, archive]))).toBe(true);
    expect(await readFile(line, 'utf8')).toBe(cmdline);
  });
});

describe('tar', () => {
  it('has the tree, and what boots it below boot/', async () => {
    const path = only(await make('tar'));
    const listing = await output('tar', '--numeric-owner', '-tvf', path);
    expect(listing).toMatch(/^crw-r----- 0\/5 +5,1 .* dev\/console$/m);
    expect(listing).toMatch(/^-rwsr-xr-x 0\/0 .* bin\/su$/m);
    expect(await output('tar', '-xOf', path, 'boot/cmdline')).toBe(cmdline);
    expect(listing).toMatch(/boot\/kernel$/m);
  });
});

describe('tar-kernel-initrd', () => {
  it('has kernel, initrd and command line', async () => {
    expect((await output('tar', '-tf', only(await make('tar-kernel-initrd')))).split('\n')).toEqual(expect.arrayContaining(['kernel', 'initrd.img', 'cmdline']));
  });
});

describe('an ISO image', () => {
  it('of a BIOS has isolinux as its boot image, and the files', async () => {
    const path = only(await make('iso-bios'));
    expect(await output('xorriso', '-indev', path, '-report_el_torito', 'plain')).toMatch(/El Torito boot img .*BIOS .*\n[\s\S]*isolinux\.bin/);
    const files = await output('xorriso', '-indev', path, '-find', '/', '-type', 'f', '-exec', 'lsdl', '--');
    for (const name of ['/kernel', '/initrd.img', '/isolinux/isolinux.cfg', '/isolinux/ldlinux.c32']) expect(files).toContain(`'${name}'`);
    expect(files).toContain('Apr 18  2017');
  });

  it('of UEFI has a FAT file system with systemd-boot as its boot image', async () => {
    const path = only(await make('iso-efi'));
    expect(await output('xorriso', '-indev', path, '-report_el_torito', 'plain')).toMatch(/El Torito boot img .*UEFI/);
    expect(await output('fdisk', '-l', path)).toMatch(/EFI/);
  });
});

describe('a disk image', () => {
  it('of a BIOS has one active partition with the files and the command line', async () => {
    const made = await make('raw-bios');
    const path = only(made);
    expect(await output('fdisk', '-l', path)).toMatch(/\*\s+2048 +\d+ +\d+ .* c W95 FAT32 \(LBA\)/);
    expect(await output('mdir', '-b', '-i', `${path}@@1M`, '::/')).toMatch(/kernel[\s\S]*initrd\.img[\s\S]*syslinux\.cfg/);
    expect(await output('mtype', '-i', `${path}@@1M`, '::/syslinux.cfg')).toContain(`APPEND ${cmdline}\n`);
    expect(await kernelOf(made, `${path}@@1M`)).toBe(true);
  });

  it('of UEFI has an EFI system partition with the loader where firmware looks', async () => {
    const made = await make('raw-efi');
    const path = only(made);
    expect(await output('fdisk', '-l', path)).toMatch(/Disklabel type: gpt[\s\S]*EFI System/);
    expect(await output('sgdisk', '--verify', path)).toMatch(/No problems found/);
    expect(await output('mdir', '-b', '-i', `${path}@@1M`, '::/EFI/BOOT')).toContain('BOOTX64.EFI');
    expect(await output('mtype', '-i', `${path}@@1M`, '::/loader/entries/kit-test.conf')).toBe(`title kit-test\nlinux /kernel\ninitrd /initrd.img\noptions ${cmdline}\n`);
    expect(await kernelOf(made, `${path}@@1M`)).toBe(true);
  });

  it.each([['qcow2-bios', 'qcow2'], ['qcow2-efi', 'qcow2'], ['vhd', 'vpc'], ['vmdk', 'vmdk']])('as %s is a sound %s with the same content as the raw one', async (name, type) => {
    const { folder, paths: [path = ''] } = await make(name);
    expect(JSON.parse(await output('qemu-img', 'info', '--output=json', '-f', type, path))).toMatchObject({ format: type });
    if (type !== 'vpc') await expect(output('qemu-img', 'check', path)).resolves.toMatch(/No errors/);
    const again = join(folder, 'again.raw');
    await output('qemu-img', 'convert', '-f', type, '-O', 'raw', path, again);
    expect(await output('fdisk', '-l', again)).toMatch(/EFI System|W95 FAT32/);
  });

  it('of a kernel that UEFI cannot start is refused', async () => {
    await expect(make('raw-efi', { kernel: '/bin/sh' })).rejects.toMatchObject({ code: 'KERNEL_NOT_EFI' });
  });
});

describe('a boot loader that this machine does not have', () => {
  it('comes from the archive, for the architecture of the guest', async () => {
    const { folder, system, context } = await sample('arm');
    const asked: string[] = [];
    const fetchPackageFile = (...[pkg, arch, path]: Parameters<typeof context.fetchPackageFile>): Promise<string> => {
      asked.push(`${pkg}:${arch}${path}`);
      return Promise.resolve('/bin/true');
    };
    const [path = ''] = await writeFormat(await loadFormat('raw-efi'), system, join(folder, 'out'), { ...context, fetchPackageFile }, never);
    expect(asked).toEqual(['systemd-boot-efi:armhf/usr/lib/systemd/boot/efi/systemd-bootarm.efi']);
    expect(await output('mdir', '-b', '-i', `${path}@@1M`, '::/EFI/BOOT')).toContain('BOOTARM.EFI');
  });
});

describe('a FAT file system', () => {
  it.each([1, 60, 300])('holds a file of %i MiB', async (mebibytes) => {
    const { folder } = await sample();
    const [from, image] = [join(folder, 'large'), join(folder, 'fat.img')];
    await writeFile(from, '');
    await truncate(from, mebibytes * 1024 ** 2);
    await writeFatImage(image, [{ from, to: 'a/b/large' }], never);
    expect(await output('mdir', '-i', image, '::/a/b')).toContain(` ${mebibytes * 1024 ** 2} `);
    expect(await output('fsck.fat', '-n', image)).toMatch(/4 files|3 files|files,/);
  });
});

describe('gcp', () => {
  it('is disk.raw of a whole GiB in a sparse archive', async () => {
    const path = only(await make('gcp'));
    expect(await output('tar', '-tvzf', path)).toMatch(/^-rw-r--r-- 0\/0 +1073741824 2017-04-18 16:30 disk\.raw\n$/);
    expect((await stat(path)).size).toBeLessThan(4 * 1024 ** 2);
  });
});
