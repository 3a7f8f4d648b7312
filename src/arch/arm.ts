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
  thaw: {
    bits: 32,
    flags: 0x0500_0400,
    code:
      '40d04de20000a0e30d10a0e13820a0e30370a0e3000000ef0000a0e30d10a0e1947100e3000000ef0040a0e10100a0e3031205e3081044e310208de23670a0e3' +
      '000000ef004084e10100a0e3071205e3000000ef0400a0e10170a0e3000000ef',
  },
  tcgScale: 4,
} satisfies Arch;
