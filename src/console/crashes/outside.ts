// What fails before the kernel runs or beside it: firmware without a kernel, in-guest test drivers that announce their own failure.
import type { CrashFamily } from './rule.ts';

const firmware = (trigger: string, header: RegExp, title: string): CrashFamily => ({ trigger, rules: [{ header, title, type: 'BOOT' }] });

export const outsideFamilies: readonly CrashFamily[] = [
  firmware('No bootable device', /^No bootable device/, 'firmware: no bootable device'),
  firmware('Boot failed: ', /^Boot failed: not a bootable disk/, 'firmware: no bootable device'),
  firmware('BdsDxe: ', /^BdsDxe: (?:No bootable option|failed to (?:load|start))/, 'firmware: no bootable device'),
  firmware('grub rescue>', /^grub rescue>/, 'boot loader: rescue prompt'),
  firmware('Linux Image magic', /^Bad Linux \S+ Image magic/, 'boot loader: wrong image format'),
  firmware('-- System halted', /^ ?-- System halted/, 'boot: kernel could not be unpacked'),
  { trigger: 'SYZFAIL: ', rules: [{ header: /^SYZFAIL: (.*)/, title: 'SYZFAIL: $1', type: 'SYZ_FAILURE' }] },
  { trigger: 'ASSERT FAILED', rules: [{ header: /^trusty: .*(ASSERT FAILED)/, title: 'trusty: ASSERT FAILED:', type: 'DoS' }] },
];
