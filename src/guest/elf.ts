// The smallest ELF executable for Linux: one segment with a program and its data, and one that says that the stack is not to be
// executed, for a kernel complains where that is not said. https://refspecs.linuxfoundation.org/elf/elf.pdf

export interface ElfTarget {
  readonly bits: 32 | 64;
  /** `e_machine`. */
  readonly machine: number;
  /** `e_flags`. */
  readonly flags?: number;
  /** Machine code; it is entered at its begin. */
  readonly code: Buffer;
}

/** Addresses in the memory of the program. */
export interface ElfLayout {
  /** Of the file's first byte; the code comes behind the headers. */
  readonly base: number;
  readonly data: Buffer;
  readonly dataAt: number;
  /** Behind the data are zeros up to here. */
  readonly end: number;
}

const EXECUTABLE = 2;
const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474_e551;
const READ_WRITE = 4 | 2;
const READ_WRITE_EXECUTE = 4 | 2 | 1;

export function elfProgram({ bits, machine, flags = 0, code }: ElfTarget, { base, data, dataAt, end }: ElfLayout): Buffer {
  const file = Buffer.alloc(dataAt - base + data.length);
  const word = bits / 8;
  let at = 0;
  const put = (value: number, bytes: number): void => {
    if (bytes === 8) file.writeBigUInt64LE(BigInt(value), at);
    else file.writeUIntLE(value, at, bytes);
    at += bytes;
  };
  const heads = bits === 64 ? { file: 64, segment: 56 } : { file: 52, segment: 32 };
  const codeAt = heads.file + 2 * heads.segment;

  Buffer.from([0x7f, 0x45, 0x4c, 0x46, word / 4, 1, 1]).copy(file);
  at = 16;
  put(EXECUTABLE, 2);
  put(machine, 2);
  put(1, 4);
  put(base + codeAt, word);
  put(heads.file, word);
  put(0, word);
  put(flags, 4);
  for (const half of [heads.file, heads.segment, 2, 0, 0, 0]) put(half, 2);

  // The fields are the same in both classes, but that flags come early in the wide one.
  const segment = (type: number, access: number, [address, fileBytes, memoryBytes, align]: readonly [number, number, number, number]): void => {
    put(type, 4);
    if (bits === 64) put(access, 4);
    for (const value of [0, address, address, fileBytes, memoryBytes]) put(value, word);
    if (bits === 32) put(access, 4);
    put(align, word);
  };
  segment(PT_LOAD, READ_WRITE_EXECUTE, [base, file.length, end - base, 0x1000]);
  segment(PT_GNU_STACK, READ_WRITE, [0, 0, 0, 0]);

  code.copy(file, codeAt);
  data.copy(file, dataAt - base);
  return file;
}
