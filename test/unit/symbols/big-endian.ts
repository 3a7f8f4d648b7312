// An ELF file with all its numbers in the other byte order: no compiler for such a machine is needed to test the reader.
const swap = (bytes: Buffer, at: number, sizes: readonly number[]): void => {
  let place = at;
  for (const size of sizes) {
    bytes.subarray(place, place + size).reverse();
    place += size;
  }
};

/** Headers, sections and symbols are turned round; code and debug information stay. */
export function bigEndian(little: Buffer): Buffer {
  const bytes = Buffer.from(little);
  const wide = bytes[4] === 2;
  const word = wide ? 8 : 4;
  const start = wide ? Number(little.readBigUInt64LE(40)) : little.readUInt32LE(32);
  const count = little.readUInt16LE(wide ? 60 : 48);
  const size = wide ? 64 : 40;
  for (let index = 0; index < count; index += 1) {
    const at = start + index * size;
    const offset = wide ? Number(little.readBigUInt64LE(at + 24)) : little.readUInt32LE(at + 16);
    const length = wide ? Number(little.readBigUInt64LE(at + 32)) : little.readUInt32LE(at + 20);
    if (little.readUInt32LE(at + 4) === 2) {
      const entry = wide ? 24 : 16;
      for (let symbol = offset; symbol < offset + length; symbol += entry) swap(bytes, symbol, wide ? [4, 1, 1, 2, 8, 8] : [4, 4, 4, 1, 1, 2]);
    }
    swap(bytes, at, [4, 4, word, word, word, word, 4, 4, word, word]);
  }
  bytes[5] = 2;
  swap(bytes, 16, [2, 2, 4, word, word, word, 4, 2, 2, 2, 2, 2, 2]);
  return bytes;
}
