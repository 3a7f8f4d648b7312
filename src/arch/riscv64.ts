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
  thaw: {
    bits: 64,
    code:
      '130101fc1305000093050100130680039308f00373000000130500009305010093080007730000001304050013051000b755084093853520130601019308d001' +
      '730000003364a40013051000b75500009385752073000000130504009308d00573000000',
  },
  tcgScale: 4,
} satisfies Arch;
