// kernel, initrd.img, cmdline and ucode.cpio in one tar archive: what LinuxKit hands to makers of other images.
import { join } from 'node:path';
import { createTree, put } from '../../archive/rootfs.ts';
import { writeTar } from '../../archive/tar.ts';
import type { Format } from '../format.ts';
import { writeInitrd } from '../initrd.ts';
import { inScratch } from '../scratch.ts';
import { hostFile, textEntry, writeChunks } from '../tree-file.ts';

export default {
  name: 'tar-kernel-initrd',
  summary: 'kernel, initrd and command line in one archive',
  files: (base) => [`${base}-initrd.tar`],
  tools: [],
  async write(system, base, context, signal) {
    const path = `${base}-initrd.tar`;
    await inScratch(context, async (folder) => {
      const initrd = join(folder, 'initrd.img');
      const tree = createTree();
      if (system.kernel !== undefined) put(tree, 'kernel', await hostFile(system.kernel));
      // Microcode is an entry of its own here.
      if (await writeInitrd({ segments: system.segments }, initrd, context, signal)) put(tree, 'initrd.img', await hostFile(initrd));
      if (system.cmdline !== '') put(tree, 'cmdline', textEntry(system.cmdline));
      if (system.ucode !== undefined) put(tree, 'ucode.cpio', await hostFile(system.ucode));
      await using slices = context.slices(signal);
      await writeChunks(path, writeTar(tree, slices.read), signal);
    });
    return [path];
  },
} satisfies Format;
