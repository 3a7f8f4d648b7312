// Kernel, initrd and command line as three files: what QEMU's -kernel, network boot and most monitors take.
import { copyFile, writeFile } from 'node:fs/promises';
import type { Format } from '../format.ts';
import { writeInitrd } from '../initrd.ts';

const names = (base: string) => ({ kernel: `${base}-kernel`, initrd: `${base}-initrd.img`, cmdline: `${base}-cmdline` });

export default {
  name: 'kernel+initrd',
  summary: 'kernel, initrd and command line as files',
  files: (base) => Object.values(names(base)),
  tools: [],
  async write(system, base, context, signal) {
    const { kernel, initrd, cmdline } = names(base);
    const written: string[] = [];
    if (system.kernel !== undefined) {
      await copyFile(system.kernel, kernel);
      written.push(kernel);
    }
    if (await writeInitrd(system, initrd, context, signal, { again: true })) written.push(initrd);
    if (system.cmdline !== '') {
      await writeFile(cmdline, system.cmdline);
      written.push(cmdline);
    }
    return written;
  },
} satisfies Format;
