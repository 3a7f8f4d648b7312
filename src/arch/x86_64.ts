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
    // Without ERMS and FSRM the kernel copies words instead of bytes. TCG stores them one by one, each of them slowly where
    // code was translated before: 1.2 s for the copy of itself that runc makes for every container, 0.1 s with words.
    cpu: { tcg: 'max,-erms,-fsrm', kvm: 'host', hvf: 'host' },
    // Before it was written anew in 8.0, CMPXCHG16B lost the flags when an interrupt came: every fifth boot of a 6.12
    // kernel, whose allocator lives on that instruction, ended in a double fault; none of 24 without it.
    tcgQuirk: { before: '8.0', without: 'cx16' },
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
  calls: {
    bits: 64,
    numbers: { read: 0, write: 1, close: 3, ioctl: 16, mount: 165, chdir: 80, chroot: 161, clock_settime: 227, openat: 257, mkdirat: 258, symlinkat: 266, sethostname: 170, syslog: 103, reboot: 169, memfd_create: 319, sendfile: 40, fcntl: 72, exit: 60 },
    code:
      'bb00100100488b034885c0782f488b7b08488b7310488b53184c8b53204c8b43280f05488b7b304883c3404885c079d54885ff74d0b83c0000000f05488b7b08' +
      '48897c2408488d742408488b0424488d54c410b83b0000000f05bf7f000000ebd4',
  },
  tcgScale: 3,
} satisfies Arch;
