// Reads newc archives as the kernel does: the counterpart of the writer, written from the format's description.

export interface Record {
  readonly name: string;
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly mtime: number;
  readonly data: Buffer;
  readonly rdev: readonly [number, number];
}

/** The records of one or several archives, trailers included. */
export function records(archive: Buffer): Record[] {
  const found: Record[] = [];
  for (let at = 0; at < archive.length;) {
    if (archive[at] === 0) {
      at += 4;
      continue;
    }
    if (archive.toString('latin1', at, at + 6) !== '070701') throw new Error(`no record at ${at}`);
    const start = at;
    const field = (index: number): number => Number.parseInt(archive.toString('latin1', start + 6 + 8 * index, start + 14 + 8 * index), 16);
    const length = field(11);
    const size = field(6);
    const data = (at + 110 + length + 3) & ~3;
    found.push({
      name: archive.toString('utf8', at + 110, at + 110 + length - 1),
      ino: field(0), mode: field(1), uid: field(2), gid: field(3), nlink: field(4), mtime: field(5),
      data: archive.subarray(data, data + size),
      rdev: [field(9), field(10)],
    });
    at = (data + size + 3) & ~3;
  }
  return found;
}
