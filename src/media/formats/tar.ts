// The root file system as a tar archive, with kernel, command line and microcode below boot/ as LinuxKit puts them.
import { put } from '../../archive/rootfs.ts';
import { writeTar } from '../../archive/tar.ts';
import type { Format } from '../format.ts';
import { hostFile, textEntry, writeChunks } from '../tree-file.ts';

export default {
  name: 'tar',
  summary: 'the root file system, with boot/kernel and boot/cmdline',
  files: (base) => [`${base}.tar`],
  tools: [],
  fromTree: true,
  async write(system, base, context, signal) {
    const tree = await system.tree(signal);
    if (system.kernel !== undefined) put(tree, 'boot/kernel', await hostFile(system.kernel));
    if (system.cmdline !== '') put(tree, 'boot/cmdline', textEntry(system.cmdline));
    if (system.ucode !== undefined) put(tree, 'boot/ucode.cpio', await hostFile(system.ucode));
    await using slices = context.slices(signal);
    await writeChunks(`${base}.tar`, writeTar(tree, slices.read), signal);
    return [`${base}.tar`];
  },
} satisfies Format;
