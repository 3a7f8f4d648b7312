// x86_64 on QEMU's `pc`. microvm boots 0.3 s sooner but hangs now and then under TCG, q35 is not faster.
// `-cpu max` costs no time here and gives what newer user spaces ask for (x86-64-v2, RDRAND for early randomness).
import type { Arch } from '../model/arch.ts';

export default {
  name: 'x86_64',
  aliases: ['amd64', 'x86-64', 'x64'],
  debian: 'amd64',
  multiarch: 'x86_64-linux-gnu',
  oci: { architecture: 'amd64' },
  hosts: ['x64'],
  qemu: {
    binary: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    machine: { tcg: 'pc' },
    cpu: { tcg: 'max', kvm: 'host', hvf: 'host' },
    // Before it was written anew in 8.0, CMPXCHG16B lost the flags when an interrupt came: every fifth boot of a 6.12
    // kernel, whose allocator lives on that instruction, ended in a double fault; none of 24 without it.
    tcgQuirk: { before: '8.0', cpu: 'max,-cx16' },
    virtio: 'pci',
  },
  firmware: {
    // SeaBIOS: part of QEMU. Under TCG it has read an ISO of 13 MB after half a second.
    bios: { startMs: 10_000, images: [] },
    // 3 s under TCG to the kernel's first line.
    uefi: {
      startMs: 20_000,
      package: 'ovmf',
      images: [
        { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', vars: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
        { code: '/usr/share/OVMF/OVMF_CODE.fd', vars: '/usr/share/OVMF/OVMF_VARS.fd' },
        { code: '/usr/share/edk2/x64/OVMF_CODE.4m.fd', vars: '/usr/share/edk2/x64/OVMF_VARS.4m.fd' },
        { code: '/usr/share/edk2-ovmf/x64/OVMF_CODE.fd', vars: '/usr/share/edk2-ovmf/x64/OVMF_VARS.fd' },
        { code: '/usr/share/edk2/ovmf/OVMF_CODE.fd', vars: '/usr/share/edk2/ovmf/OVMF_VARS.fd' },
        { code: '/usr/share/qemu/ovmf-x86_64-code.bin', vars: '/usr/share/qemu/ovmf-x86_64-vars.bin' },
        { code: '/usr/share/qemu/edk2-x86_64-code.fd', vars: '/usr/share/qemu/edk2-i386-vars.fd' },
        { code: '/opt/homebrew/share/qemu/edk2-x86_64-code.fd', vars: '/opt/homebrew/share/qemu/edk2-i386-vars.fd' },
        { code: '/usr/local/share/qemu/edk2-x86_64-code.fd', vars: '/usr/local/share/qemu/edk2-i386-vars.fd' },
      ],
    },
  },
  efi: 'x64',
  cdrom: ['ide-cd'],
  console: 'ttyS0',
  // The kernel's check of the timer interrupt counts host time: on a busy host it panics ("IO-APIC + timer doesn't work").
  cmdline: ['no_timer_check'],
  cmdlineMax: 2047,
  reservedMemory: 64 * 1024 ** 2,
  kernelFormats: ['bzimage', 'elf'],
  elfMachine: 62,
  // rip, and IF of eflags.
  registers: { pc: 16, flags: 17, interruptBit: 0x200, interruptsWhen: 'set' },
  thaw: {
    bits: 64,
    code:
      '4883ec4031c031ff4889e66a385a0f0531ff4889e6b8e30000000f0589c36a015fbe03520840488d5424106a10580f0509c3be075200006a10580f0589df6a3c' +
      '580f05',
  },
  tcgScale: 3,
} satisfies Arch;
