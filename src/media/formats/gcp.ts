// A disk for Google Compute Engine: disk.raw, a whole number of GiB, in a gzipped tar archive of GNU's old format.
import { dirname } from 'node:path';
import type { Format } from '../format.ts';
import { runTool, sourceDate, tools } from '../tool.ts';
import { diskLoaders, diskTools, usualFirmware, withRawDisk } from '../virtual-disk.ts';

export default {
  name: 'gcp',
  summary: 'a disk image for Google Compute Engine',
  files: (base) => [`${base}.img.tar.gz`],
  tools: [...new Set([...diskTools('bios'), ...diskTools('uefi'), tools.tar, tools.gzip])],
  loaders: (arch) => diskLoaders(usualFirmware(arch), arch),
  async write(system, base, context, signal) {
    const path = `${base}.img.tar.gz`;
    await withRawDisk(usualFirmware(system.arch), system, context, signal, async (raw) => {
      // Sparse, for most of a gigabyte is nothing; -n: no name and no time in the gzip header.
      const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mode=0644', `--mtime=@${sourceDate}`];
      await runTool(tools.tar, ['--format=oldgnu', '--sparse', ...owner, '--use-compress-program=gzip -n', '-C', dirname(raw), '-cf', path, 'disk.raw'], { signal });
    }, { multipleOf: 1024 ** 3 });
    return [path];
  },
} satisfies Format;
