// Kernel, command line and the root file system as a read-only squashfs image, for a kernel that has squashfs and the disk's
// driver built in: it is mounted by `root=`, without an initrd.
import { copyFile, writeFile } from 'node:fs/promises';
import { requireKernel, type Format } from '../format.ts';
import { squashfsTools, writeSquashfs } from '../squashfs.ts';

export default {
  name: 'kernel+squashfs',
  summary: 'kernel, command line and the root file system as squashfs',
  files: (base) => [`${base}-kernel`, `${base}-squashfs.img`, `${base}-cmdline`],
  tools: squashfsTools,
  fromTree: true,
  async write(system, base, context, signal) {
    const [kernel, image, cmdline] = [`${base}-kernel`, `${base}-squashfs.img`, `${base}-cmdline`];
    await copyFile(requireKernel(system, 'kernel+squashfs'), kernel);
    await writeSquashfs(await system.tree(signal), image, context, signal);
    await writeFile(cmdline, system.cmdline);
    return [kernel, image, cmdline];
  },
} satisfies Format;
