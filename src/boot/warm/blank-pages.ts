// Leaves out of a kept state what every new QEMU has anyway: the flash of machine `virt`, 128 MiB of zeros where nothing was put into it. QEMU
// would look at each page of it before a copy may go on, and that takes memory, and longer than all the rest of its start.
// The stream: migration/ram.c and migration/savevm.c of QEMU. Pure.

const sectionStart = 0x01;
const sectionPart = 0x02;
const sectionEnd = 0x03;
const sectionFooter = 0x7e;
/** Name of the section, its instance and version, behind its number. */
const ramSection = Buffer.from('\x03ram\0\0\0\0\0\0\0\x04', 'latin1');

const pageBytes = 4096;
/** In the low bits of a page's address. */
const zeroPage = 0x02;
const sizes = 0x04;
const wholePage = 0x08;
const endOfSection = 0x10;
/** Of the same block as the page before. */
const sameBlock = 0x20;

const isBlank = (block: string): boolean => /^virt\.flash\d$/.test(block);

/** The state without them; as it is where it is not written as we know it. */
export function withoutBlankPages(state: Buffer): Buffer {
  const named = state.indexOf(ramSection);
  const startAt = named - 5;
  if (named < 5 || state[startAt] !== sectionStart) return state;
  try {
    return rewrite(state, startAt, named + ramSection.length);
  } catch (error) {
    if (error instanceof UnknownStream || error instanceof RangeError) return state;
    throw error;
  }
}

class UnknownStream extends Error {}

function rewrite(state: Buffer, startAt: number, setUpAt: number): Buffer {
  const number = state.readUInt32BE(startAt + 1);
  const kept: Buffer[] = [];
  let at = setUpAt;
  /** What has been read but not yet kept begins here. */
  let from = 0;
  let read = '';
  let written = '';

  const word = (): { readonly flags: number; readonly address: bigint } => {
    const value = state.readBigUInt64BE(at);
    at += 8;
    return { flags: Number(value & BigInt(pageBytes - 1)), address: value & ~BigInt(pageBytes - 1) };
  };
  const name = (): string => {
    const length = state.readUInt8(at);
    if (at + 1 + length > state.length) throw new UnknownStream();
    at += 1 + length;
    return state.toString('latin1', at - length, at);
  };
  const expectFooter = (): void => {
    if (state.readUInt8(at) !== sectionFooter || state.readUInt32BE(at + 1) !== number) throw new UnknownStream();
    at += 5;
  };
  const page = (flags: number, address: bigint, recordAt: number): void => {
    if ((flags & sameBlock) === 0) read = name();
    const bytes = (flags & ~sameBlock) === zeroPage ? 1 : (flags & ~sameBlock) === wholePage ? pageBytes : undefined;
    if (bytes === undefined || at + bytes > state.length) throw new UnknownStream();
    const contentAt = at;
    at += bytes;
    if (bytes === 1 && state[contentAt] === 0 && isBlank(read)) {
      kept.push(state.subarray(from, recordAt));
      from = at;
      return;
    }
    if (read !== written && (flags & sameBlock) !== 0) {
      kept.push(state.subarray(from, recordAt), record(flags & ~sameBlock, address, read));
      from = contentAt;
    }
    written = read;
  };
  const pages = (): void => {
    for (;;) {
      const recordAt = at;
      const { flags, address } = word();
      if (flags === endOfSection) return;
      page(flags, address, recordAt);
    }
  };

  // The list of blocks: name, size, and, for memory that is shared may stay where it is, its address.
  const { flags, address: total } = word();
  if (flags !== sizes) throw new UnknownStream();
  for (let left = total; left > 0n; at += 16) {
    name();
    left -= state.readBigUInt64BE(at);
  }
  pages();
  expectFooter();
  for (let kind = 0; kind !== sectionEnd;) {
    kind = state.readUInt8(at);
    if ((kind !== sectionPart && kind !== sectionEnd) || state.readUInt32BE(at + 1) !== number) throw new UnknownStream();
    at += 5;
    pages();
    expectFooter();
  }
  return Buffer.concat([...kept, state.subarray(from)]);
}

function record(flags: number, address: bigint, block: string): Buffer {
  const head = Buffer.alloc(9);
  head.writeBigUInt64BE(address | BigInt(flags));
  head.writeUInt8(block.length, 8);
  return Buffer.concat([head, Buffer.from(block, 'latin1')]);
}
