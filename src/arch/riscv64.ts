// riscv64 on QEMU's `virt`; OpenSBI, which starts the kernel, is part of QEMU. Debian has the port since trixie, so there is
// no kernel before 6.12. `-cpu rv64` has every extension that its kernels and programs ask for; `max` came with QEMU 8.2.
import type { Arch } from '../model/arch.ts';

export default {
  name: 'riscv64',
  aliases: ['riscv', 'rv64', 'rv64gc'],
  debian: 'riscv64',
  multiarch: 'riscv64-linux-gnu',
  oci: { architecture: 'riscv64' },
  hosts: ['riscv64'],
  qemu: {
    binary: 'qemu-system-riscv64',
    // A name that qemu-system-misc has until Debian 12, and qemu-system-riscv since.
    package: 'qemu-system-riscv64',
    machine: { tcg: 'virt' },
    cpu: { tcg: 'rv64', kvm: 'host', hvf: 'host' },
    virtio: 'pci',
    kernelInMemory: true,
  },
  // Debian 12 has no UEFI for this board; with what later ones have nobody has tried it.
  firmware: {},
  efi: 'riscv64',
  cdrom: ['virtio-scsi-pci', 'scsi-cd'],
  console: 'ttyS0',
  cmdline: [],
  cmdlineMax: 1023,
  reservedMemory: 112 * 1024 ** 2,
  kernelFormats: ['riscv-image', 'elf'],
  elfMachine: 243,
  // SIE of sstatus; CSRs are numbered behind registers of which each version of QEMU has more.
  registers: { pc: 32, flags: 'sstatus', interruptBit: 0x2, interruptsWhen: 'set', cutBacktrace: true },
  calls: {
    bits: 64,
    numbers: { read: 63, write: 64, close: 57, ioctl: 29, mount: 40, chdir: 49, chroot: 51, clock_settime: 112, openat: 56, mkdirat: 34, symlinkat: 36, sethostname: 161, syslog: 116, reboot: 142, memfd_create: 279, sendfile: 71, fcntl: 25, exit: 93 },
    code:
      '3714010083380400033584008335040103368401833604020337840263c20802730000008332040313040404e35c05fce38a02fc138502009308d00573000000' +
      '2334a10083320100930581009392320033865500130686009308d00d730000001305f0076ff05ffd',
  },
  tcgScale: 4,
} satisfies Arch;
