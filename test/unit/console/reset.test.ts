import { describe, expect, it } from 'vitest';
import { crashesOf } from './read.ts';

const boot = (micros: number): string => `[    0.000000] Linux version 6.1.0\n[    0.000000] Command line: x\n[    0.${100_000 + micros}] ACPI: x\n[    1.000000] y\n`;
const seabios = 'SeaBIOS (version 1.16)\nBooting from ROM..\n';

describe('a machine that was reset', () => {
  it.each([
    ['a second kernel banner', boot(1) + boot(2) + boot(3), 5],
    ['a second banner at the very end', `${boot(1)}[    0.000000] Linux version 6.1.0\n`, 5],
    ['a second banner of a kernel that prints no times', 'Linux version 6.1.0\nx\nLinux version 6.1.0\nx\n', 3],
    ['firmware after a kernel', seabios + boot(1) + seabios + boot(2), 7],
    ['firmware after the end of a kernel', `[    9.000000] x\n${seabios}${boot(1)}`, 2],
    ['firmware after something else', `executing program\n${seabios}${boot(1)}`, 2],
    ['the decompressor after a kernel', `${boot(1)}Booting the kernel.\n`, 5],
  ])('is known by %s', (_, text, line) => {
    expect(crashesOf(text)).toMatchObject([{ title: 'unexpected kernel reboot', type: 'REBOOT', line }]);
  });

  it.each([
    ['one boot', seabios + boot(1)],
    ['the decompressor before the kernel', `Decompressing Linux... Parsing ELF... done.\nBooting the kernel.\n${boot(1)}`],
    ['dmesg that repeats the boot', `${boot(1)}# dmesg\n${boot(1)}`],
    ['a program that prints /proc/version', `${seabios}${boot(1)}Linux version 6.1.0\nx\n`],
  ])('is not seen in %s', (_, text) => {
    expect(crashesOf(text)).toEqual([]);
  });
});
