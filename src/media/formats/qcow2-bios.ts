// A disk for a BIOS in QEMU's own format.
import type { Format } from '../format.ts';
import { tools } from '../tool.ts';
import { noBios } from '../unfit.ts';
import { convertDisk, diskLoaders, diskTools, withRawDisk } from '../virtual-disk.ts';

export default {
  name: 'qcow2-bios',
  summary: 'a qcow2 disk image that a BIOS boots',
  files: (base) => [`${base}.qcow2`],
  tools: [...diskTools('bios'), tools.qemuImg],
  loaders: (arch) => diskLoaders('bios', arch),
  unfit: noBios,
  async write(system, base, context, signal) {
    const path = `${base}.qcow2`;
    await withRawDisk('bios', system, context, signal, (raw) => convertDisk(raw, path, ['-O', 'qcow2'], signal));
    return [path];
  },
} satisfies Format;
