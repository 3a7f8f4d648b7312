// aarch64 on QEMU's `virt` with GICv3, as version 2 ends at 8 CPUs. Never `-cpu max` under TCG: emulating its
// pointer authentication makes a boot three times as long (5.1 s against 1.7 s with cortex-a72).
import type { Arch } from '../model/arch.ts';

export default {
  name: 'aarch64',
  aliases: ['arm64', 'arm64v8', 'armv8', 'armv8l'],
  debian: 'arm64',
  multiarch: 'aarch64-linux-gnu',
  oci: { architecture: 'arm64' },
  hosts: ['arm64'],
  qemu: {
    binary: 'qemu-system-aarch64',
    package: 'qemu-system-arm',
    machine: { tcg: 'virt,gic-version=3', kvm: 'virt,gic-version=host', hvf: 'virt' },
    cpu: { tcg: 'cortex-a72', kvm: 'host', hvf: 'host' },
    virtio: 'pci',
    kernelInMemory: true,
  },
  firmware: {
    // 5 s under TCG to the kernel's first line.
    uefi: {
      startMs: 30_000,
      package: 'qemu-efi-aarch64',
      images: [
        { code: '/usr/share/AAVMF/AAVMF_CODE.fd', vars: '/usr/share/AAVMF/AAVMF_VARS.fd' },
        { code: '/usr/share/AAVMF/AAVMF_CODE.no-secboot.fd', vars: '/usr/share/AAVMF/AAVMF_VARS.fd' },
        { code: '/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw', vars: '/usr/share/edk2/aarch64/vars-template-pflash.raw' },
        { code: '/usr/share/edk2/aarch64/QEMU_CODE.fd', vars: '/usr/share/edk2/aarch64/QEMU_VARS.fd' },
        { code: '/usr/share/qemu/aavmf-aarch64-code.bin', vars: '/usr/share/qemu/aavmf-aarch64-vars.bin' },
        { code: '/usr/share/qemu/edk2-aarch64-code.fd', vars: '/usr/share/qemu/edk2-arm-vars.fd' },
        { code: '/opt/homebrew/share/qemu/edk2-aarch64-code.fd', vars: '/opt/homebrew/share/qemu/edk2-arm-vars.fd' },
        { code: '/usr/local/share/qemu/edk2-aarch64-code.fd', vars: '/usr/local/share/qemu/edk2-arm-vars.fd' },
      ],
    },
  },
  efi: 'aa64',
  // The board has no IDE.
  cdrom: ['virtio-scsi-pci', 'scsi-cd'],
  console: 'ttyAMA0',
  cmdline: [],
  cmdlineMax: 2047,
  reservedMemory: 112 * 1024 ** 2,
  kernelFormats: ['arm64-image', 'elf'],
  elfMachine: 183,
  // I of pstate, which the gdbstub calls cpsr.
  registers: { pc: 32, flags: 33, interruptBit: 0x80, interruptsWhen: 'clear' },
  calls: {
    bits: 64,
    numbers: { read: 63, write: 64, close: 57, ioctl: 29, mount: 40, chdir: 49, chroot: 51, clock_settime: 112, openat: 56, mkdirat: 34, symlinkat: 36, sethostname: 161, syslog: 116, reboot: 142, memfd_create: 279, sendfile: 71, fcntl: 25, exit: 93 },
    code:
      '130082d23300a0f2680240a9610a41a9631242a92801f8b7010000d4691a40f97302019120ffffb609ffffb4e00309aaa80b80d2010000d4e00700f9e90340f9' +
      'e1230091220c098b42200091a81b80d2010000d4e00f80d2f6ffff17',
  },
  tcgScale: 3,
} satisfies Arch;
