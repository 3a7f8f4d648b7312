// What fails before the kernel runs or beside it: firmware without a kernel, a broken initrd, the machine itself,
// test drivers in the guest that announce their own failure.
import type { CrashFamily, CrashRule } from './rule.ts';

const says = (trigger: string, header: RegExp, title: string, more?: Partial<CrashRule>): CrashFamily => ({ trigger, rules: [{ header, title, stackless: true, ...more }] });

export const outsideFamilies: readonly CrashFamily[] = [
  says('No bootable device', /^No bootable device/, 'firmware: no bootable device'),
  says('Boot failed: ', /^Boot failed: not a bootable disk/, 'firmware: no bootable device'),
  says('BdsDxe: ', /^BdsDxe: (?:No bootable option|failed to (?:load|start))/, 'firmware: no bootable device'),
  says('grub rescue>', /^grub rescue>/, 'boot loader: rescue prompt'),
  says('Bad Linux ', /^Bad Linux \S+ Image magic/, 'boot loader: wrong image format'),
  says('Wrong Image Format', /^Wrong Image Format/, 'boot loader: wrong image format'),
  says('-- System halted', /^ ?-- System halted/, 'boot: kernel could not be unpacked'),
  // init/initramfs.c: it goes on with what was unpacked so far, mostly to a panic that says less.
  says('Initramfs unpacking failed: ', /^Initramfs unpacking failed: (.*)/, 'initrd: $1'),
  says('RAMDISK: incomplete write', /RAMDISK: incomplete write/, 'initrd: incomplete write'),
  says('RAMDISK: ', /RAMDISK: (?:image too big|could not determine device size)/, 'initrd: does not fit the ramdisk'),
  // QEMU's own words, where they share the console's file. A KVM error leaves it alive and silent.
  says('KVM internal error. Suberror: ', /^KVM internal error\. Suberror: /, 'KVM: internal error'),
  says('KVM: entry failed, hardware error ', /^KVM: entry failed, hardware error/, 'KVM: entry failed'),
  says('qemu: fatal: ', /^qemu: fatal: (.*)/, 'QEMU: $1'),
  { trigger: 'SYZF', rules: [{ header: /SYZFAIL:(.*)/, title: 'SYZFAIL:$1', stackless: true }, { header: /SYZFATAL:(.*)/, title: 'SYZFATAL:$1', stackless: true }] },
  {
    trigger: 'ASSERT FAILED',
    rules: [
      { header: /trusty: panic \(.*?\):(?: DEBUG)? ASSERT FAILED at \(.*?\): (.+)/, title: 'trusty: ASSERT FAILED: $1', stackless: true },
      // The kernel printed into the line.
      { header: /trusty: .*ASSERT FAILED.*: *(.*)/, title: 'trusty: ASSERT FAILED: $1', corrupted: true },
    ],
  },
];
