// 32-bit ARM (hard float, ARMv7) on QEMU's `virt`. Without highmem=off QEMU puts the PCI window above 4 GiB, where a
// kernel without LPAE (Debian's armmp) finds no PCI device at all; so guests end at 3 GiB of memory.
import type { Arch } from '../model/arch.ts';

export default {
  name: 'arm',
  aliases: ['armhf', 'armv7', 'armv7l', 'armv7hl', 'arm32', 'arm32v7', 'arm/v7'],
  debian: 'armhf',
  multiarch: 'arm-linux-gnueabihf',
  oci: { architecture: 'arm', variant: 'v7' },
  hosts: ['arm'],
  qemu: {
    binary: 'qemu-system-arm',
    package: 'qemu-system-arm',
    machine: { tcg: 'virt,highmem=off' },
    cpu: { tcg: 'cortex-a15', kvm: 'host', hvf: 'host' },
    virtio: 'pci',
    kernelInMemory: true,
    memoryStart: 0x4000_0000,
  },
  firmware: {},
  efi: 'arm',
  cdrom: ['virtio-scsi-pci', 'scsi-cd'],
  console: 'ttyAMA0',
  cmdline: [],
  cmdlineMax: 1023,
  reservedMemory: 160 * 1024 ** 2,
  memoryMax: 3 * 1024 ** 3,
  kernelFormats: ['zimage', 'elf'],
  elfMachine: 40,
  // I of cpsr.
  registers: { pc: 15, flags: 25, interruptBit: 0x80, interruptsWhen: 'clear' },
  // EABI 5, hard float.
  calls: {
    bits: 32,
    flags: 0x0500_0400,
    // clock_settime64.
    numbers: { read: 3, write: 4, close: 6, ioctl: 54, mount: 21, chdir: 12, chroot: 61, clock_settime: 404, openat: 322, mkdirat: 323, symlinkat: 331, sethostname: 74, syslog: 103, reboot: 88, memfd_create: 385, sendfile: 187, fcntl: 55, exit: 1 },
    code:
      '008001e3018040e3007098e5040098e5081098e50c2098e5103098e5144098e5000057e3090000ba000000ef189098e5208088e2000050e3f2ffffaa000059e3' +
      'f0ffff0a0900a0e10170a0e3000000ef04008de500909de504108de2092181e0042082e20b70a0e3000000ef7f00a0e3f4ffffea',
  },
  tcgScale: 4,
} satisfies Arch;
