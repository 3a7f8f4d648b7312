// A disk for a BIOS, byte for byte.
import type { Format } from '../format.ts';
import { noBios } from '../unfit.ts';
import { diskLoaders, diskTools, writeDisk } from '../virtual-disk.ts';

export default {
  name: 'raw-bios',
  summary: 'a raw disk image that a BIOS boots',
  files: (base) => [`${base}-bios.img`],
  tools: diskTools('bios'),
  loaders: (arch) => diskLoaders('bios', arch),
  unfit: noBios,
  async write(system, base, context, signal) {
    await writeDisk('bios')(system, `${base}-bios.img`, context, signal);
    return [`${base}-bios.img`];
  },
} satisfies Format;
