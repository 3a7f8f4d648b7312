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
  let at = setUpAt;

  const word = (): { readonly flags: number; readonly address: bigint } => {
    const value = state.readBigUInt64BE(at);
    at += 8;
    return { flags: Number(value & BigInt(pageBytes - 1)), address: value & ~BigInt(pageBytes - 1) };
  };
  const take = (bytes: number): Buffer => {
    if (at + bytes > state.length) throw new UnknownStream();
    at += bytes;
    return state.subarray(at - bytes, at);
  };
  const name = (): string => take(take(1).readUInt8()).toString('latin1');
  /** Of this section: its kind, or its footer, and its number. */
  const mark = (...kinds: readonly number[]): number => {
    const bytes = take(5);
    if (!kinds.includes(bytes.readUInt8()) || bytes.readUInt32BE(1) !== number) throw new UnknownStream();
    return bytes.readUInt8();
  };

  // The list of blocks: name, size, and, for memory that is shared may stay where it is, its address.
  const { flags: first, address: total } = word();
  if (first !== sizes) throw new UnknownStream();
  for (let left = total; left > 0n;) {
    name();
    left -= take(16).readBigUInt64BE();
  }

  const kept: Buffer[] = [state.subarray(0, at)];
  let read = '';
  let written = '';
  const pages = (): void => {
    for (let { flags, address } = word(); flags !== endOfSection; { flags, address } = word()) {
      if ((flags & sameBlock) === 0) read = name();
      const kind = flags & ~sameBlock;
      if (kind !== zeroPage && kind !== wholePage) throw new UnknownStream();
      const content = take(kind === zeroPage ? 1 : pageBytes);
      if (kind === zeroPage && content[0] === 0 && isBlank(read)) continue;
      kept.push(record(kind, address, read === written ? undefined : read), content);
      written = read;
    }
  };
  for (let kind = sectionStart;;) {
    pages();
    const endAt = at - 8;
    mark(sectionFooter);
    if (kind === sectionEnd) return Buffer.concat([...kept, state.subarray(endAt)]);
    kind = mark(sectionPart, sectionEnd);
    kept.push(state.subarray(endAt, at));
  }
}

/** What stands before the bytes of a page; without a block it is of the one before. */
function record(kind: number, address: bigint, block: string | undefined): Buffer {
  const head = Buffer.alloc(8);
  head.writeBigUInt64BE(address | BigInt(block === undefined ? kind | sameBlock : kind));
  return block === undefined ? head : Buffer.concat([head, Buffer.from([block.length]), Buffer.from(block, 'latin1')]);
}
