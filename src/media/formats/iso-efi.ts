// A CD (or USB stick) for UEFI.
import type { Format } from '../format.ts';
import { efiIsoTools, writeEfiIso } from '../iso.ts';
import { systemdBoot } from '../loader.ts';

export default {
  name: 'iso-efi',
  summary: 'an ISO image that UEFI boots',
  files: (base) => [`${base}-efi.iso`],
  tools: efiIsoTools,
  loaders: (arch) => [systemdBoot(arch)],
  async write(system, base, context, signal) {
    await writeEfiIso(system, `${base}-efi.iso`, context, signal);
    return [`${base}-efi.iso`];
  },
} satisfies Format;
