// A disk for UEFI in QEMU's own format.
import type { Format } from '../format.ts';
import { tools } from '../tool.ts';
import { convertDisk, diskLoaders, diskTools, withRawDisk } from '../virtual-disk.ts';

export default {
  name: 'qcow2-efi',
  summary: 'a qcow2 disk image that UEFI boots',
  files: (base) => [`${base}-efi.qcow2`],
  tools: [...diskTools('uefi'), tools.qemuImg],
  loaders: (arch) => diskLoaders('uefi', arch),
  async write(system, base, context, signal) {
    const path = `${base}-efi.qcow2`;
    await withRawDisk('uefi', system, context, signal, (raw) => convertDisk(raw, path, ['-O', 'qcow2'], signal));
    return [path];
  },
} satisfies Format;
