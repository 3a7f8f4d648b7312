// Kernel files as their headers describe them, just large enough to be recognised.
import { gzipSync } from 'node:zlib';

/** arch/arm64/kernel/head.S, with the version line somewhere after it. */
export function arm64Image(release = '6.12.9-test'): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write('MZ', 0, 'latin1');
  bytes.write('ARM\x64', 56, 'latin1');
  bytes.write(`Linux version %s (not this one)\0Linux version ${release} (me@here) #1\0`, 2048, 'latin1');
  return bytes;
}

/** Documentation/arch/riscv/boot-image-header.rst, with the version line somewhere after it. */
export function riscvImage(release = '6.12.9-test'): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write('MZ', 0, 'latin1');
  bytes.write('RISCV', 48, 'latin1');
  bytes.write('RSC\x05', 56, 'latin1');
  bytes.write(`Linux version ${release} (me@here) #1\0`, 2048, 'latin1');
  return bytes;
}

/** Documentation/arch/x86/boot.rst. */
export function bzImage(release = '6.1.0-50-cloud-amd64', xloadflags = 1): Buffer {
  const bytes = Buffer.alloc(8192);
  bytes.writeUInt16LE(0xaa55, 0x1fe);
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(0x020f, 0x206);
  bytes.writeUInt16LE(0x1000, 0x20e);
  bytes.writeUInt16LE(xloadflags, 0x236);
  bytes.write(`${release} (builder@debian) #1 SMP\0`, 0x1200, 'latin1');
  return bytes;
}

/** arch/arm/boot/compressed/head.S. */
export function zImage(): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.writeUInt32LE(0x016f2818, 0x24);
  return bytes;
}

/** With a kernel in it, and the table that tells of it: arch/arm/boot/compressed/vmlinux.lds.S. */
export function packedZImage(kernel: Buffer, packed: Buffer, { textOffset = 0x208000, program = Buffer.alloc(0) } = {}): Buffer {
  const head = zImage();
  const sized = Buffer.concat([head, program, packed]);
  // gzip's own last word is the size; behind the others it is written.
  const sizeAt = packed[0] === 0x1f ? sized.length - 4 : sized.length;
  const words = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const bytes = Buffer.concat([sized, ...(packed[0] === 0x1f ? [] : [words(kernel.length)]), words(6, 0x5a534c4b, sizeAt, 0x1000, textOffset, 0x10000, 0)]);
  bytes.writeUInt32LE(0x04030201, 0x30);
  bytes.writeUInt32LE(0x45454545, 0x34);
  bytes.writeUInt32LE(bytes.length - 28, 0x38);
  return bytes;
}

export function elf(machine: number): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

/** drivers/firmware/efi/libstub/zboot-header.S. */
export function zboot(payload: Buffer, kind = 'gzip', machine = 0xaa64): Buffer {
  const header = Buffer.alloc(512);
  header.write('MZ\0\0zimg', 0, 'latin1');
  header.writeUInt32LE(header.length, 8);
  header.writeUInt32LE(payload.length, 12);
  header.write(kind, 24, 'latin1');
  header.writeUInt32LE(0x80, 0x3c);
  header.write('PE\0\0', 0x80, 'latin1');
  header.writeUInt16LE(machine, 0x84);
  return Buffer.concat([header, payload, Buffer.from('padding')]);
}

export const gzipped = (bytes: Buffer): Buffer => gzipSync(bytes);
