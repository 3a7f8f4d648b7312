// A zImage of 32-bit ARM: a small program with the kernel packed into it. It ends in a table that is there for kexec: arch/arm/boot/compressed/
// vmlinux.lds.S and head.S of Linux. Pure.
import { inspectKernel } from './inspect.ts';

export interface ZImage {
  /** Where packed data may begin, each up to its common end: one of them is the kernel. */
  readonly payloads: readonly Buffer[];
  /** Size of the kernel once unpacked. */
  readonly kernelBytes: number;
  /** How far behind the start of memory the unpacked kernel lies (TEXT_OFFSET). */
  readonly textOffset: number;
}

const endianAt = 0x30;
const tableMagicAt = 0x34;
const tableMagic = 0x45454545;
/** Where the table lies. */
const tableAt = 0x38;
/** "KLSZ", the first entry of the table. */
const sizesTag = 0x5a534c4b;
/** The unpacking program is smaller than that. */
const programBytes = 512 * 1024;
/** gzip, zstd and xz: what we unpack, too. */
const beginnings = ['1f8b08', '28b52ffd', 'fd377a585a00'].map((hex) => Buffer.from(hex, 'hex'));

/** Undefined where the bytes are no such file, or one without the table, as those of older kernels. */
export function readZImage(bytes: Buffer): ZImage | undefined {
  const word = (at: number): number => (at >= 0 && at + 4 <= bytes.length ? bytes.readUInt32LE(at) : 0);
  if (inspectKernel(bytes).format !== 'zimage' || word(endianAt) !== 0x04030201 || word(tableMagicAt) !== tableMagic) return undefined;
  const table = word(tableAt);
  // Its length in words, the tag, where the unpacked size is written, the size of .bss, TEXT_OFFSET.
  if (word(table) < 5 || word(table + 4) !== sizesTag) return undefined;
  const sizeAt = word(table + 8);
  const kernelBytes = word(sizeAt);
  const textOffset = word(table + 16);
  if (kernelBytes === 0 || textOffset === 0) return undefined;
  const starts = beginnings.flatMap((beginning) => occurrences(bytes.subarray(0, Math.min(sizeAt, programBytes)), beginning)).sort((a, b) => a - b);
  return { payloads: starts.map((start) => bytes.subarray(start, sizeAt + 4)), kernelBytes, textOffset };
}

function occurrences(bytes: Buffer, pattern: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(pattern); at !== -1; at = bytes.indexOf(pattern, at + 1)) found.push(at);
  return found;
}
