// A disk for UEFI, byte for byte.
import type { Format } from '../format.ts';
import { diskLoaders, diskTools, writeDisk } from '../virtual-disk.ts';

export default {
  name: 'raw-efi',
  summary: 'a raw disk image that UEFI boots',
  files: (base) => [`${base}-efi.img`],
  tools: diskTools('uefi'),
  loaders: (arch) => diskLoaders('uefi', arch),
  async write(system, base, context, signal) {
    await writeDisk('uefi')(system, `${base}-efi.img`, context, signal);
    return [`${base}-efi.img`];
  },
} satisfies Format;
