// What a copy of a waiting guest does first: all copies of one moment have the same clock and the same random numbers to
// come. No applet of busybox can mend the latter, so a program of some twenty instructions does both; its machine code is in
// src/arch. It reads 56 bytes from its standard input, and its standard output is /dev/random:
//
//   read(0, buffer, 56); clock_settime(CLOCK_REALTIME, buffer);
//   ioctl(1, RNDADDENTROPY, buffer + 16); ioctl(1, RNDRESEEDCRNG); exit(any of them failed)
//
// Adding entropy alone does not do: a kernel whose generator is ready waits for minutes before it takes a new seed.
// random(4), https://refspecs.linuxfoundation.org/elf/elf.pdf
import type { Arch } from '../../model/arch.ts';

/** Where the kernel is to load it: any place that is free does. */
const base = 0x10000;

/** The program as an ELF file. */
export function thawProgram({ thaw, elfMachine }: Pick<Arch, 'thaw' | 'elfMachine'>): Buffer {
  const code = Buffer.from(thaw.code, 'hex');
  return thaw.bits === 64 ? elf64(code, elfMachine) : elf32(code, elfMachine, thaw.flags ?? 0);
}

const identity = (bits: 32 | 64): Buffer => Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const executable = 2;
const load = 1;
const readable = 4 | 1;

/** A segment that says that the stack is not to be executed (PT_GNU_STACK): a kernel complains where it is not said. */
const stack = 0x6474_e551;
const writable = 4 | 2;

function elf64(code: Buffer, machine: number): Buffer {
  const head = Buffer.alloc(176);
  identity(64).copy(head);
  head.writeUInt16LE(executable, 16);
  head.writeUInt16LE(machine, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(base + head.length), 24);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(2, 56);
  head.writeUInt32LE(load, 64);
  head.writeUInt32LE(readable, 68);
  const size = BigInt(head.length + code.length);
  for (const [at, value] of [[72, 0n], [80, BigInt(base)], [88, BigInt(base)], [96, size], [104, size], [112, 0x1000n]] as const) head.writeBigUInt64LE(value, at);
  head.writeUInt32LE(stack, 120);
  head.writeUInt32LE(writable, 124);
  return Buffer.concat([head, code]);
}

function elf32(code: Buffer, machine: number, flags: number): Buffer {
  const head = Buffer.alloc(116);
  identity(32).copy(head);
  head.writeUInt16LE(executable, 16);
  head.writeUInt16LE(machine, 18);
  const size = head.length + code.length;
  for (const [at, value] of [[20, 1], [24, base + head.length], [28, 52], [36, flags], [52, load], [56, 0], [60, base], [64, base], [68, size], [72, size], [76, readable], [80, 0x1000], [84, stack], [108, writable]] as const) head.writeUInt32LE(value, at);
  head.writeUInt16LE(52, 40);
  head.writeUInt16LE(32, 42);
  head.writeUInt16LE(2, 44);
  return Buffer.concat([head, code]);
}

/** What is typed to wake a copy: the program's input, in escapes of the shell's printf. `random` are 32 bytes of this machine's. */
export function thawLine(nowMs: number, random: Uint8Array): string {
  const input = Buffer.alloc(56);
  input.writeBigInt64LE(BigInt(Math.floor(nowMs / 1000)), 0);
  input.writeBigInt64LE(BigInt(Math.floor(nowMs % 1000)) * 1_000_000n, 8);
  // struct rand_pool_info: bits, bytes, the bytes.
  input.writeInt32LE(256, 16);
  input.writeInt32LE(32, 20);
  input.set(random.subarray(0, 32), 24);
  return `${[...input].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}\n`;
}
