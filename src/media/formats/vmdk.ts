// A disk for VMware and VirtualBox, compressed as it is handed on.
import type { Format } from '../format.ts';
import { tools } from '../tool.ts';
import { convertDisk, diskLoaders, diskTools, fixVmdk, usualFirmware, withRawDisk } from '../virtual-disk.ts';

export default {
  name: 'vmdk',
  summary: 'a VMDK disk image for VMware and VirtualBox',
  files: (base) => [`${base}.vmdk`],
  tools: [...new Set([...diskTools('bios'), ...diskTools('uefi'), tools.qemuImg])],
  loaders: (arch) => diskLoaders(usualFirmware(arch), arch),
  async write(system, base, context, signal) {
    const path = `${base}.vmdk`;
    await withRawDisk(usualFirmware(system.arch), system, context, signal, (raw) => convertDisk(raw, path, ['-O', 'vmdk', '-o', 'subformat=streamOptimized,adapter_type=lsilogic'], signal));
    await fixVmdk(path);
    return [path];
  },
} satisfies Format;
