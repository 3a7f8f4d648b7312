// Kernel, command line and the root file system as a read-only erofs image, for a kernel that has erofs and the disk's
// driver built in: it is mounted by `root=`, without an initrd.
import { copyFile, writeFile } from 'node:fs/promises';
import { requireKernel, type Format } from '../format.ts';
import { writeErofs } from '../erofs.ts';

export default {
  name: 'kernel+erofs',
  summary: 'kernel, command line and the root file system as erofs',
  files: (base) => [`${base}-kernel`, `${base}-erofs.img`, `${base}-cmdline`],
  tools: [],
  fromTree: true,
  async write(system, base, context, signal) {
    const [kernel, image, cmdline] = [`${base}-kernel`, `${base}-erofs.img`, `${base}-cmdline`];
    await copyFile(requireKernel(system, 'kernel+erofs'), kernel);
    await writeErofs(await system.tree(signal), image, context, signal);
    await writeFile(cmdline, system.cmdline);
    return [kernel, image, cmdline];
  },
} satisfies Format;
