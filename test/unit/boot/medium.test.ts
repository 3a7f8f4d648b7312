import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { findFirmware, withFirmware } from '../../../src/boot/firmware.ts';
import { planBoot } from '../../../src/boot/plan.ts';
import type { Arch } from '../../../src/model/arch.ts';
import { bootMedia } from '../../../src/model/case.ts';
import { firmwareOf, unbootable } from '../../../src/model/medium.ts';
import { bootRequest } from './request.ts';

const archs = await loadArchs();
const archOf = (name: string): Arch => archs.find((each) => each.name === name) ?? expect.fail(`no ${name}`);
const [x86, aarch64, arm] = ['x86_64', 'aarch64', 'arm'].map(archOf) as [Arch, Arch, Arch];
const firmware = { code: '/fw/code.fd', vars: '/fw/vars.fd' };

describe('a boot from a medium', () => {
  it.each([
    [x86, 'iso-bios', undefined, '-drive if=none,id=medium,format=raw,media=cdrom,readonly=on,file=/m -device ide-cd,drive=medium,bootindex=0'],
    [x86, 'qcow2-bios', undefined, '-drive if=none,id=medium,format=qcow2,snapshot=on,file=/m -device virtio-blk-pci,drive=medium,bootindex=0'],
    [aarch64, 'iso-efi', firmware, '-drive if=none,id=medium,format=raw,media=cdrom,readonly=on,file=/m -device virtio-scsi-pci -device scsi-cd,drive=medium,bootindex=0'],
    [aarch64, 'raw-efi', firmware, '-drive if=none,id=medium,format=raw,snapshot=on,file=/m -device virtio-blk-pci,drive=medium,bootindex=0'],
  ] as const)('on %o is the first thing firmware looks at (%s)', (arch, name, images, argv) => {
    expect(planBoot(bootRequest(arch, { medium: { name, path: '/m', firmware: images } })).argv.join(' ')).toContain(argv);
  });

  it('has neither kernel nor command line from QEMU, and the same command line as without a medium', () => {
    const plan = planBoot(bootRequest(x86, { medium: { name: 'raw-bios', path: '/m' } }));
    expect(plan.argv).not.toEqual(expect.arrayContaining(['-append']));
    expect(plan.argv).not.toEqual(expect.arrayContaining(['-kernel']));
    expect(plan.cmdline).toBe(planBoot(bootRequest(x86)).cmdline);
  });

  it('never writes to a file', () => {
    for (const name of bootMedia.filter((each) => firmwareOf(each) !== undefined)) {
      const { argv } = planBoot(bootRequest(x86, { medium: { name, path: '/m', firmware } }));
      const drives = argv.filter((_, index) => argv[index - 1] === '-drive');
      expect(drives).toHaveLength(3);
      for (const each of drives) expect(each).toMatch(/readonly=on|snapshot=on/);
    }
  });

  it('doubles the commas of its path', () => {
    expect(planBoot(bootRequest(x86, { medium: { name: 'raw-bios', path: '/a,b' } })).argv.join(' ')).toContain('file=/a,,b');
  });
});

describe('media of an architecture', () => {
  it('need firmware that it has', () => {
    expect(bootMedia.filter((medium) => unbootable(medium, x86) === undefined)).toEqual(bootMedia);
    expect(bootMedia.filter((medium) => unbootable(medium, aarch64) === undefined)).toEqual(['kernel+initrd', 'iso-efi', 'raw-efi', 'qcow2-efi']);
    expect(bootMedia.filter((medium) => unbootable(medium, arm) === undefined)).toEqual(['kernel+initrd']);
  });
});

describe('findFirmware', () => {
  it('wants none for kernel+initrd, and none but its own of QEMU for a BIOS', async () => {
    expect(await findFirmware(aarch64, 'kernel+initrd')).toBeUndefined();
    expect(await findFirmware(x86, 'iso-bios')).toBeUndefined();
  });

  it('takes the first pair that is whole', async () => {
    const uefi = { startMs: 1, images: [{ code: '/nowhere', vars: '/bin/sh' }, { code: '/bin/sh', vars: '/bin/ls' }] };
    expect(await findFirmware({ ...aarch64, firmware: { uefi } }, 'raw-efi')).toEqual({ code: '/bin/sh', vars: '/bin/ls' });
  });

  it('names the package where there is none', async () => {
    const uefi = { startMs: 1, package: 'qemu-efi-aarch64', images: [{ code: '/nowhere', vars: '/nowhere' }] };
    await expect(findFirmware({ ...aarch64, firmware: { uefi } }, 'raw-efi')).rejects.toMatchObject({ code: 'FIRMWARE_NOT_FOUND', hint: expect.stringContaining('qemu-efi-aarch64') as string });
  });
});

describe('limits of a boot', () => {
  const limits = { bootMs: 1000, silenceMs: 2000, totalMs: 3000 };

  it('are longer by what firmware takes', () => {
    const startMs = aarch64.firmware.uefi?.startMs ?? 0;
    expect(withFirmware(limits, aarch64, 'iso-efi', 3)).toEqual({ bootMs: 1000 + 3 * startMs, silenceMs: 2000, totalMs: 3000 + 3 * startMs });
  });

  it('are what they were without firmware', () => {
    expect(withFirmware(limits, aarch64, 'kernel+initrd', 3)).toEqual(limits);
  });
});
