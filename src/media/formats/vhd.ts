// A disk of fixed size for Azure and Hyper-V, whose size must be a whole number of MiB.
import type { Format } from '../format.ts';
import { tools } from '../tool.ts';
import { convertDisk, diskLoaders, diskTools, fixVhd, usualFirmware, withRawDisk } from '../virtual-disk.ts';

export default {
  name: 'vhd',
  summary: 'a VHD disk image for Azure and Hyper-V',
  files: (base) => [`${base}.vhd`],
  tools: [...new Set([...diskTools('bios'), ...diskTools('uefi'), tools.qemuImg])],
  loaders: (arch) => diskLoaders(usualFirmware(arch), arch),
  async write(system, base, context, signal) {
    const path = `${base}.vhd`;
    await withRawDisk(usualFirmware(system.arch), system, context, signal, (raw) => convertDisk(raw, path, ['-O', 'vpc', '-o', 'subformat=fixed,force_size=on'], signal));
    await fixVhd(path);
    return [path];
  },
} satisfies Format;
